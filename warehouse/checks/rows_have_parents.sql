-- Every row finds what it speaks of: what foreign keys would promise, if they did not block updates in DuckDB.
select 'raw.fetches' as rows_of, 'raw.feeds' as parent, feed_id as key from raw.fetches anti join raw.feeds using (feed_id)
union all
select 'raw.fetches', 'ops.runs', run_id from raw.fetches anti join ops.runs using (run_id)
union all
select 'raw.fetch_ends', 'raw.fetches', fetch_id from raw.fetch_ends anti join raw.fetches using (fetch_id)
union all
select 'raw.retry_ends', 'ops.batches', batch_id from raw.retry_ends anti join ops.batches using (batch_id)
union all
select 'raw.entries', 'raw.feeds', feed_id from raw.entries anti join raw.feeds using (feed_id)
union all
select 'raw.entries', 'core.articles', article_id
from raw.entries anti join core.articles using (article_id) where article_id is not null
union all
select 'ops.batches', 'ops.runs', run_id from ops.batches anti join ops.runs using (run_id)
union all
select 'ops.feed_states', 'raw.feeds', feed_id from ops.feed_states anti join raw.feeds using (feed_id)
union all
select 'ops.model_promotions', 'core.models', model_id from ops.model_promotions anti join core.models using (model_id)
union all
select 'core.articles', 'raw.feeds', feed_id from core.articles anti join raw.feeds using (feed_id)
union all
select 'core.articles', 'core.article_texts', article_id from core.articles anti join core.article_texts using (article_id)
union all
select 'core.articles', 'core.article_urls', url_key from core.articles anti join core.article_urls using (url_key)
union all
select 'core.article_urls', 'core.articles', article_id from core.article_urls anti join core.articles using (article_id)
union all
select 'core.article_feeds', 'core.articles', article_id from core.article_feeds anti join core.articles using (article_id)
union all
select 'core.article_texts', 'core.articles', article_id from core.article_texts anti join core.articles using (article_id)
union all
select 'core.verdicts', 'core.article_texts', article_id
from core.verdicts anti join core.article_texts using (article_id, text_version)
union all
select 'core.verdicts', 'core.models', model_id from core.verdicts anti join core.models using (model_id)
union all
select 'core.verdict_evidence', 'core.verdicts', article_id
from core.verdict_evidence anti join core.verdicts using (article_id, text_version, model_id)
union all
select 'core.article_places', 'core.verdicts', article_id
from core.article_places anti join core.verdicts using (article_id, text_version, model_id)
union all
select 'core.article_blocs', 'core.verdicts', article_id
from core.article_blocs anti join core.verdicts using (article_id, text_version, model_id)
union all
select 'core.article_sectors', 'core.verdicts', article_id
from core.article_sectors anti join core.verdicts using (article_id, text_version, model_id)
union all
select 'core.article_organisations', 'core.verdicts', article_id
from core.article_organisations anti join core.verdicts using (article_id, text_version, model_id)
union all
select 'core.model_metrics', 'core.models', model_id from core.model_metrics anti join core.models using (model_id)
union all
select 'core.labels', 'core.articles', article_id from core.labels anti join core.articles using (article_id)
union all
select 'core.digest_items', 'core.articles', article_id from core.digest_items anti join core.articles using (article_id)
union all
select 'core.digest_items', 'core.digests', digest_id from core.digest_items anti join core.digests using (digest_id)
union all
select 'core.digest_counts', 'core.digests', digest_id from core.digest_counts anti join core.digests using (digest_id)
order by rows_of, parent, key
