-- The week of a date as printed; late is what no issue has told, whenever its run began; comments that had grown untrue.

create macro mart.counts_at(published_at, published_at_precision, is_published_in_future, first_seen_at) as
    case
        when is_published_in_future or published_at is null then first_seen_at
        -- A month is no moment: what is seen in the midst of it did not come on its first. An old one stays old.
        when published_at_precision = 'month' then greatest(published_at, least(
            first_seen_at, timezone('UTC', timezone('UTC', published_at) + interval 1 month) - interval 1 second
        ))
        else published_at
    end;
comment on macro mart.counts_at is 'The moment at which something dated so counts, UTC; of a date without a day, when it was first seen within that month';

create macro mart.counts_by_day(published_at_precision, is_published_in_future) as
    published_at_precision is not distinct from 'day' and not is_published_in_future;
comment on macro mart.counts_by_day is 'True if the moment at which something counts is a calendar date without an hour';

create macro mart.counted_in(counted_at, is_dated_by_day, zone) as
    -- Noon, which no change of clocks leaves out.
    case when is_dated_by_day then timezone(zone, timezone('UTC', counted_at)::date + interval 12 hours) else counted_at end;
comment on macro mart.counted_in is 'The moment at which an article counts in a time zone: a date without an hour is that very date there: mart.counted_in(counted_at, is_dated_by_day, ''America/Lima'')';

create or replace view mart.articles as
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
    mart.counts_at(
        articles.published_at, articles.published_at_precision, articles.is_published_in_future, articles.first_seen_at
    ) as counted_at,
    articles.published_at,
    articles.published_at_source,
    articles.published_at_precision,
    articles.is_published_in_future,
    mart.counts_by_day(articles.published_at_precision, articles.is_published_in_future) as is_dated_by_day,
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
comment on column mart.articles.counted_at is 'The moment that decides its week, UTC: published_at where known and believed, else first_seen_at; of a date without a day, when it was first seen within that month';
comment on column mart.articles.published_at is 'Date of publication that somebody claimed, UTC; null if nobody did';
comment on column mart.articles.published_at_source is 'Who claims that date: feed, json-ld, meta, page or url; null without a date';
comment on column mart.articles.published_at_precision is 'second, minute, day or month; null without a date';
comment on column mart.articles.is_published_in_future is 'True if the date lay more than 48 hours ahead when seen: kept, not believed';
comment on column mart.articles.is_dated_by_day is 'True if counted_at is a calendar date without an hour, as midnight UTC; mart.counted_in puts it into a zone';
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

create or replace view mart.entries as
select
    entries.feed_id, feeds.outlet, entries.entry_key, entries.title, entries.link,
    entries.outcome, entries.detail, entries.http_status, entries.n_attempts, entries.next_attempt_at,
    mart.counts_at(
        entries.published_at, entries.published_at_precision, entries.is_published_in_future, entries.first_seen_at
    ) as counted_at,
    mart.counts_by_day(entries.published_at_precision, entries.is_published_in_future) as is_dated_by_day,
    entries.published_at, entries.first_seen_at, entries.last_seen_at, entries.article_id, entries.run_id
from raw.entries as entries
left join raw.feeds as feeds using (feed_id);
comment on view mart.entries is 'One row per feed and entry it ever announced, and how it last ended';
comment on column mart.entries.feed_id is 'The feed (mart.feed_health)';
comment on column mart.entries.outlet is 'The publisher as readers know it';
comment on column mart.entries.entry_key is 'Names the entry within its feed';
comment on column mart.entries.title is 'Title in the feed; may be empty';
comment on column mart.entries.link is 'Address in the feed; null if none that we accept';
comment on column mart.entries.outcome is 'How it ended when it was last worked on: stored, known, unreachable, no text ...';
comment on column mart.entries.detail is 'What the server or the extractor said; null when the outcome says it all';
comment on column mart.entries.http_status is 'Status of the page at the last attempt; null if none answered';
comment on column mart.entries.n_attempts is 'Attempts made to get its page since it was last settled';
comment on column mart.entries.next_attempt_at is 'It is tried again from this moment, UTC; null if it is settled';
comment on column mart.entries.counted_at is 'The moment that decides its week, UTC: published_at where known and believed, else first_seen_at; of a date without a day, when it was first seen within that month';
comment on column mart.entries.is_dated_by_day is 'True if counted_at is a calendar date without an hour, as midnight UTC; mart.counted_in puts it into a zone';
comment on column mart.entries.published_at is 'Date of publication the feed claims, UTC; null if none';
comment on column mart.entries.first_seen_at is 'When a poll first announced it, UTC';
comment on column mart.entries.last_seen_at is 'When a poll last announced it, UTC';
comment on column mart.entries.article_id is 'The article it led to (mart.articles); null if none';
comment on column mart.entries.run_id is 'The run that last worked on it (mart.runs)';

