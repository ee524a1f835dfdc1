-- What is known of mailing any edition of a week's digest.
-- Parameters: week, zone (text).
-- Columns: digest_id, edition, recipient_hash, status, n_attempts, detail.
select digests.digest_id, digests.edition, deliveries.recipient_hash, deliveries.status, deliveries.n_attempts, deliveries.detail
from ops.deliveries as deliveries
join core.digests as digests using (digest_id)
where digests.week = $week and digests.zone = $zone
order by digests.edition, deliveries.recipient_hash
