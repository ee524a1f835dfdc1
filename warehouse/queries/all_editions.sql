-- Every edition of every digest, oldest week first.
-- Parameters: none.
-- Columns: digest_id, week, zone, edition, created_at, model_id, html_sha256, text_sha256, html_path, facts_sha256,
--   content (both null for an edition older than stored contents).
select digests.*, contents.facts_sha256, contents.content
from core.digests as digests left join core.digest_contents as contents using (digest_id)
order by zone, week, edition
