-- Reservations that are known, read again.
-- Parameters: incoming (feed_rows.ReservationRow).
-- Returns: reservations changed.
update raw.reservations as stored
set last_seen_at = greatest(stored.last_seen_at, seen.seen_at)
from (select subject, scope, statement, max(seen_at) as seen_at from incoming group by all) as seen
where stored.subject = seen.subject and stored.scope = seen.scope and stored.statement = seen.statement
