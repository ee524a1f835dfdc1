-- Rows of the tables that migration 0010 made, as its time wrote them: never changed.

insert into ops.host_rests values
('outlet.test', '2026-11-18 09:00:00+00', '2.0', '2026-11-18 09:00:00+00');

insert into raw.reservations values
('https://outlet.test', 'site', 'noai', '2026-11-18 09:00:00+00', '2026-11-18 09:00:00+00');
