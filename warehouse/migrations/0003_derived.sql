-- What was derived: articles and their texts, models and verdicts, labels, digests.

create table core.articles (
    article_id varchar not null,
    url varchar not null,
    url_key varchar not null,
    outlet varchar not null,
    feed_id varchar not null,
    language varchar,
    title varchar not null,
    author varchar,
    published_at timestamptz,
    published_at_source varchar,
    published_at_precision varchar,
    is_published_in_future boolean not null,
    first_seen_at timestamptz not null,
    run_id varchar not null
);
comment on table core.articles is 'One row per article, as first read; later texts are in core.article_texts';
comment on column core.articles.article_id is 'First 16 hex digits of the SHA-256 of url_key';
comment on column core.articles.url is 'Address for people: the canonical one where the page names it, else the one that answered';
comment on column core.articles.url_key is 'Normal form of the address, under which the article is recognised';
comment on column core.articles.outlet is 'The publisher as readers know it';
comment on column core.articles.feed_id is 'The feed that brought it first (raw.feeds)';
comment on column core.articles.language is 'Language of the text, ISO 639-1; null if too short to tell';
comment on column core.articles.title is 'Headline when first read';
comment on column core.articles.author is 'Author as the page or the feed names them; null if neither does';
comment on column core.articles.published_at is 'Date of publication that somebody claimed, UTC; null if nobody did, never a made-up one';
comment on column core.articles.published_at_source is 'Who claims that date: feed, json-ld, meta, page or url; null without a date';
comment on column core.articles.published_at_precision is 'second, minute, day or month: how precise the claim is; null without a date';
comment on column core.articles.is_published_in_future is 'True if the date lay more than 48 hours ahead when seen: kept, not believed';
comment on column core.articles.first_seen_at is 'When we first read it, UTC';
comment on column core.articles.run_id is 'The run that stored it (ops.runs)';

create table core.article_urls (
    url_key varchar not null,
    article_id varchar not null,
    url_role varchar not null,
    first_seen_at timestamptz not null
);
comment on table core.article_urls is 'One row per address under which an article is known';
comment on column core.article_urls.url_key is 'Normal form of an address';
comment on column core.article_urls.article_id is 'The article it leads to (core.articles)';
comment on column core.article_urls.url_role is 'How we know: article (its own key), feed link, redirect, canonical, same text';
comment on column core.article_urls.first_seen_at is 'When the address was first met, UTC';

create table core.article_feeds (
    article_id varchar not null,
    feed_id varchar not null,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null
);
comment on table core.article_feeds is 'One row per article and feed that announced it';
comment on column core.article_feeds.article_id is 'The article (core.articles)';
comment on column core.article_feeds.feed_id is 'The feed (raw.feeds)';
comment on column core.article_feeds.first_seen_at is 'When the feed first announced it, UTC';
comment on column core.article_feeds.last_seen_at is 'When the feed last announced it, UTC';

-- zstd: on 2.0 the encoding DuckDB picks for long text takes twice the time and twice the space (60,000 rows of 3 KB).
create table core.article_texts (
    article_id varchar not null,
    text_version integer not null,
    is_latest boolean not null,
    text_hash varchar not null,
    title varchar not null,
    text varchar using compression zstd,
    n_words integer not null,
    source varchar not null,
    extractor varchar not null,
    fetched_at timestamptz not null,
    run_id varchar not null
);
comment on table core.article_texts is 'One row per article and text it had; a new version only where the words changed';
comment on column core.article_texts.article_id is 'The article (core.articles)';
comment on column core.article_texts.text_version is '1, 2, 3 ... in the order we read them';
comment on column core.article_texts.is_latest is 'True for the highest version of each article: a view that had to look for it took three times as long';
comment on column core.article_texts.text_hash is '16 hex digits of the normalised text: equal for the same words whatever the white space';
comment on column core.article_texts.title is 'Headline of this version';
comment on column core.article_texts.text is 'The text, paragraphs separated by a newline; null once the retention setting dropped it';
comment on column core.article_texts.n_words is 'Words for alphabets, characters / 2 for Chinese, Japanese and Thai';
comment on column core.article_texts.source is 'page, or feed where the feed carried the whole text';
comment on column core.article_texts.extractor is 'Name and version of what took the text out of the page';
comment on column core.article_texts.fetched_at is 'When this version was fetched, UTC';
comment on column core.article_texts.run_id is 'The run that stored it (ops.runs)';

