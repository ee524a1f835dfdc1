-- Rows of the tables that migration 0002 made, as its time wrote them: never changed.

insert into raw.feeds values
('feed0', 'https://outlet0.test/rss', 'Outlet 0', 'Outlet 0', 'JP', 'en', null, null, '2026-11-18 09:00:00+00', '2026-11-18 09:00:00+00', 'true'),
('feed1', 'https://outlet1.test/rss', 'Outlet 1', 'Outlet 1', 'JP', 'en', null, null, '2026-11-18 09:00:00+00', '2026-11-18 09:00:00+00', 'true');

insert into raw.fetches values
('r1/feed0', 'r1', 'feed0', '2026-11-18 09:00:00+00', '0.4', 'read', '200', null, '0', '0', null, '3', null),
('r1/feed1', 'r1', 'feed1', '2026-11-18 09:00:00+00', '0.4', 'read', '200', null, '0', '0', null, '2', null);

insert into raw.fetch_ends values
('r1/feed0', 'stored', '2'),
('r1/feed0', 'unreachable', '1'),
('r1/feed1', 'stored', '2');

insert into raw.retry_ends values
('b2', 'r1', 'feed0', 'gone', '1');

insert into raw.entries values
('feed0', 'entry0', 'hash0', null, 'https://outlet.test/0?from=feed', 'outlet.test/0?from=feed', 'Title 0', '', null, null, null, null, null, 'false', '2026-11-18 09:00:00+00', '2026-11-18 09:00:00+00', 'stored', null, null, 'article0', '1', null, 'r1'),
('feed0', 'entry2', 'hash2', null, 'https://outlet.test/2?from=feed', 'outlet.test/2?from=feed', 'Title 2', '', null, null, null, null, null, 'false', '2026-11-18 09:00:00+00', '2026-11-18 09:00:00+00', 'stored', null, null, 'article2', '1', null, 'r1'),
('feed0', 'entry4', 'hash4', null, 'https://outlet.test/4?from=feed', 'outlet.test/4?from=feed', 'Title 4', '', null, null, null, null, null, 'false', '2026-11-18 09:00:00+00', '2026-11-18 09:00:00+00', 'gone', null, null, null, '2', null, 'r1'),
('feed1', 'entry1', 'hash1', null, 'https://outlet.test/1?from=feed', 'outlet.test/1?from=feed', 'Title 1', '', null, null, null, null, null, 'false', '2026-11-18 09:00:00+00', '2026-11-18 09:00:00+00', 'stored', null, null, 'article1', '1', null, 'r1'),
('feed1', 'entry3', 'hash3', null, 'https://outlet.test/3?from=feed', 'outlet.test/3?from=feed', 'Title 3', '', null, null, null, null, null, 'false', '2026-11-18 09:00:00+00', '2026-11-18 09:00:00+00', 'stored', null, null, 'article3', '1', null, 'r1');
