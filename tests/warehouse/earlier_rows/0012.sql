-- Rows of the tables that migration 0012 made, as its time wrote them: never changed.

insert into ops.text_retirements values
('2026-11-18 09:00:00+00', '2025-01-01 00:00:00+00', '7', '900');