create table core.models (
    model_id varchar not null,
    created_at timestamptz not null,
    registered_at timestamptz not null,
    folder varchar not null,
    model_sha256 varchar not null,
    training_sha256 varchar not null,
    card json not null
);
comment on table core.models is 'One row per registered model; which one speaks is in ops.model_promotions';
comment on column core.models.model_id is 'Id of the model, given by the trainer';
comment on column core.models.created_at is 'When it was trained, UTC';
comment on column core.models.registered_at is 'When the warehouse first heard of it, UTC';
comment on column core.models.folder is 'Where its folder lies, relative to the data folder';
comment on column core.models.model_sha256 is 'SHA-256 of the model file, in hex';
comment on column core.models.training_sha256 is 'SHA-256 of the training data, in hex';
comment on column core.models.card is 'The card of the model as JSON: data, versions, parameters, measured results';

create table core.model_metrics (
    model_id varchar not null,
    data_set varchar not null,
    metric varchar not null,
    metric_value double not null
);
comment on table core.model_metrics is 'One row per model, data set and metric';
comment on column core.model_metrics.model_id is 'The model (core.models)';
comment on column core.model_metrics.data_set is 'What it was measured on, e.g. cross-validation, real-dev';
comment on column core.model_metrics.metric is 'Name of the metric, e.g. average_precision, recall_at_precision_90';
comment on column core.model_metrics.metric_value is 'The value; shares and probabilities are 0 to 1';

create table core.verdicts (
    article_id varchar not null,
    text_version integer not null,
    model_id varchar not null,
    score double not null,
    band varchar not null,
    is_relevant boolean not null,
    kind varchar,
    kind_score double,
    judged_at timestamptz not null,
    run_id varchar not null
);
comment on table core.verdicts is 'One row per text version and model that judged it. Append-only: a new model adds, nothing is overwritten';
comment on column core.verdicts.article_id is 'The article (core.articles)';
comment on column core.verdicts.text_version is 'The version judged (core.article_texts)';
comment on column core.verdicts.model_id is 'The model that judged (core.models)';
comment on column core.verdicts.score is 'Probability of being relevant, 0 to 1';
comment on column core.verdicts.band is 'sure, likely, borderline, no, or unjudged (too short, or a language never measured)';
comment on column core.verdicts.is_relevant is 'True if the band is sure or likely';
comment on column core.verdicts.kind is 'forum, agreement, policy-learning, finance, internationalisation or technology; null unless at least borderline';
comment on column core.verdicts.kind_score is 'Probability of that kind, 0 to 1; null with kind';
comment on column core.verdicts.judged_at is 'When it was judged, UTC';
comment on column core.verdicts.run_id is 'The run that stored it (ops.runs)';

create table core.verdict_evidence (
    article_id varchar not null,
    text_version integer not null,
    model_id varchar not null,
    evidence_rank integer not null,
    phrase varchar not null,
    weight double not null
);
comment on table core.verdict_evidence is 'One row per verdict and phrase that moved its score';
comment on column core.verdict_evidence.article_id is 'The article judged (core.verdicts)';
comment on column core.verdict_evidence.text_version is 'The version judged (core.verdicts)';
comment on column core.verdict_evidence.model_id is 'The model that judged (core.verdicts)';
comment on column core.verdict_evidence.evidence_rank is '1 is the strongest';
comment on column core.verdict_evidence.phrase is 'As it stands in title or text, at most 300 characters';
comment on column core.verdict_evidence.weight is 'Change of the log-odds: above 0 for, below 0 against relevance';