create or replace view mart.story_articles as
select
    coalesce(members.story_id, articles.article_id) as story_id,
    articles.article_id,
    coalesce(members.is_lead, true) as is_lead,
    members.lead_reason,
    articles.title, articles.outlet, articles.url, articles.counted_at, articles.is_dated_by_day,
    articles.first_seen_at, articles.language,
    articles.is_relevant, articles.band, articles.score, articles.kind, articles.countries, articles.blocs,
    members.twin_id, members.similarity
from mart.articles as articles
left join core.story_articles_in_force as members on members.article_id = articles.article_id
where articles.is_relevant or articles.label = -1 or (articles.label is null and articles.band = 'borderline');
comment on view mart.story_articles is 'One row per relevant or borderline article with its story. Leave out `where is_lead` and reports of one event are not folded';
comment on column mart.story_articles.story_id is 'The story (mart.stories); an article not grouped yet is a story of its own, under its own id';
comment on column mart.story_articles.article_id is 'The article (mart.articles)';
comment on column mart.story_articles.is_lead is 'True for the one article that stands for the story';
comment on column mart.story_articles.lead_reason is 'Why this one, in words: the first of 3 reports; null unless is_lead';
comment on column mart.story_articles.title is 'Headline of the latest text';
comment on column mart.story_articles.outlet is 'The publisher as readers know it';
comment on column mart.story_articles.url is 'Address for people';
comment on column mart.story_articles.counted_at is 'The moment that decides its week, UTC';
comment on column mart.story_articles.is_dated_by_day is 'True if counted_at is a calendar date without an hour, as midnight UTC; mart.counted_in puts it into a zone';
comment on column mart.story_articles.first_seen_at is 'When a poll first brought it, UTC';
comment on column mart.story_articles.language is 'ISO 639-1; null if unknown';
comment on column mart.story_articles.is_relevant is 'By the latest label of a person, else by the model in force';
comment on column mart.story_articles.band is 'sure, likely, borderline, no or unjudged, by the model in force';
comment on column mart.story_articles.score is 'Probability of being relevant, 0 to 1, by the model in force';
comment on column mart.story_articles.kind is 'One of the six kinds of cooperation; null if none was named';
comment on column mart.story_articles.countries is 'Economies that act together, ISO 3166 alpha-2 or EU, most important first';
comment on column mart.story_articles.blocs is 'Blocs it names, such as ASEAN; themselves, not their members';
comment on column mart.story_articles.twin_id is 'The article of the story it resembled most when it joined; null if none did';
comment on column mart.story_articles.similarity is 'How much, 0 to 1; null with twin_id';

create or replace macro mart.stories_told(zone, since, until) as table
with reports as (
    select *, mart.iso_week(told_at, zone) as week
    from (select *, mart.counted_in(counted_at, is_dated_by_day, zone) as told_at from mart.story_articles)
    where is_relevant and told_at >= since::timestamptz and told_at < until::timestamptz
),
placed as (
    select
        *,
        row_number() over telling as place,
        count(*) over (partition by week, story_id) as n_articles,
        -- Where the lead names nobody, the next report that does speaks for it.
        first_value(case when len(countries) + len(blocs) > 0 then {countries: countries, blocs: blocs} end ignore nulls)
            over (telling rows between unbounded preceding and unbounded following) as parties
    from reports
    window telling as (partition by week, story_id order by is_lead desc, coalesce(score, 0) desc, counted_at, article_id)
)
select
    week, story_id, title, outlet, url, counted_at, kind, coalesce(parties.countries, []) as countries,
    coalesce(parties.blocs, []) as blocs, band, score, n_articles, article_id
from placed
where place = 1;
comment on macro table mart.stories_told is 'One row per ISO week in a zone and story with a relevant article in it, as a digest tells it: from mart.stories_told(''Asia/Tokyo'', ''2026-11-16 00:00+09'', ''2026-11-23 00:00+09'')';

