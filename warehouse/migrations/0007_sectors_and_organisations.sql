-- Sectors and organisations of articles, each in rows of their own; and views: what people said, how models did, how good
-- the data are, what changed.

create table core.article_sectors (
    article_id varchar not null,
    text_version integer not null,
    model_id varchar not null,
    sector varchar not null,
    sector_rank integer not null
);
comment on table core.article_sectors is 'One row per verdict that is at least borderline and sector that the text is about; a text may have none, and at most four';
comment on column core.article_sectors.article_id is 'The article judged (core.verdicts)';
comment on column core.article_sectors.text_version is 'The version judged (core.verdicts)';
comment on column core.article_sectors.model_id is 'The model that judged (core.verdicts); the list of sectors lies in its folder';
comment on column core.article_sectors.sector is 'agri-food, textiles, machinery, tourism ...: the names of seeds/tags/sectors.toml';
comment on column core.article_sectors.sector_rank is '1 is named most often';

create table core.article_organisations (
    article_id varchar not null,
    text_version integer not null,
    model_id varchar not null,
    organisation varchar not null,
    organisation_kind varchar not null,
    country_code varchar,
    organisation_rank integer not null
);
comment on table core.article_organisations is 'One row per verdict that is at least borderline and body that the text names: agencies, chambers, banks, donors, networks';
comment on column core.article_organisations.article_id is 'The article judged (core.verdicts)';
comment on column core.article_organisations.text_version is 'The version judged (core.verdicts)';
comment on column core.article_organisations.model_id is 'The model that judged (core.verdicts); the list of bodies lies in its folder';
comment on column core.article_organisations.organisation is 'The body as readers know it, whatever name the text has for it, e.g. JETRO';
comment on column core.article_organisations.organisation_kind is 'sme-agency, trade-promotion, ministry, chamber, bank, donor, international or network';
comment on column core.article_organisations.country_code is 'Economy it acts for, ISO 3166 alpha-2, or EU; null for one of many economies';
comment on column core.article_organisations.organisation_rank is '1 is named most often';

create view mart.article_sectors as
select sectors.article_id, sectors.sector, sectors.sector_rank
from core.article_sectors as sectors
semi join core.verdicts_in_force as verdicts using (article_id, text_version, model_id);
comment on view mart.article_sectors is 'One row per article and sector it is about, by the model in force; it looks for sectors where it finds an article at least borderline';
comment on column mart.article_sectors.article_id is 'The article (mart.articles)';
comment on column mart.article_sectors.sector is 'agri-food, textiles, machinery, tourism ...: 22 names';
comment on column mart.article_sectors.sector_rank is '1 is named most often';

create view mart.article_organisations as
select bodies.article_id, bodies.organisation, bodies.organisation_kind, bodies.country_code, bodies.organisation_rank
from core.article_organisations as bodies
semi join core.verdicts_in_force as verdicts using (article_id, text_version, model_id);
comment on view mart.article_organisations is 'One row per article and body it names, by the model in force; it looks for bodies where it finds an article at least borderline';
comment on column mart.article_organisations.article_id is 'The article (mart.articles)';
comment on column mart.article_organisations.organisation is 'The body as readers know it, whatever name the text has for it, e.g. JETRO';
comment on column mart.article_organisations.organisation_kind is 'sme-agency, trade-promotion, ministry, chamber, bank, donor, international or network';
comment on column mart.article_organisations.country_code is 'Economy it acts for, ISO 3166 alpha-2, or EU; null for one of many economies';
comment on column mart.article_organisations.organisation_rank is '1 is named most often';

create view mart.article_blocs as
select blocs.article_id, blocs.bloc, blocs.bloc_rank
from core.article_blocs as blocs
semi join core.verdicts_in_force as verdicts using (article_id, text_version, model_id);
comment on view mart.article_blocs is 'One row per article and bloc of economies it names, by the model in force';
comment on column mart.article_blocs.article_id is 'The article (mart.articles)';
comment on column mart.article_blocs.bloc is 'ASEAN, APEC, Mercosur ...; never expanded into members';
comment on column mart.article_blocs.bloc_rank is '1 weighs most';

