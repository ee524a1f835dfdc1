-- What people query. Every view states its grain; no view reads the clock, so a file answers the same tomorrow.

create macro mart.iso_week(moment, zone) as strftime(timezone(zone, moment), '%G-W%V');
comment on macro mart.iso_week is 'ISO week of a moment in a time zone: mart.iso_week(counted_at, ''Asia/Tokyo'') -> 2026-W47';

create view core.model_in_force as
select model_id, promoted_at
from ops.model_promotions
order by promotion_no desc
limit 1;
comment on view core.model_in_force is 'The one model whose verdicts the views show; no row before the first promotion';
comment on column core.model_in_force.model_id is 'The model (core.models)';
comment on column core.model_in_force.promoted_at is 'When it was promoted, UTC';

create view core.verdicts_in_force as
select article_id, text_version, model_id, score, band, is_relevant, kind, kind_score, judged_at
from core.verdicts
semi join (select article_id, text_version from core.article_texts where is_latest) as latest using (article_id, text_version)
where model_id = (select model_id from core.model_in_force);
comment on view core.verdicts_in_force is 'One row per article whose latest text the model in force has judged';
comment on column core.verdicts_in_force.article_id is 'The article (core.articles)';
comment on column core.verdicts_in_force.text_version is 'Its latest version (core.article_texts)';
comment on column core.verdicts_in_force.model_id is 'The model in force (core.models)';
comment on column core.verdicts_in_force.score is 'Probability of being relevant, 0 to 1';
comment on column core.verdicts_in_force.band is 'sure, likely, borderline, no or unjudged';
comment on column core.verdicts_in_force.is_relevant is 'True if the band is sure or likely';
comment on column core.verdicts_in_force.kind is 'Kind of cooperation; null unless at least borderline';
comment on column core.verdicts_in_force.kind_score is 'Probability of that kind, 0 to 1; null with kind';
comment on column core.verdicts_in_force.judged_at is 'When it was judged, UTC';

create view core.latest_labels as
select
    article_id,
    arg_max(label, (labelled_at, author)) as label,
    arg_max(coalesce(kind, ''), (labelled_at, author)) as kind,
    arg_max(author, (labelled_at, author)) as author,
    max(labelled_at) as labelled_at
from core.labels
group by article_id;
comment on view core.latest_labels is 'One row per article a person gave an opinion of: the latest opinion';
comment on column core.latest_labels.article_id is 'The article (core.articles)';
comment on column core.latest_labels.label is '1 relevant, 0 not relevant, -1 borderline';
comment on column core.latest_labels.kind is 'Kind of cooperation the person named; empty if none';
comment on column core.latest_labels.author is 'Who said so';
comment on column core.latest_labels.labelled_at is 'When, UTC';

create view mart.articles as
with places as (
    select article_id, text_version, model_id, list(country_code order by place_rank) as countries
    from core.article_places group by all
),
blocs as (
    select article_id, text_version, model_id, list(bloc order by bloc_rank) as blocs
    from core.article_blocs group by all
)
select
    articles.article_id,
    texts.title,
    articles.outlet,
    articles.url,
    case when articles.is_published_in_future then articles.first_seen_at
        else coalesce(articles.published_at, articles.first_seen_at) end as counted_at,
    articles.published_at,
    articles.published_at_source,
    articles.published_at_precision,
    articles.is_published_in_future,
    articles.first_seen_at,
    articles.language,
    articles.author,
    coalesce(labels.label = 1, verdicts.is_relevant, false) as is_relevant,
    case when labels.label is not null then 'label' when verdicts.model_id is not null then 'model' end as decided_by,
    labels.label,
    verdicts.model_id,
    verdicts.score,
    verdicts.band,
    coalesce(nullif(labels.kind, ''), verdicts.kind) as kind,
    verdicts.kind_score,
    coalesce(places.countries, []) as countries,
    coalesce(blocs.blocs, []) as blocs,
    texts.n_words,
    texts.text_version,
    texts.text_hash,
    texts.fetched_at,
    articles.feed_id,
    articles.run_id
