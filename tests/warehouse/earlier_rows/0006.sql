-- Rows of the tables that migration 0006 made, as its time wrote them: never changed.

insert into ops.feed_leases values
('feed0', 'r0', '2026-11-18 09:00:00+00', '2026-11-18 09:00:00+00', '1');

insert into ops.feed_addresses values
('feed0', 'https://outlet0.test/moved', '2026-11-18 09:00:00+00');

insert into ops.feed_keeping values
('feed1', 'false', 'true', '2026-11-18 09:00:00+00', null);

insert into ops.robots_files values
('https://outlet.test', 'User-agent: *\x0A', '2026-11-18 09:00:00+00');
