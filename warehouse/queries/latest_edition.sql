-- The edition in force of a week's digest.
-- Parameters: week (text), zone (text).
-- Columns: digest_id, edition, html_sha256, text_sha256.
select digest_id, edition, html_sha256, text_sha256
from core.digests
where week = $week and zone = $zone
order by edition desc
limit 1