from core.articles
join core.article_texts as texts on texts.article_id = articles.article_id and texts.is_latest
left join core.verdicts as verdicts on verdicts.article_id = texts.article_id
    and verdicts.text_version = texts.text_version and verdicts.model_id = (select model_id from core.model_in_force)
left join core.latest_labels as labels on labels.article_id = articles.article_id
left join places on places.article_id = verdicts.article_id
    and places.text_version = verdicts.text_version and places.model_id = verdicts.model_id
left join blocs on blocs.article_id = verdicts.article_id
    and blocs.text_version = verdicts.text_version and blocs.model_id = verdicts.model_id;
comment on view mart.articles is 'One row per article: its latest text, and what the model in force or a person says of it';
comment on column mart.articles.article_id is 'Id of the article, 16 hex digits';
comment on column mart.articles.title is 'Headline of the latest text';
comment on column mart.articles.outlet is 'The publisher as readers know it';
comment on column mart.articles.url is 'Address for people';
comment on column mart.articles.counted_at is 'The moment that decides its week, UTC: published_at where known and believed, else first_seen_at';
comment on column mart.articles.published_at is 'Date of publication that somebody claimed, UTC; null if nobody did';
comment on column mart.articles.published_at_source is 'Who claims that date: feed, json-ld, meta, page or url; null without a date';
comment on column mart.articles.published_at_precision is 'second, minute, day or month; null without a date';
comment on column mart.articles.is_published_in_future is 'True if the date lay more than 48 hours ahead when seen: kept, not believed';
comment on column mart.articles.first_seen_at is 'When we first read it, UTC';
comment on column mart.articles.language is 'Language of the text, ISO 639-1; null if too short to tell';
comment on column mart.articles.author is 'Author; null if nobody is named';
comment on column mart.articles.is_relevant is 'The last word: a person''s label where there is one, else the model; false where nobody has spoken';
comment on column mart.articles.decided_by is 'label or model: whose word is_relevant is; null where nobody has spoken';
comment on column mart.articles.label is 'Latest opinion of a person: 1 relevant, 0 not relevant, -1 borderline; null if none';
comment on column mart.articles.model_id is 'The model in force; null if it has not judged the latest text';
comment on column mart.articles.score is 'Probability of being relevant by that model, 0 to 1; null if not judged';
comment on column mart.articles.band is 'sure, likely, borderline, no or unjudged by that model; null if not judged';
comment on column mart.articles.kind is 'Kind of cooperation, a person''s word first; null unless at least borderline or labelled';
comment on column mart.articles.kind_score is 'Probability of the model''s kind, 0 to 1; null without one';
comment on column mart.articles.countries is 'Economies that act in it, ISO 3166 alpha-2 or EU, heaviest first; empty if none (a row each: mart.article_countries)';
comment on column mart.articles.blocs is 'Blocs of economies it names, heaviest first; empty if none';
comment on column mart.articles.n_words is 'Words of the latest text';
comment on column mart.articles.text_version is 'Number of the latest text; above 1 where the publisher changed it';
comment on column mart.articles.text_hash is '16 hex digits of the normalised text';
comment on column mart.articles.fetched_at is 'When that text was fetched, UTC';
comment on column mart.articles.feed_id is 'The feed that brought it first (mart.feed_health)';
comment on column mart.articles.run_id is 'The run that stored it (mart.runs)';

-- The texts stand apart: with them, `from mart.articles limit 5` would read every text of the warehouse.
create view mart.article_texts as
select article_id, text_version, is_latest, title, text, n_words, text_hash, source, extractor, fetched_at
from core.article_texts;
comment on view mart.article_texts is 'One row per article and text it had; the present one is where is_latest';
comment on column mart.article_texts.article_id is 'The article (mart.articles)';
comment on column mart.article_texts.text_version is '1, 2, 3 ... in the order we read them';
comment on column mart.article_texts.is_latest is 'True for the highest version of each article';
comment on column mart.article_texts.title is 'Headline of this version';
comment on column mart.article_texts.text is 'The text, paragraphs separated by a newline; null once the retention setting dropped it';
comment on column mart.article_texts.n_words is 'Words for alphabets, characters / 2 for Chinese, Japanese and Thai';
comment on column mart.article_texts.text_hash is '16 hex digits of the normalised text';
comment on column mart.article_texts.source is 'page, or feed where the feed carried the whole text';
comment on column mart.article_texts.extractor is 'Name and version of what took the text out of the page';
comment on column mart.article_texts.fetched_at is 'When this version was fetched, UTC';

