-- When texts were dropped, and a search that needs nothing but SQL.

create table ops.text_retirements (
    retired_at timestamptz not null,
    fetched_before_at timestamptz not null,
    n_texts bigint not null,
    n_characters bigint not null
);
comment on table ops.text_retirements is 'One row per time that the retention setting dropped texts; all else that is known of them stays';
comment on column ops.text_retirements.retired_at is 'When they were dropped, UTC';
comment on column ops.text_retirements.fetched_before_at is 'Texts fetched before this moment were, UTC';
comment on column ops.text_retirements.n_texts is 'Text versions dropped; above 0';
comment on column ops.text_retirements.n_characters is 'Characters they had in all';

-- Portable, and slow: it reads every latest text (about 3 s for 200,000), where `smewatch search` asks an index.
create macro mart.search(words) as table
with asked as (
    select list_distinct(
        regexp_extract_all(strip_accents(lower(words)), '[\p{L}\p{M}\p{N}]+')
    ) as terms
),
texts as (
    select article_id, title, text, n_words, strip_accents(lower(title)) as title_folded,
        strip_accents(lower(coalesce(text, ''))) as text_folded
    from core.article_texts
    where is_latest
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
comment on macro table mart.search is 'One row per article whose latest title and text have all the words, whatever case or accents, best first: from mart.search(''forum viet nam''). Reads every text: `smewatch search` is faster';
