-- A new edition.
-- Parameters: digest_id, week, zone, html_sha256, text_sha256, html_path (text), edition (number), created_at (time),
--   model_id (text or null).
-- Returns: 1.
insert into core.digests by name
select
    $digest_id as digest_id, $week as week, $zone as zone, $edition as edition, $created_at as created_at,
    $model_id as model_id, $html_sha256 as html_sha256, $text_sha256 as text_sha256, $html_path as html_path
