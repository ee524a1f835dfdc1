-- The four schemas, and what operators need: runs, stored batches, the state of every feed, migrations, promotions.
--
-- No table has a primary or foreign key. One process writes at a time and drops what is known by anti-join; a primary
-- key would triple the time of a bulk load and forbid later changes of a column. What keys would promise is written as
-- queries in warehouse/checks, which must return nothing.

-- A schema cannot carry a comment (DuckDB 2.0), so their meaning stands here.
create schema raw;   -- as fetched: feeds, polls, and the entries they announced; nothing is ever deleted
create schema core;  -- derived facts: articles, texts, verdicts, places, labels, models, digests; mostly append-only
create schema mart;  -- what people query: names and meanings are a contract, all else may be rearranged by a migration
create schema ops;   -- what operators need

create table ops.schema_migrations (
    version integer not null,
    name varchar not null,
    sha256 varchar not null,
    applied_at timestamptz not null,
    duckdb_version varchar not null
);
comment on table ops.schema_migrations is 'One row per migration applied to this file';
comment on column ops.schema_migrations.version is 'The number its file name starts with; 1, 2, 3 ... without gaps';
comment on column ops.schema_migrations.name is 'The rest of its file name, without .sql';
comment on column ops.schema_migrations.sha256 is 'SHA-256 of the file as applied, in hex; an edited migration is refused at the next opening';
comment on column ops.schema_migrations.applied_at is 'When it was applied, UTC';
comment on column ops.schema_migrations.duckdb_version is 'The DuckDB that applied it, e.g. v2.0.0';

create table ops.runs (
    run_id varchar not null,
    flow varchar not null,
    started_at timestamptz not null,
    ended_at timestamptz,
    status varchar not null,
    detail varchar
);
comment on table ops.runs is 'One row per run of a flow';
comment on column ops.runs.run_id is 'Id of the run, given by the flow';
comment on column ops.runs.flow is 'Name of the flow: ingest, digest, train ...';
comment on column ops.runs.started_at is 'When the run began, UTC';
comment on column ops.runs.ended_at is 'When the run ended, UTC; null while it runs; for a crashed run, when the next run of its flow found it';
comment on column ops.runs.status is 'running, completed, failed or crashed (still running when the next run of its flow began)';
comment on column ops.runs.detail is 'What the run says of its end, for an operator; null if it says nothing';

create table ops.batches (
    batch_id varchar not null,
    run_id varchar not null,
    stored_at timestamptz not null,
    n_fetches bigint not null,
    n_entries bigint not null,
    n_articles bigint not null,
    n_texts bigint not null,
    n_verdicts bigint not null
);
comment on table ops.batches is 'One row per batch stored; a batch is one transaction, and one whose id stands here is not stored again';
comment on column ops.batches.batch_id is 'Id of the batch, given by the flow';
comment on column ops.batches.run_id is 'The run that made the batch (ops.runs)';
comment on column ops.batches.stored_at is 'When the batch was made ready to be stored, UTC';
comment on column ops.batches.n_fetches is 'Polls of feeds it added to raw.fetches';
comment on column ops.batches.n_entries is 'Entries it added to raw.entries; updates of known ones are not counted';
comment on column ops.batches.n_articles is 'Articles it added to core.articles';
comment on column ops.batches.n_texts is 'Text versions it added to core.article_texts';
comment on column ops.batches.n_verdicts is 'Verdicts it added to core.verdicts';

