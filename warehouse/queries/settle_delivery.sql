-- Note how a claimed sending ended.
-- Parameters: digest_id, recipient_hash, status (text), detail (text or null), now (time).
-- Returns: 1, or 0 if it is not claimed.
update ops.deliveries
set status = $status, detail = $detail, settled_at = $now
where digest_id = $digest_id and recipient_hash = $recipient_hash and status = 'claimed'