create view mart.relevant_articles as
select
    article_id, title, outlet, url, counted_at, mart.iso_week(counted_at, 'UTC') as week, published_at, first_seen_at,
    language, decided_by, score, band, kind, countries, blocs, n_words
from mart.articles
where is_relevant;
comment on view mart.relevant_articles is 'One row per relevant article, by the model in force, or by a person where one has spoken';
comment on column mart.relevant_articles.article_id is 'Id of the article (mart.articles)';
comment on column mart.relevant_articles.title is 'Headline of the latest text';
comment on column mart.relevant_articles.outlet is 'The publisher as readers know it';
comment on column mart.relevant_articles.url is 'Address for people';
comment on column mart.relevant_articles.counted_at is 'The moment that decides its week, UTC';
comment on column mart.relevant_articles.week is 'ISO week of counted_at in UTC, e.g. 2026-W47';
comment on column mart.relevant_articles.published_at is 'Date of publication that somebody claimed, UTC; null if nobody did';
comment on column mart.relevant_articles.first_seen_at is 'When we first read it, UTC';
comment on column mart.relevant_articles.language is 'Language of the text, ISO 639-1; null if too short to tell';
comment on column mart.relevant_articles.decided_by is 'label or model: who called it relevant';
comment on column mart.relevant_articles.score is 'Probability of being relevant, 0 to 1; null if only a person has spoken';
comment on column mart.relevant_articles.band is 'The model''s band, whatever a label says; null if only a person has spoken';
comment on column mart.relevant_articles.kind is 'Kind of cooperation; null if nobody named one';
comment on column mart.relevant_articles.countries is 'Economies that act in it, heaviest first; empty if none';
comment on column mart.relevant_articles.blocs is 'Blocs of economies it names, heaviest first; empty if none';
comment on column mart.relevant_articles.n_words is 'Words of the latest text';

create view mart.article_countries as
select places.article_id, places.country_code, places.place_rank
from core.article_places as places
semi join core.verdicts_in_force as verdicts using (article_id, text_version, model_id);
comment on view mart.article_countries is 'One row per article and economy that acts in it, by the model in force';
comment on column mart.article_countries.article_id is 'The article (mart.articles)';
comment on column mart.article_countries.country_code is 'ISO 3166 alpha-2, or EU';
comment on column mart.article_countries.place_rank is '1 weighs most';

create view mart.article_evidence as
select evidence.article_id, evidence.evidence_rank, evidence.phrase, evidence.weight
from core.verdict_evidence as evidence
semi join core.verdicts_in_force as verdicts using (article_id, text_version, model_id);
comment on view mart.article_evidence is 'One row per article and phrase that moved its score, by the model in force';
comment on column mart.article_evidence.article_id is 'The article (mart.articles)';
comment on column mart.article_evidence.evidence_rank is '1 is the strongest';
comment on column mart.article_evidence.phrase is 'As it stands in title or text';
comment on column mart.article_evidence.weight is 'Change of the log-odds: above 0 for, below 0 against relevance';

create view mart.country_pairs as
select
    one.country_code as country,
    other.country_code as partner,
    count(*) as n_articles,
    min(articles.counted_at) as first_at,
    max(articles.counted_at) as last_at
