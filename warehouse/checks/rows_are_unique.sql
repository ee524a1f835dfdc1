-- One row per grain: what primary keys would promise, if they did not cost three times the load.
select 'raw.feeds' as grain, feed_id as key, count(*) as n_rows from raw.feeds group by all having count(*) > 1
union all
select 'raw.fetches', fetch_id, count(*) from raw.fetches group by all having count(*) > 1
union all
select 'raw.fetch_ends', fetch_id || ' ' || outcome, count(*) from raw.fetch_ends group by all having count(*) > 1
union all
select 'raw.retry_ends', batch_id || ' ' || feed_id || ' ' || outcome, count(*) from raw.retry_ends group by all having count(*) > 1
union all
select 'raw.entries', feed_id || ' ' || entry_key, count(*) from raw.entries group by all having count(*) > 1
union all
select 'core.articles', article_id, count(*) from core.articles group by all having count(*) > 1
union all
select 'core.article_urls', url_key, count(*) from core.article_urls group by all having count(*) > 1
union all
select 'core.article_feeds', article_id || ' ' || feed_id, count(*) from core.article_feeds group by all having count(*) > 1
union all
select 'core.article_texts', article_id || ' ' || text_version, count(*) from core.article_texts group by all having count(*) > 1
union all
select 'core.models', model_id, count(*) from core.models group by all having count(*) > 1
union all
select 'core.verdicts', article_id || ' ' || text_version || ' ' || model_id, count(*) from core.verdicts group by all having count(*) > 1
union all
select 'core.verdict_evidence', article_id || ' ' || text_version || ' ' || model_id || ' ' || evidence_rank, count(*)
from core.verdict_evidence group by all having count(*) > 1
union all
select 'core.article_places', article_id || ' ' || text_version || ' ' || model_id || ' ' || country_code, count(*)
from core.article_places group by all having count(*) > 1
union all
select 'core.article_blocs', article_id || ' ' || text_version || ' ' || model_id || ' ' || bloc, count(*)
from core.article_blocs group by all having count(*) > 1
union all
select 'core.article_sectors', article_id || ' ' || text_version || ' ' || model_id || ' ' || sector, count(*)
from core.article_sectors group by all having count(*) > 1
union all
select 'core.article_organisations', article_id || ' ' || text_version || ' ' || model_id || ' ' || organisation, count(*)
from core.article_organisations group by all having count(*) > 1
union all
select 'core.digests', week || ' ' || zone || ' ' || edition, count(*) from core.digests group by all having count(*) > 1
union all
select 'core.digest_items', digest_id || ' ' || item_position, count(*) from core.digest_items group by all having count(*) > 1
union all
select 'core.digest_counts', digest_id || ' ' || count_name, count(*) from core.digest_counts group by all having count(*) > 1
union all
select 'ops.feed_states', feed_id, count(*) from ops.feed_states group by all having count(*) > 1
union all
select 'ops.runs', run_id, count(*) from ops.runs group by all having count(*) > 1
union all
select 'ops.batches', batch_id, count(*) from ops.batches group by all having count(*) > 1
union all
select 'ops.model_promotions', promotion_no::varchar, count(*) from ops.model_promotions group by all having count(*) > 1
order by grain, key
