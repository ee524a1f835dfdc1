-- Rows of the tables that migration 0007 made, as its time wrote them: never changed.

insert into core.article_sectors values
('article1', '1', 'm1', 'textiles', '1'),
('article2', '1', 'm1', 'textiles', '1'),
('article2', '1', 'm1', 'tourism', '2');

insert into core.article_organisations values
('article0', '1', 'm1', 'JETRO', 'trade-promotion', 'JP', '1'),
('article0', '1', 'm1', 'UNIDO', 'international', null, '2'),
('article1', '1', 'm1', 'JETRO', 'trade-promotion', 'JP', '1'),
('article1', '1', 'm1', 'UNIDO', 'international', null, '2'),
('article2', '1', 'm1', 'JETRO', 'trade-promotion', 'JP', '1'),
('article2', '1', 'm1', 'UNIDO', 'international', null, '2'),
('article3', '1', 'm1', 'JETRO', 'trade-promotion', 'JP', '1'),
('article3', '1', 'm1', 'UNIDO', 'international', null, '2');
