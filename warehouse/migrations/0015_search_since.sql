-- The search in SQL may be held to texts read since a time, and strips no accents where there are none.

create or replace macro mart.search(words, read_since := '-infinity') as table
with asked as (
    select list_distinct(
        regexp_extract_all(strip_accents(lower(words)), '[\p{L}\p{M}\p{N}]+')
    ) as terms
),
texts as (
    select
        article_id, title, text, n_words, strip_accents(lower(title)) as title_folded,
        -- Stripping accents takes eight times as long as all the rest, so it is left out where no letter can have one.
        case
            when regexp_matches(text, '[^\x00-\x7F\pP\pS\pZ]') then strip_accents(lower(text))
            else lower(coalesce(text, ''))
        end as text_folded
    from core.article_texts
    where is_latest and fetched_at >= read_since::timestamptz
),
found as (
    select
        texts.article_id, texts.text, texts.text_folded, texts.n_words, asked.terms,
        list_transform(asked.terms, lambda term: (
            5 * (length(title_folded) - length(replace(title_folded, term, '')))
            + length(text_folded) - length(replace(text_folded, term, ''))
        ) / length(term)) as frequencies
    from texts cross join asked
    where len(asked.terms) > 0
        and list_bool_and(list_transform(asked.terms, lambda term: contains(title_folded, term) or contains(text_folded, term)))
),
scored as (
    select
        *,
        -- BM25 of terms that all stand in every text found, so that how rare they are makes no difference.
        list_sum(list_transform(frequencies, lambda frequency:
            frequency * 2.2 / (frequency + 1.2 * (0.25 + 0.75 * n_words / greatest(avg_words, 1))))) as score
    from found cross join (select avg(n_words) as avg_words from core.article_texts where is_latest)
)
select
    scored.article_id, articles.title, articles.outlet, articles.counted_at, articles.is_relevant, articles.kind,
    round(scored.score, 3) as score,
    substring(scored.text, greatest(strpos(scored.text_folded, scored.terms[1]) - 60, 1)::bigint, 200) as excerpt,
    articles.url
from scored join mart.articles as articles using (article_id)
order by scored.score desc, articles.counted_at desc, scored.article_id;
comment on macro table mart.search is 'One row per article whose latest title and text have all the words, whatever case or accents, best first: from mart.search(''forum viet nam''). Reads every text, or those read since a time, which is quicker: from mart.search(''forum'', read_since := ''2026-10-01''). `smewatch search` asks an index';
