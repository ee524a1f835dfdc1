-- What was fetched: feeds of the catalogue, polls, and the entries the polls announced.

create table raw.feeds (
    feed_id varchar not null,
    url varchar not null,
    title varchar not null,
    outlet varchar not null,
    country varchar,
    language varchar,
    topic varchar,
    confidence varchar,
    added_at timestamptz not null,
    changed_at timestamptz not null,
    is_active boolean not null
);
comment on table raw.feeds is 'One row per feed that ever stood in the catalogue';
comment on column raw.feeds.feed_id is 'First 16 hex digits of the SHA-256 of the address as catalogued';
comment on column raw.feeds.url is 'The address as catalogued';
comment on column raw.feeds.title is 'Title in the catalogue; empty if it gave none';
comment on column raw.feeds.outlet is 'The publisher as readers know it';
comment on column raw.feeds.country is 'Country of the publisher, ISO 3166 alpha-2, or EU, or INT; null if unknown';
comment on column raw.feeds.language is 'Language the feed is written in, BCP 47 primary tag such as en; null if unknown';
comment on column raw.feeds.topic is 'Topic in the catalogue; null if it gave none';
comment on column raw.feeds.confidence is 'A, B or C: how sure the catalogue is of the address; null if it says nothing';
comment on column raw.feeds.added_at is 'When the feed was first seen in the catalogue, UTC';
comment on column raw.feeds.changed_at is 'When the catalogue last said something new of it, UTC';
comment on column raw.feeds.is_active is 'False once the catalogue no longer lists it; it is then not polled, and its past stays';

create table raw.fetches (
    fetch_id varchar not null,
    run_id varchar not null,
    feed_id varchar not null,
    started_at timestamptz not null,
    duration_s double not null,
    outcome varchar not null,
    http_status smallint,
    final_url varchar,
    wire_bytes bigint not null,
    body_bytes bigint not null,
    format varchar,
    n_entries integer not null,
    detail varchar
);
comment on table raw.fetches is 'One row per feed and poll';
comment on column raw.fetches.fetch_id is 'Id of this poll of this feed, given by the flow';
comment on column raw.fetches.run_id is 'The run that polled (ops.runs)';
comment on column raw.fetches.feed_id is 'The feed that was polled (raw.feeds)';
comment on column raw.fetches.started_at is 'When the request was sent, UTC';
comment on column raw.fetches.duration_s is 'Seconds from the request to the last byte read';
comment on column raw.fetches.outcome is 'How the poll ended: read, unchanged, unreachable, gone, refused, forbidden address, too large, too slow, not a feed';
comment on column raw.fetches.http_status is 'Status of the last answer; null if there was none';
comment on column raw.fetches.final_url is 'Address that answered, after redirects; null if none did';
comment on column raw.fetches.wire_bytes is 'Bytes of body received, still compressed';
comment on column raw.fetches.body_bytes is 'Bytes of body after decompression';
comment on column raw.fetches.format is 'rss, rdf, atom, json or sitemap; null unless the feed was read';
comment on column raw.fetches.n_entries is 'Entries the document announced; 0 unless the feed was read. Equal to the sum of raw.fetch_ends';
comment on column raw.fetches.detail is 'What the server or the parser said; null when the outcome says it all';

create table raw.fetch_ends (
    fetch_id varchar not null,
    outcome varchar not null,
    n_entries integer not null
);
comment on table raw.fetch_ends is 'One row per poll and outcome: how the announced entries ended. Each announced entry is counted exactly once';
comment on column raw.fetch_ends.fetch_id is 'The poll that announced them (raw.fetches)';
comment on column raw.fetch_ends.outcome is 'stored, revised, known, same text, unreachable, gone, refused, no text ... (all names: README.md)';
comment on column raw.fetch_ends.n_entries is 'Entries of this poll that ended so; above 0';

create table raw.retry_ends (
    batch_id varchar not null,
    run_id varchar not null,
    feed_id varchar not null,
    outcome varchar not null,
    n_entries integer not null
);
comment on table raw.retry_ends is 'One row per batch, feed and outcome: how entries ended that were tried again without being announced in this run';
comment on column raw.retry_ends.batch_id is 'The batch that stored them (ops.batches)';
comment on column raw.retry_ends.run_id is 'The run that tried again (ops.runs)';
comment on column raw.retry_ends.feed_id is 'The feed that once announced them (raw.feeds)';
comment on column raw.retry_ends.outcome is 'How they ended this time, in the names of raw.fetch_ends';
comment on column raw.retry_ends.n_entries is 'Entries that ended so; above 0';

create table raw.entries (
    feed_id varchar not null,
    entry_key varchar not null,
    entry_hash varchar not null,
    guid varchar,
    link varchar,
    url_key varchar,
    title varchar not null,
    summary varchar using compression zstd not null,
    author varchar,
    language varchar,
    published_at timestamptz,
    published_at_source varchar,
    published_at_precision varchar,
    is_published_in_future boolean not null,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    outcome varchar not null,
    detail varchar,
    http_status smallint,
    article_id varchar,
    n_attempts integer not null,
    next_attempt_at timestamptz,
    run_id varchar not null
);
comment on table raw.entries is 'One row per feed and entry it ever announced, as last announced, and how it last ended';
comment on column raw.entries.feed_id is 'The feed that announced it (raw.feeds)';
comment on column raw.entries.entry_key is 'Names the entry within its feed: 16 hex digits of the hash of its guid, else its link, else title and date';
comment on column raw.entries.entry_hash is '16 hex digits that change when title, summary, date of update or content change';
comment on column raw.entries.guid is 'The id the feed gave it; null if none';
comment on column raw.entries.link is 'Absolute http(s) address; null if the feed gave none that we accept';
comment on column raw.entries.url_key is 'Normal form of the link, under which pages are recognised; null without a link';
comment on column raw.entries.title is 'Title in the feed, plain text; may be empty';
comment on column raw.entries.summary is 'Summary in the feed, plain text; may be empty';
comment on column raw.entries.author is 'Author in the feed; null if none';
comment on column raw.entries.language is 'Language the feed states for it, BCP 47; null if none';
comment on column raw.entries.published_at is 'Date of publication the feed claims, UTC; null if none';
comment on column raw.entries.published_at_source is 'Who claims that date: feed, url ...; null without a date';
comment on column raw.entries.published_at_precision is 'second, minute, day or month: how precise the claim is; null without a date';
comment on column raw.entries.is_published_in_future is 'True if the date lay more than 48 hours ahead when seen: kept, not believed';
comment on column raw.entries.first_seen_at is 'When a poll first announced it, UTC';
comment on column raw.entries.last_seen_at is 'When a poll last announced it, UTC';
comment on column raw.entries.outcome is 'How it ended when it was last worked on, in the names of raw.fetch_ends; later polls that find nothing new leave it';
comment on column raw.entries.detail is 'What the server or the extractor said; null when the outcome says it all';
comment on column raw.entries.http_status is 'Status of the page at the last attempt; null if none was asked or none answered';
comment on column raw.entries.article_id is 'The article it led to (core.articles); null if it brought none';
comment on column raw.entries.n_attempts is 'Attempts made to get its page; 0 if none was needed';
comment on column raw.entries.next_attempt_at is 'It is tried again from this moment, UTC; null if it is settled';
comment on column raw.entries.run_id is 'The run that last worked on it (ops.runs)';
