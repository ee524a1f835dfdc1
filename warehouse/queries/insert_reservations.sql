-- Reservations not known yet.
-- Parameters: incoming (feed_rows.ReservationRow).
-- Returns: reservations added.
insert into raw.reservations by name
select subject, scope, statement, min(seen_at) as first_seen_at, max(seen_at) as last_seen_at
from incoming anti join raw.reservations using (subject, scope, statement)
group by all
