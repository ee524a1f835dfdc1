-- Keeping feeds: polls under way, addresses they moved to, what people decided; and the robots.txt files we remember.

create table ops.feed_leases (
    feed_id varchar not null,
    run_id varchar not null,
    leased_at timestamptz not null,
    until_at timestamptz not null,
    n_unsettled integer not null
);
comment on table ops.feed_leases is 'One row per feed whose poll was begun and is not stored: it is under way, or its process died';
comment on column ops.feed_leases.feed_id is 'The feed (raw.feeds)';
comment on column ops.feed_leases.run_id is 'The run that polls it, or died with it (ops.runs)';
comment on column ops.feed_leases.leased_at is 'When the run took it, UTC';
comment on column ops.feed_leases.until_at is 'Should the poll never be stored, the feed is due again from this moment, UTC, whatever its schedule says';
comment on column ops.feed_leases.n_unsettled is 'Polls before this one, in a row, that were begun and never stored';

create table ops.feed_addresses (
    feed_id varchar not null,
    url varchar not null,
    adopted_at timestamptz not null
);
comment on table ops.feed_addresses is 'One row per address a feed moved to; the latest is asked, all older ones and the one in raw.feeds are its aliases';
comment on column ops.feed_addresses.feed_id is 'The feed (raw.feeds); its id stays that of its first address';
comment on column ops.feed_addresses.url is 'Where a permanent redirect led';
comment on column ops.feed_addresses.adopted_at is 'Since when we ask there, UTC';

create view ops.feed_addresses_in_force as
select feed_id, arg_max(url, adopted_at) as url, max(adopted_at) as adopted_at
from ops.feed_addresses group by feed_id;
comment on view ops.feed_addresses_in_force is 'One row per feed that moved: where it is asked now';
comment on column ops.feed_addresses_in_force.feed_id is 'The feed (raw.feeds)';
comment on column ops.feed_addresses_in_force.url is 'The address asked';
comment on column ops.feed_addresses_in_force.adopted_at is 'Since when, UTC';

create table ops.feed_keeping (
    feed_id varchar not null,
    is_user_added boolean not null,
    is_paused boolean not null,
    paused_since timestamptz,
    confirmed_at timestamptz
);
comment on table ops.feed_keeping is 'One row per feed of which something was decided beside the catalogue; catalogues never touch it';
comment on column ops.feed_keeping.feed_id is 'The feed (raw.feeds)';
comment on column ops.feed_keeping.is_user_added is 'True if a person added it by a command: it stays, whatever the catalogue lists';
comment on column ops.feed_keeping.is_paused is 'True if a person paused it: it is not asked, and its entries are not tried again';
comment on column ops.feed_keeping.paused_since is 'When it was paused, UTC; null if it is not';
comment on column ops.feed_keeping.confirmed_at is 'When a probe, outside of any run, last found it to be a readable feed, UTC; null if never';

create table ops.robots_files (
    origin varchar not null,
    body blob not null,
    read_at timestamptz not null
);
comment on table ops.robots_files is 'One row per site whose robots.txt was read within the last day';
comment on column ops.robots_files.origin is 'Scheme, host and port, such as https://news.test';
comment on column ops.robots_files.body is 'The file as it came, at most 512 KiB; empty where the site has none';
comment on column ops.robots_files.read_at is 'When it was read, UTC; it holds for a day (RFC 9309, 2.4)';