create table ops.feed_states (
    feed_id varchar not null,
    state varchar not null,
    next_poll_at timestamptz,
    next_poll_reason varchar,
    interval_s double not null,
    ttl_s double,
    skip_hours integer not null,
    skip_days integer not null,
    etag varchar,
    last_modified varchar,
    validators_url varchar,
    audited_at timestamptz,
    validators_lie boolean not null,
    last_polled_at timestamptz,
    last_good_at timestamptz,
    last_new_at timestamptz,
    n_failures integer not null,
    failure_weight double not null,
    first_failed_at timestamptz,
    gone_since timestamptz,
    moved_to varchar,
    moved_since timestamptz,
    n_moved integer not null,
    last_outcome varchar,
    last_detail varchar
);
comment on table ops.feed_states is 'One row per feed that was polled at least once: what the next poll needs to know';
comment on column ops.feed_states.feed_id is 'The feed (raw.feeds)';
comment on column ops.feed_states.state is 'Whether we still hope for it: new, active, dormant (asked weekly) or gone (asked monthly)';
comment on column ops.feed_states.next_poll_at is 'The feed is due from this moment, UTC; null means at once';
comment on column ops.feed_states.next_poll_reason is 'Why then, in the words of the scheduler; null before the first poll';
comment on column ops.feed_states.interval_s is 'The adaptive interval in seconds, before wishes, jitter and back-off';
comment on column ops.feed_states.ttl_s is 'The feed''s own wish when last read, in seconds (rss:ttl, sy:updatePeriod); null if it has none';
comment on column ops.feed_states.skip_hours is 'Bit h set: it asks not to be polled between h:00 and h:59 GMT (RSS 2.0 skipHours); 0 if it does not care';
comment on column ops.feed_states.skip_days is 'Bit d set: it asks not to be polled on day d, 0 = Monday, GMT (RSS 2.0 skipDays); 0 if it does not care';
comment on column ops.feed_states.etag is 'Validator of the last good answer, opaque, exactly as received; null if the server gave none';
comment on column ops.feed_states.last_modified is 'Last-Modified of the last good answer, opaque, exactly as received; null if the server gave none';
comment on column ops.feed_states.validators_url is 'The address, after redirects, that gave the validators; only it is sent them; null without validators';
comment on column ops.feed_states.audited_at is 'Last good answer to a request without validators, UTC; null if never';
comment on column ops.feed_states.validators_lie is 'True if an audit found new entries under the old validators; they are then no longer sent';
comment on column ops.feed_states.last_polled_at is 'When the feed was last asked, UTC; null before the first poll';
comment on column ops.feed_states.last_good_at is 'When a poll last ended as read or unchanged, UTC; null if never';
comment on column ops.feed_states.last_new_at is 'When a poll last brought an entry we did not know, UTC; null if never';
comment on column ops.feed_states.n_failures is 'Failed polls in a row; 0 after a good one';
comment on column ops.feed_states.failure_weight is 'Weight of those failures: 1/4 for a name that does not resolve, 1/2 for silence, 5xx and 429, else 1';
comment on column ops.feed_states.first_failed_at is 'When the present row of failures began, UTC; null if the last poll was good';
comment on column ops.feed_states.gone_since is 'First 410 since the last good answer, UTC; null if there was none';
comment on column ops.feed_states.moved_to is 'Where a permanent redirect leads, seen at every good answer since moved_since; null if there is none';
comment on column ops.feed_states.moved_since is 'When that redirect was first seen, UTC; null without one';
comment on column ops.feed_states.n_moved is 'Sightings of that redirect; 0 without one';
comment on column ops.feed_states.last_outcome is 'How the last poll ended: read, unchanged, unreachable, gone, refused, forbidden address, too large, too slow, not a feed';
comment on column ops.feed_states.last_detail is 'What the server or the parser said at the last poll; null when the outcome says it all';

create table ops.model_promotions (
    promotion_no integer not null,
    model_id varchar not null,
    promoted_at timestamptz not null,
    reason varchar
);
comment on table ops.model_promotions is 'One row per decision that a model shall speak for the warehouse; the highest number is in force';
comment on column ops.model_promotions.promotion_no is '1, 2, 3 ... in the order of the decisions';
comment on column ops.model_promotions.model_id is 'The model (core.models)';
comment on column ops.model_promotions.promoted_at is 'When it was decided, UTC';
comment on column ops.model_promotions.reason is 'Why, in words; null if nobody said';
