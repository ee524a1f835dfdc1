-- Opinions of people, each once: the same person at the same moment on the same article has one.
-- Parameters: incoming (rows.LabelRow).
-- Returns: labels added.
insert into core.labels by name
select distinct on (article_id, author, labelled_at) *
from incoming anti join core.labels using (article_id, author, labelled_at)