create view mart.article_feeds as
select links.article_id, links.feed_id, feeds.outlet, feeds.country, links.first_seen_at, links.last_seen_at
from core.article_feeds as links
left join raw.feeds as feeds using (feed_id);
comment on view mart.article_feeds is 'One row per article and feed that announced it';
comment on column mart.article_feeds.article_id is 'The article (mart.articles)';
comment on column mart.article_feeds.feed_id is 'The feed (mart.feed_health)';
comment on column mart.article_feeds.outlet is 'The publisher of the feed';
comment on column mart.article_feeds.country is 'Country of that publisher, ISO 3166 alpha-2, or EU, or INT; null if unknown';
comment on column mart.article_feeds.first_seen_at is 'When the feed first announced it, UTC';
comment on column mart.article_feeds.last_seen_at is 'When the feed last announced it, UTC';

create view mart.sectors_by_week as
select mart.iso_week(articles.counted_at, 'UTC') as week, sectors.sector, count(*) as n_articles
from mart.article_sectors as sectors
join mart.articles as articles using (article_id)
where articles.is_relevant
group by all;
comment on view mart.sectors_by_week is 'One row per ISO week (UTC) and sector with at least one relevant article; an article may count under several';
comment on column mart.sectors_by_week.week is 'ISO week in UTC, e.g. 2026-W47';
comment on column mart.sectors_by_week.sector is 'The sector, in the names of mart.article_sectors';
comment on column mart.sectors_by_week.n_articles is 'Relevant articles';

create view mart.labels as
select
    labels.article_id,
    case labels.label when 1 then 'relevant' when 0 then 'not relevant' else 'borderline' end as opinion,
    labels.label, labels.kind, labels.author, labels.labelled_at,
    labels.labelled_at = latest.labelled_at and labels.author = latest.author as is_in_force,
    labels.note
from core.labels as labels
join core.latest_labels as latest using (article_id);
comment on view mart.labels is 'One row per opinion a person gave of an article';
comment on column mart.labels.article_id is 'The article (mart.articles)';
comment on column mart.labels.opinion is 'relevant, not relevant or borderline';
comment on column mart.labels.label is 'The same as a number: 1, 0, -1';
comment on column mart.labels.kind is 'Kind of cooperation the person named; null if none';
comment on column mart.labels.author is 'Who said so';
comment on column mart.labels.labelled_at is 'When, UTC';
comment on column mart.labels.is_in_force is 'True for the latest opinion of the article: the one that beats the model';
comment on column mart.labels.note is 'Why, in words; null if not said';

create view mart.model_performance as
with last_words as (  -- what each model last said of each article that a person called relevant or not
    select
        verdicts.model_id, verdicts.article_id,
        arg_max(verdicts.is_relevant, verdicts.text_version) as says_relevant,
        arg_max(verdicts.band, verdicts.text_version) = 'unjudged' as says_nothing,
        any_value(labels.label) = 1 as is_true
    from core.verdicts as verdicts
    join core.latest_labels as labels using (article_id)
    where labels.label in (0, 1)
    group by all
),
counted as (
    select
        model_id,
        count(*) as n_labelled,
        count(*) filter (says_nothing) as n_unjudged,
        count(*) filter (says_relevant and is_true) as n_found,
        count(*) filter (says_relevant and not is_true) as n_false_alarms,
        count(*) filter (not says_relevant and is_true) as n_missed
    from last_words
    group by all
)
select
    models.model_id, models.created_at,
    models.model_id in (select model_id from core.model_in_force) as is_in_force,
    coalesce(counted.n_labelled, 0) as n_labelled,
    coalesce(counted.n_unjudged, 0) as n_unjudged,
    coalesce(counted.n_found, 0) as n_found,
    coalesce(counted.n_false_alarms, 0) as n_false_alarms,
    coalesce(counted.n_missed, 0) as n_missed,
    n_found / nullif(n_found + n_false_alarms, 0) as precision,
    n_found / nullif(n_found + n_missed, 0) as recall
from core.models as models
left join counted using (model_id);
comment on view mart.model_performance is 'One row per registered model: how it did on the articles that people labelled, which are few and not drawn at random';
comment on column mart.model_performance.model_id is 'Id of the model';
comment on column mart.model_performance.created_at is 'When it was trained, UTC';
comment on column mart.model_performance.is_in_force is 'True for the model whose verdicts the views show';
comment on column mart.model_performance.n_labelled is 'Articles it has judged and a person has called relevant or not relevant';
comment on column mart.model_performance.n_unjudged is 'Of them too short for it, or in a language it was not measured on';
comment on column mart.model_performance.n_found is 'Relevant for both';
comment on column mart.model_performance.n_false_alarms is 'Relevant for the model, not for the person';
comment on column mart.model_performance.n_missed is 'Relevant for the person, not for the model';
comment on column mart.model_performance.precision is 'Share of what it called relevant that is, 0 to 1; null if it called nothing so';
comment on column mart.model_performance.recall is 'Share of the relevant that it found, 0 to 1; null if nothing is relevant';

