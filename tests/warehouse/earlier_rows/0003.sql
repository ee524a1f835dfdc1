-- Rows of the tables that migration 0003 made, as its time wrote them: never changed.

insert into core.articles values
('article0', 'https://outlet.test/0', 'outlet.test/0', 'Outlet 0', 'feed0', 'en', 'Title 0', null, '2026-11-18 09:00:00+00', 'feed', 'second', 'false', '2026-11-18 09:00:00+00', 'r1'),
('article1', 'https://outlet.test/1', 'outlet.test/1', 'Outlet 1', 'feed1', 'en', 'Title 1', null, '2026-11-18 08:00:00+00', 'feed', 'second', 'false', '2026-11-18 09:00:00+00', 'r1'),
('article2', 'https://outlet.test/2', 'outlet.test/2', 'Outlet 0', 'feed0', 'en', 'Title 2', null, '2026-11-18 07:00:00+00', 'feed', 'second', 'false', '2026-11-18 09:00:00+00', 'r1'),
('article3', 'https://outlet.test/3', 'outlet.test/3', 'Outlet 1', 'feed1', 'en', 'Title 3', null, '2026-11-18 06:00:00+00', 'feed', 'second', 'false', '2026-11-18 09:00:00+00', 'r1');

insert into core.article_urls values
('outlet.test/0', 'article0', 'article', '2026-11-18 09:00:00+00'),
('outlet.test/0?from=feed', 'article0', 'feed link', '2026-11-18 09:00:00+00'),
('outlet.test/1', 'article1', 'article', '2026-11-18 09:00:00+00'),
('outlet.test/1?from=feed', 'article1', 'feed link', '2026-11-18 09:00:00+00'),
('outlet.test/2', 'article2', 'article', '2026-11-18 09:00:00+00'),
('outlet.test/2?from=feed', 'article2', 'feed link', '2026-11-18 09:00:00+00'),
('outlet.test/3', 'article3', 'article', '2026-11-18 09:00:00+00'),
('outlet.test/3?from=feed', 'article3', 'feed link', '2026-11-18 09:00:00+00');

insert into core.article_feeds values
('article0', 'feed0', '2026-11-18 09:00:00+00', '2026-11-18 09:00:00+00'),
('article1', 'feed1', '2026-11-18 09:00:00+00', '2026-11-18 09:00:00+00'),
('article2', 'feed0', '2026-11-18 09:00:00+00', '2026-11-18 09:00:00+00'),
('article3', 'feed1', '2026-11-18 09:00:00+00', '2026-11-18 09:00:00+00');

insert into core.article_texts values
('article0', '1', 'true', 'text0', 'Title 0', 'Text 0. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. ', '122', 'page', 'test 1', '2026-11-18 09:00:00+00', 'r1'),
('article1', '1', 'true', 'text1', 'Title 1', 'Text 1. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. ', '122', 'page', 'test 1', '2026-11-18 09:00:00+00', 'r1'),
('article2', '1', 'true', 'text2', 'Title 2', 'Text 2. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. ', '122', 'page', 'test 1', '2026-11-18 09:00:00+00', 'r1'),
('article3', '1', 'true', 'text3', 'Title 3', 'Text 3. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. Small firms of two economies meet. ', '122', 'page', 'test 1', '2026-11-18 09:00:00+00', 'r1');

insert into core.models values
('m1', '2026-11-18 09:00:00+00', '2026-11-18 09:00:00+00', 'models/m1', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', '{"examples": 3}');

insert into core.model_metrics values
('m1', 'cross-validation', 'ap', '0.8');

insert into core.verdicts values
('article0', '1', 'm1', '0.9', 'sure', 'true', 'forum', '0.8', '2026-11-18 09:00:00+00', 'r1'),
('article1', '1', 'm1', '0.9', 'sure', 'true', 'forum', '0.8', '2026-11-18 09:00:00+00', 'r1'),
('article2', '1', 'm1', '0.9', 'sure', 'true', 'forum', '0.8', '2026-11-18 09:00:00+00', 'r1'),
('article3', '1', 'm1', '0.9', 'sure', 'true', 'forum', '0.8', '2026-11-18 09:00:00+00', 'r1');

insert into core.verdict_evidence values
('article0', '1', 'm1', '1', 'small firms', '1.5'),
('article0', '1', 'm1', '2', 'weather', '-0.5'),
('article1', '1', 'm1', '1', 'small firms', '1.5'),
('article1', '1', 'm1', '2', 'weather', '-0.5'),
('article2', '1', 'm1', '1', 'small firms', '1.5'),
('article2', '1', 'm1', '2', 'weather', '-0.5'),
('article3', '1', 'm1', '1', 'small firms', '1.5'),
('article3', '1', 'm1', '2', 'weather', '-0.5');

insert into core.article_places values
('article0', '1', 'm1', 'JP', '1'),
('article0', '1', 'm1', 'VN', '2'),
('article1', '1', 'm1', 'CN', '1'),
('article1', '1', 'm1', 'JP', '2'),
('article2', '1', 'm1', 'EU', '1'),
('article2', '1', 'm1', 'JP', '2'),
('article2', '1', 'm1', 'VN', '3'),
('article3', '1', 'm1', 'JP', '1'),
('article3', '1', 'm1', 'VN', '2');

insert into core.article_blocs values
('article0', '1', 'm1', 'ASEAN', '1'),
('article1', '1', 'm1', 'ASEAN', '1'),
('article2', '1', 'm1', 'ASEAN', '1'),
('article3', '1', 'm1', 'ASEAN', '1');

insert into core.labels values
('article1', '0', null, 'ana', '2026-11-18 09:00:00+00', 'a trade summit');

insert into core.digests values
('2026-W47.1@UTC', '2026-W47', 'UTC', '1', '2026-11-18 09:00:00+00', 'm1', 'hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh', 'tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt', 'w.html');

insert into core.digest_counts values
('2026-W47.1@UTC', 'relevant', '3');

insert into core.digest_items values
('2026-W47.1@UTC', '1', 'article0', 'story');
