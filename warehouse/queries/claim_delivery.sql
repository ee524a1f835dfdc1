-- Claim the sending of an edition to a recipient: it was never tried, or was put off.
-- Parameters: digest_id, recipient_hash (text), now (time).
-- Returns: 1 if it is ours to send, else 0.
insert into ops.deliveries by name
select
    $digest_id as digest_id, $recipient_hash as recipient_hash, 'claimed' as status, 1 as n_attempts, $now as claimed_at,
    null as settled_at, null as detail
on conflict (digest_id, recipient_hash) do update set
    status = 'claimed', n_attempts = n_attempts + 1, claimed_at = excluded.claimed_at, settled_at = null, detail = null
where deliveries.status = 'deferred'