create view mart.data_quality as
with repeated as (
    select coalesce(sum(n_same), 0)::bigint as n
    from (select count(*) as n_same from core.article_texts where is_latest group by text_hash having count(*) > 1)
),
of_articles as (
    select
        count(*) as n_all,
        count(*) filter (articles.published_at is null) as undated,
        count(*) filter (articles.is_published_in_future) as in_future,
        count(*) filter (articles.published_at < articles.first_seen_at - interval 7 days) as late,
        count(*) filter (articles.language is null) as no_language,
        count(*) filter (verdicts.model_id is null) as no_verdict,
        count(*) filter (verdicts.band = 'unjudged') as unjudged,
        count(*) filter (texts.n_words < 50) as short
    from core.articles as articles
    join core.article_texts as texts on texts.article_id = articles.article_id and texts.is_latest
    left join core.verdicts as verdicts on verdicts.article_id = texts.article_id
        and verdicts.text_version = texts.text_version and verdicts.model_id = (select model_id from core.model_in_force)
),
of_texts as (
    select count(*) as n_all, count(*) filter (text is null) as dropped from core.article_texts
),
of_entries as (
    select count(*) as n_all, count(*) filter (outcome not in ('stored', 'revised', 'known', 'same text')) as lost
    from raw.entries
),
of_polls as (
    select count(*) as n_all, count(*) filter (outcome not in ('read', 'unchanged')) as failed from raw.fetches
),
of_feeds as (
    select count(*) as n_all, count(*) filter (n_articles = 0) as barren, count(*) filter (country is null) as nowhere
    from mart.feed_health
    where is_active
),
found(subject, finding, n, n_all) as (
    select 'articles', 'without a date of publication', undated, n_all from of_articles
    union all select 'articles', 'with a date too far ahead to be believed', in_future, n_all from of_articles
    union all select 'articles', 'read more than 7 days after publication', late, n_all from of_articles
    union all select 'articles', 'in an unknown language', no_language, n_all from of_articles
    union all select 'articles', 'without a verdict of the model in force', no_verdict, n_all from of_articles
    union all select 'articles', 'left unjudged by the model in force', unjudged, n_all from of_articles
    union all select 'articles', 'of fewer than 50 words', short, n_all from of_articles
    union all select 'articles', 'with the very text of another article', repeated.n, n_all from of_articles, repeated
    union all select 'text versions', 'dropped by the retention setting', dropped, n_all from of_texts
    union all select 'entries', 'that led to no article', lost, n_all from of_entries
    union all select 'polls', 'neither read nor unchanged', failed, n_all from of_polls
    union all select 'active feeds', 'that never brought an article first', barren, n_all from of_feeds
    union all select 'active feeds', 'of a publisher in an unknown country', nowhere, n_all from of_feeds
)
select subject, finding, n, n_all, n / n_all as share from found where n > 0;
comment on view mart.data_quality is 'One row per finding that a reader of numbers should know of; what was looked for and not found has no row';
comment on column mart.data_quality.subject is 'What is counted: articles, text versions, entries, polls, active feeds';
comment on column mart.data_quality.finding is 'What is the matter with them';
comment on column mart.data_quality.n is 'How many';
comment on column mart.data_quality.n_all is 'Of how many';
comment on column mart.data_quality.share is 'n of n_all, above 0 to 1';

create macro mart.changes_since(moment) as table
with changes as (
    select first_seen_at as changed_at, 'new article' as change, article_id, null::varchar as detail
    from core.articles where first_seen_at >= moment::timestamptz
    union all
    select fetched_at, 'new text', article_id, 'version ' || text_version
    from core.article_texts where text_version > 1 and fetched_at >= moment::timestamptz
    union all
    select judged_at, 'new verdict', article_id, model_id || ': ' || band
    from core.verdicts
    semi join (select article_id from core.articles where first_seen_at < moment::timestamptz) as older using (article_id)
    where judged_at >= moment::timestamptz
    union all
    select labelled_at, 'label', article_id, author || ': ' || opinion
    from mart.labels where labelled_at >= moment::timestamptz
)
select changes.changed_at, changes.change, changes.article_id, articles.title, articles.outlet, articles.url, changes.detail
from changes join core.articles as articles using (article_id);
comment on macro table mart.changes_since is 'One row per change to an article from a moment on: new article, new text, new verdict on an older article, label; from mart.changes_since(''2026-11-20'')';
