-- Rows of the tables that migration 0008 made, as its time wrote them: never changed.

insert into core.stories values
('s1', '2026-11-18 09:00:00+00', null, null);

insert into core.story_articles values
('article0', 's1', 'true', 'the first report', null, null, '2026-11-18 09:00:00+00'),
('article3', 's1', 'false', null, 'article0', '0.7', '2026-11-18 09:00:00+00');

insert into core.digest_contents values
('2026-W47.1@UTC', 'ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff', '{}');
