-- The articles a new edition shows.
-- Parameters: incoming (digest_rows.DigestItemRow), digest_id (text).
-- Returns: rows added.
insert into core.digest_items by name select $digest_id as digest_id, item_position, article_id, section from incoming
