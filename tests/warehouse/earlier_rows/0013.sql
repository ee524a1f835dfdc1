-- Rows of the tables that migration 0013 made, as its time wrote them: never changed.

insert into ops.deliveries values
('2026-W47.1@UTC', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'sent', '1', '2026-11-18 09:00:00+00', '2026-11-18 09:00:00+00', null);
