-- Texts fetched before a moment are dropped.
-- Parameters: before (time).
-- Returns: text versions dropped.
update core.article_texts set text = null
where fetched_at < $before and text is not null
