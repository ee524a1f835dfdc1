-- Claim a sending that was put off. A lake has no keys, so no "on conflict" could do this and claim_delivery in one.
-- Parameters: digest_id, recipient_hash (text), now (time).
-- Returns: 1 if it is ours to send, else 0.
update ops.deliveries
set status = 'claimed', n_attempts = n_attempts + 1, claimed_at = $now, settled_at = null, detail = null
where digest_id = $digest_id and recipient_hash = $recipient_hash and status = 'deferred'