create table core.article_places (
    article_id varchar not null,
    text_version integer not null,
    model_id varchar not null,
    country_code varchar not null,
    place_rank integer not null
);
comment on table core.article_places is 'One row per verdict and economy that acts in the text';
comment on column core.article_places.article_id is 'The article judged (core.verdicts)';
comment on column core.article_places.text_version is 'The version judged (core.verdicts)';
comment on column core.article_places.model_id is 'The model that judged (core.verdicts)';
comment on column core.article_places.country_code is 'ISO 3166 alpha-2, or EU';
comment on column core.article_places.place_rank is '1 weighs most';

create table core.article_blocs (
    article_id varchar not null,
    text_version integer not null,
    model_id varchar not null,
    bloc varchar not null,
    bloc_rank integer not null
);
comment on table core.article_blocs is 'One row per verdict and bloc of economies it names; blocs are never expanded into members';
comment on column core.article_blocs.article_id is 'The article judged (core.verdicts)';
comment on column core.article_blocs.text_version is 'The version judged (core.verdicts)';
comment on column core.article_blocs.model_id is 'The model that judged (core.verdicts)';
comment on column core.article_blocs.bloc is 'ASEAN, APEC, Mercosur ...';
comment on column core.article_blocs.bloc_rank is '1 weighs most';

create table core.labels (
    article_id varchar not null,
    label tinyint not null,
    kind varchar,
    author varchar not null,
    labelled_at timestamptz not null,
    note varchar
);
comment on table core.labels is 'One row per opinion a person gave of an article. Append-only; the latest opinion wins over any model';
comment on column core.labels.article_id is 'The article (core.articles)';
comment on column core.labels.label is '1 relevant, 0 not relevant, -1 borderline';
comment on column core.labels.kind is 'The kind of cooperation, in the names of core.verdicts; null if not said';
comment on column core.labels.author is 'Who said so';
comment on column core.labels.labelled_at is 'When, UTC';
comment on column core.labels.note is 'Why, in words; null if not said';

create table core.digests (
    digest_id varchar not null,
    week varchar not null,
    zone varchar not null,
    edition integer not null,
    created_at timestamptz not null,
    model_id varchar,
    html_sha256 varchar not null,
    text_sha256 varchar not null,
    html_path varchar not null
);
comment on table core.digests is 'One row per edition of a weekly digest. Editions are immutable: a changed content is a new edition';
comment on column core.digests.digest_id is 'week, edition and zone in one, e.g. 2026-W47.1@Asia/Tokyo';
comment on column core.digests.week is 'ISO week, e.g. 2026-W47';
comment on column core.digests.zone is 'IANA time zone whose midnights bound the week';
comment on column core.digests.edition is '1, 2, 3 ... within week and zone; the highest is in force';
comment on column core.digests.created_at is 'When this edition was written, UTC';
comment on column core.digests.model_id is 'The model whose verdicts it shows (core.models); null if no model was in force';
comment on column core.digests.html_sha256 is 'SHA-256 of the HTML page, in hex';
comment on column core.digests.text_sha256 is 'SHA-256 of the plain-text twin, in hex';
comment on column core.digests.html_path is 'Where the page lies, relative to the data folder';

create table core.digest_counts (
    digest_id varchar not null,
    count_name varchar not null,
    n bigint not null
);
comment on table core.digest_counts is 'One row per edition and number it states, so that a digest can be compared with a query';
comment on column core.digest_counts.digest_id is 'The edition (core.digests)';
comment on column core.digest_counts.count_name is 'What is counted, e.g. relevant, seen, left_out';
comment on column core.digest_counts.n is 'The number as printed';

create table core.digest_items (
    digest_id varchar not null,
    item_position integer not null,
    article_id varchar not null,
    section varchar not null
);
comment on table core.digest_items is 'One row per edition and article it shows';
comment on column core.digest_items.digest_id is 'The edition (core.digests)';
comment on column core.digest_items.item_position is '1, 2, 3 ... in the order of the page';
comment on column core.digest_items.article_id is 'The article (core.articles)';
comment on column core.digest_items.section is 'The heading it stands under: a kind, or borderline';