from mart.article_countries as one
join mart.article_countries as other on one.article_id = other.article_id and one.country_code < other.country_code
join mart.articles as articles on articles.article_id = one.article_id
where articles.is_relevant
group by all;
comment on view mart.country_pairs is 'One row per pair of economies that act together in at least one relevant article';
comment on column mart.country_pairs.country is 'The first of the two in alphabetical order, ISO 3166 alpha-2 or EU';
comment on column mart.country_pairs.partner is 'The other one';
comment on column mart.country_pairs.n_articles is 'Relevant articles in which both act';
comment on column mart.country_pairs.first_at is 'counted_at of the earliest of them, UTC';
comment on column mart.country_pairs.last_at is 'counted_at of the latest of them, UTC';

create view mart.kinds_by_week as
select
    mart.iso_week(counted_at, 'UTC') as week,
    coalesce(kind, 'unspecified') as kind,
    count(*) as n_articles
from mart.articles
where is_relevant
group by all;
comment on view mart.kinds_by_week is 'One row per ISO week (UTC) and kind of cooperation with at least one relevant article';
comment on column mart.kinds_by_week.week is 'ISO week in UTC, e.g. 2026-W47';
comment on column mart.kinds_by_week.kind is 'Kind of cooperation; unspecified where nobody named one';
comment on column mart.kinds_by_week.n_articles is 'Relevant articles';

create view mart.weekly_counts as
select
    mart.iso_week(counted_at, 'UTC') as week,
    count(*) as n_articles,
    count(*) filter (is_relevant) as n_relevant,
    count(*) filter (band = 'borderline' and label is null or label = -1) as n_borderline,
    count(*) filter (decided_by is null or band = 'unjudged' and label is null) as n_unjudged,
    count(*) filter (published_at is null) as n_undated,
    count(*) filter (is_published_in_future) as n_in_future,
    count(distinct outlet) as n_outlets
from mart.articles
group by all;
comment on view mart.weekly_counts is 'One row per ISO week (UTC) in which at least one article counts';
comment on column mart.weekly_counts.week is 'ISO week in UTC, e.g. 2026-W47';
comment on column mart.weekly_counts.n_articles is 'Articles that count in the week';
comment on column mart.weekly_counts.n_relevant is 'Of them relevant';
comment on column mart.weekly_counts.n_borderline is 'Of them borderline: by a person, or by the model where no person has spoken';
comment on column mart.weekly_counts.n_unjudged is 'Of them not judged: no verdict yet, or too short, or in a language never measured';
comment on column mart.weekly_counts.n_undated is 'Of them without a date of publication, counted by when we first read them';
comment on column mart.weekly_counts.n_in_future is 'Of them with a date we did not believe, counted by when we first read them';
comment on column mart.weekly_counts.n_outlets is 'Different publishers';

create view mart.digest_items as
select
    digests.week, digests.zone, digests.edition, items.item_position, items.section,
    items.article_id, articles.title, articles.outlet, articles.url, digests.digest_id, digests.created_at, digests.html_path
from core.digest_items as items
join core.digests as digests using (digest_id)
left join mart.articles as articles on articles.article_id = items.article_id;
comment on view mart.digest_items is 'One row per edition of a digest and article it shows';
comment on column mart.digest_items.week is 'ISO week, e.g. 2026-W47';
comment on column mart.digest_items.zone is 'IANA time zone whose midnights bound the week';
comment on column mart.digest_items.edition is '1, 2, 3 ... within week and zone; the highest is in force';
comment on column mart.digest_items.item_position is '1, 2, 3 ... in the order of the page';
comment on column mart.digest_items.section is 'The heading it stands under';
comment on column mart.digest_items.article_id is 'The article (mart.articles)';
comment on column mart.digest_items.title is 'Headline of the latest text; the digest may show an earlier one';
comment on column mart.digest_items.outlet is 'The publisher as readers know it';
comment on column mart.digest_items.url is 'Address for people';
comment on column mart.digest_items.digest_id is 'The edition, e.g. 2026-W47.1@Asia/Tokyo';
comment on column mart.digest_items.created_at is 'When the edition was written, UTC';
comment on column mart.digest_items.html_path is 'Where the page lies, relative to the data folder';
