-- Claim the sending of an edition to a recipient that was never tried.
-- Parameters: digest_id, recipient_hash (text), now (time).
-- Returns: 1 if it is ours to send, else 0.
insert into ops.deliveries by name
select
    $digest_id as digest_id, $recipient_hash as recipient_hash, 'claimed' as status, 1 as n_attempts, $now as claimed_at,
    null as settled_at, null as detail
where not exists (from ops.deliveries where digest_id = $digest_id and recipient_hash = $recipient_hash)
