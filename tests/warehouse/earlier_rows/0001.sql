-- Rows of the tables that migration 0001 made, as its time wrote them: never changed.

insert into ops.runs values
('r1', 'ingest', '2026-11-18 09:00:00+00', '2026-11-18 09:00:00+00', 'completed', null);

insert into ops.batches values
('b1', 'r1', '2026-11-18 09:00:00+00', '2', '5', '4', '4', '4'),
('b2', 'r1', '2026-11-18 09:00:00+00', '0', '0', '0', '0', '0');

insert into ops.feed_states values
('feed0', 'active', '2026-11-18 10:00:00+00', null, '3600.0', null, '0', '0', 'W/"x"', null, null, null, 'false', null, null, null, '0', '0.0', null, null, null, null, '0', null, null),
('feed1', 'active', '2026-11-18 10:00:00+00', null, '3600.0', null, '0', '0', 'W/"x"', null, null, null, 'false', null, null, null, '0', '0.0', null, null, null, null, '0', null, null);

insert into ops.model_promotions values
('1', 'm1', '2026-11-18 09:00:00+00', null);
