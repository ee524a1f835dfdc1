-- All that a new edition says.
-- Parameters: digest_id, facts_sha256, content (text; content is JSON).
-- Returns: 1.
insert into core.digest_contents by name
select $digest_id as digest_id, $facts_sha256 as facts_sha256, $content::json as content
