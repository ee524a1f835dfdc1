-- Collecting, from run to run: hosts that asked for rest, what publishers reserve, entries we gave up.

create table ops.host_rests (
    host varchar not null,
    rest_ends_at timestamptz not null,
    slowdown double not null,
    noted_at timestamptz not null
);
comment on table ops.host_rests is 'One row per host that asked to be left alone or answered us with 429 or 503, and has not recovered since';
comment on column ops.host_rests.host is 'Registrable domain, such as news.test, or an IP address';
comment on column ops.host_rests.rest_ends_at is 'Nothing is asked of it before, UTC (Retry-After, at most 7 days); in the past where it only labours';
comment on column ops.host_rests.slowdown is 'How much longer than our usual pace we wait between two requests; every good answer takes a quarter off';
comment on column ops.host_rests.noted_at is 'Start of the run that noted it, UTC';

create table raw.reservations (
    subject varchar not null,
    scope varchar not null,
    statement varchar not null,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null
);
comment on table raw.reservations is 'One row per site or page and thing its publisher says against machine learning or data mining';
comment on column raw.reservations.subject is 'Of a site: scheme, host and port, such as https://news.test; of a page: its article (mart.articles)';
comment on column raw.reservations.scope is 'site or page';
comment on column raw.reservations.statement is 'What was said and where, such as "robots.txt: Content-Signal ai-train=no" or "meta robots: noai"';
comment on column raw.reservations.first_seen_at is 'When it was first read, UTC';
comment on column raw.reservations.last_seen_at is 'When it was last read, UTC; a publisher may have changed his mind since';

create view mart.quarantine as
select
    entries.feed_id, feeds.outlet, entries.title, entries.link, entries.outcome, entries.detail, entries.http_status,
    entries.n_attempts, entries.first_seen_at, entries.last_seen_at, entries.entry_key
from raw.entries as entries
left join raw.feeds as feeds using (feed_id)
where entries.n_attempts >= 6 and entries.next_attempt_at is null and entries.article_id is null
    and entries.outcome in ('unreachable', 'refused', 'refused by robots', 'too slow', 'no text');
comment on view mart.quarantine is 'One row per entry that we gave up after six tries: its publisher may be asked, or smewatch told to try again (smewatch feeds retry)';
comment on column mart.quarantine.feed_id is 'The feed that announced it (mart.feed_health)';
comment on column mart.quarantine.outlet is 'The publisher as readers know it';
comment on column mart.quarantine.title is 'Title in the feed; may be empty';
comment on column mart.quarantine.link is 'Address in the feed';
comment on column mart.quarantine.outcome is 'How the last try ended: unreachable, refused, refused by robots, too slow, no text (our own reader failed)';
comment on column mart.quarantine.detail is 'What the server or the extractor said at the last try; null when the outcome says it all';
comment on column mart.quarantine.http_status is 'Status of the page at the last try; null if none answered';
comment on column mart.quarantine.n_attempts is 'Tries made';
comment on column mart.quarantine.first_seen_at is 'When a poll first announced it, UTC';
comment on column mart.quarantine.last_seen_at is 'When a poll last announced it, UTC';
comment on column mart.quarantine.entry_key is 'Names the entry within its feed';
