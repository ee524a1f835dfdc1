-- Rows of the tables that migration 0009 made, as its time wrote them: never changed.

insert into ops.model_decisions values
('1', 'm1', null, 'promoted', '2026-11-18 09:00:00+00', null, null, null);