create or replace macro mart.week_numbers(since, until, zone := 'UTC') as table
with announced as (
    select count(*) as n_entries, max(first_seen_at) as last_seen_at
    from mart.entries
    where mart.counted_in(counted_at, is_dated_by_day, zone) >= since::timestamptz
        and mart.counted_in(counted_at, is_dated_by_day, zone) < until::timestamptz
),
seen as (
    select
        count(*) as n_articles,
        count(*) filter (published_at is null) as n_undated,
        count(*) filter (is_published_in_future) as n_in_future,
        count(*) filter (decided_by is null or band = 'unjudged' and label is null) as n_unjudged,
        count(*) filter (decided_by is null) as n_without_verdict,
        count(*) filter (band = 'borderline' and label is null or label = -1) as n_borderline,
        count(*) filter (is_relevant) as n_relevant,
        count(distinct outlet) as n_outlets,
        max(first_seen_at) as last_seen_at
    from mart.articles
    where mart.counted_in(counted_at, is_dated_by_day, zone) >= since::timestamptz
        and mart.counted_in(counted_at, is_dated_by_day, zone) < until::timestamptz
)
select
    announced.n_entries, seen.* exclude (last_seen_at), greatest(announced.last_seen_at, seen.last_seen_at) as last_seen_at
from announced cross join seen;
comment on macro table mart.week_numbers is 'One row: what was seen of a span of time, dates without an hour taken as days of a zone, what became of it, and when the last of it was first seen. Judged are n_articles less n_unjudged';

create or replace macro mart.week_ends(since, until, zone := 'UTC') as table
select outcome, count(*) as n_entries
from mart.entries
where mart.counted_in(counted_at, is_dated_by_day, zone) >= since::timestamptz
    and mart.counted_in(counted_at, is_dated_by_day, zone) < until::timestamptz
group by outcome;
comment on macro table mart.week_ends is 'One row per outcome: entries of a span of time, dates without an hour taken as days of a zone, that ended so; the sum is n_entries of mart.week_numbers';

create or replace macro mart.late_arrivals(zone_of_issue, since, until) as table
with editions as (
    select digest_id, week, edition, created_at, model_id
    from core.digests
    -- A correction made later takes nothing out of an issue that has told it.
    where zone = zone_of_issue and week < mart.iso_week(since::timestamptz, zone_of_issue)
        and (edition = 1 or created_at < until::timestamptz)
),
told as (
    select article_id from core.digest_items semi join editions using (digest_id)
),
issues as (
    select
        week, created_at as issued_at, model_id,
        coalesce((contents.content ->> 'stories_left_out')::integer, 0) = 0 as is_whole
    from editions left join core.digest_contents as contents using (digest_id)
    where edition = 1 and created_at < until::timestamptz
),
untold as (
    select members as article, issues.week, issues.issued_at, issues.model_id, issues.is_whole
    from (
        select *, mart.counted_in(counted_at, is_dated_by_day, zone_of_issue) as told_at from mart.story_articles
    ) as members
    join issues on issues.week = mart.iso_week(members.told_at, zone_of_issue)
    where members.is_relevant
        and members.told_at >= since::timestamptz - interval 14 days and members.told_at < since::timestamptz
        and members.first_seen_at >= since::timestamptz - interval 7 days and members.first_seen_at < until::timestamptz
        and members.article_id not in (from told)
)
select article.* exclude (told_at), week
from untold
-- A run stores what it finds after it began, hours after if it had to spool it. What is older than the issue and not in
-- it was stored later, unless it was there and only a new model or a person has called it relevant since.
where article.first_seen_at > issued_at
    or (is_whole and exists (
        from core.verdicts as verdicts
        where verdicts.article_id = untold.article.article_id and verdicts.model_id = untold.model_id and verdicts.is_relevant
    ));
comment on macro table mart.late_arrivals is 'One row per relevant article of the two weeks before a span of time that was stored when the issue of its week was out, and that no issue before the span has told';

comment on macro table mart.changes_since is 'One row per change to an article from a moment on: new article, new text, new verdict on an older article, label; from mart.changes_since(''2026-11-20 00:00+00''). Changes carry the time at which their run began, or a person spoke, and may be stored hours later, texts read again from the archive that of their page: ask again for some days before the latest you have, and drop what you have';
comment on macro table mart.search is 'One row per article whose latest title and text have all the words, whatever case or accents, best first: from mart.search(''forum viet nam''). Reads every text, or those read since a time, which is quicker: from mart.search(''forum'', read_since := ''2026-10-01 00:00+00''). `smewatch search` asks an index';

comment on column core.digest_items.section is 'Where it stands: story, late or borderline';
comment on column mart.digest_items.section is 'Where it stands: story, late or borderline';
comment on column core.digest_counts.count_name is 'What is counted: stories, or announced (entries of feeds)';
comment on column ops.schema_migrations.version is 'The number its file name starts with; they rise, and some are left out';
comment on column ops.batches.stored_at is 'When the run that made the batch began, UTC; it may be stored hours later, from the spool';
comment on view mart.entry_ends is 'One row per poll, of which a backfill makes one a page: what the feed announced, and how those entries ended';
comment on column raw.entries.n_attempts is 'Attempts made to get its page since it was last settled; 0 if none was needed';
