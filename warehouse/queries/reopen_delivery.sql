-- Let a sending that was refused, broke off or was never settled be claimed once more, since a person wants it.
-- Parameters: digest_id, recipient_hash (text), now (time).
-- Returns: 1, or 0 if there is none such.
update ops.deliveries
set status = 'deferred', detail = 'tried once more on request', settled_at = $now
where digest_id = $digest_id and recipient_hash = $recipient_hash and status in ('claimed', 'doubtful', 'refused')
