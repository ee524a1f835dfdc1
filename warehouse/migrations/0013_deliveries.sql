-- Mailing digests: which edition went to whom, so that nobody ever gets the same one twice.

create table ops.deliveries (
    digest_id varchar not null,
    recipient_hash varchar not null,
    status varchar not null,
    n_attempts integer not null,
    claimed_at timestamptz not null,
    settled_at timestamptz,
    detail varchar,
    -- The one key in this file that DuckDB itself enforces: a mail that has left cannot be taken back.
    primary key (digest_id, recipient_hash)
);
comment on table ops.deliveries is 'One row per edition of a digest and recipient it was ever to be mailed to';
comment on column ops.deliveries.digest_id is 'The edition (core.digests)';
comment on column ops.deliveries.recipient_hash is 'First 32 hex digits of the SHA-256 of the address in lower case; addresses themselves are no matter for analysts';
comment on column ops.deliveries.status is 'claimed: being sent, or its process died meanwhile, so it may have left; sent; deferred: not sent, tried again; refused: the server will not have it; doubtful: the line broke at the end, so it may have left. Only what is deferred is tried again';
comment on column ops.deliveries.n_attempts is 'Times it was claimed';
comment on column ops.deliveries.claimed_at is 'When it was last claimed, UTC';
comment on column ops.deliveries.settled_at is 'When the outcome of that attempt was known, UTC; null while it is claimed';
comment on column ops.deliveries.detail is 'What the mail server said; null when the status says it all';

create view mart.digest_deliveries as
select
    digests.week, digests.zone, digests.edition, deliveries.digest_id,
    count(*) as n_recipients,
    count(*) filter (deliveries.status = 'sent') as n_sent,
    count(*) filter (deliveries.status = 'deferred') as n_deferred,
    count(*) filter (deliveries.status = 'refused') as n_refused,
    count(*) filter (deliveries.status in ('claimed', 'doubtful')) as n_doubtful,
    max(deliveries.settled_at) filter (deliveries.status = 'sent') as last_sent_at
from ops.deliveries as deliveries
join core.digests as digests using (digest_id)
group by all;
comment on view mart.digest_deliveries is 'One row per edition of a digest that was mailed: to how many, and how that ended';
comment on column mart.digest_deliveries.week is 'ISO week, e.g. 2026-W47';
comment on column mart.digest_deliveries.zone is 'IANA time zone whose midnights bound the week';
comment on column mart.digest_deliveries.edition is '1, 2, 3 ... within week and zone';
comment on column mart.digest_deliveries.digest_id is 'The edition (mart.digest_items)';
comment on column mart.digest_deliveries.n_recipients is 'Recipients it was to be mailed to';
comment on column mart.digest_deliveries.n_sent is 'Of them, those whose mail the server took';
comment on column mart.digest_deliveries.n_deferred is 'Of them, those tried again later';
comment on column mart.digest_deliveries.n_refused is 'Of them, those the server will not have';
comment on column mart.digest_deliveries.n_doubtful is 'Of them, those whose mail may have left or not: never tried again by itself';
comment on column mart.digest_deliveries.last_sent_at is 'When the server last took one, UTC; null if it took none';
