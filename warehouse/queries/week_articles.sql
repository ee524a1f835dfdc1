-- Articles of a span of time that are relevant or borderline: relevant first, then by score, then by time.
-- Parameters: start, end (times; start <= counted_at < end).
-- Columns: article_id, title, url, outlet, feed_id, language, author, published_at, published_at_source,
--   published_at_precision, is_published_in_future, first_seen_at, counted_at, model_id, score, band, is_relevant, label,
--   kind, countries, blocs, evidence (list of phrase, weight), text_hash, text, n_words.
with chosen as (
    select *
    from mart.articles
    where counted_at >= $start and counted_at < $end
        and (is_relevant or label = -1 or (label is null and band in ('sure', 'likely', 'borderline')))
),
reasons as (
    select article_id, list({phrase: phrase, weight: weight} order by evidence_rank) as evidence
    from mart.article_evidence semi join chosen using (article_id)
    group by article_id
)
select chosen.* exclude (decided_by, kind_score, text_version, run_id), coalesce(reasons.evidence, []) as evidence
from chosen left join reasons using (article_id)
order by is_relevant desc, score desc nulls last, counted_at, article_id
