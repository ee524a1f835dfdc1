-- Stories under ids that last, what a digest was made of, and the questions a digest asks, as macros it can print.

create table core.stories (
    story_id varchar not null,
    founded_at timestamptz not null,
    merged_into varchar,
    merged_at timestamptz
);
comment on table core.stories is 'One row per story ever founded. Its id lasts: articles join later, and a story that proves to be another one points to it';
comment on column core.stories.story_id is '"s-" and 16 hex digits, made from the id of the article it began with';
comment on column core.stories.founded_at is 'When it was first grouped, UTC';
comment on column core.stories.merged_into is 'The older story that it proved to be, never one that was merged itself; null while it stands for itself';
comment on column core.stories.merged_at is 'When that was found, UTC; null with merged_into';

create table core.story_articles (
    article_id varchar not null,
    story_id varchar not null,
    is_lead boolean not null,
    lead_reason varchar,
    twin_id varchar,
    similarity double,
    joined_at timestamptz not null
);
comment on table core.story_articles is 'One row per article that was ever relevant or borderline: the story it joined. An article never leaves its story';
comment on column core.story_articles.article_id is 'The article (core.articles)';
comment on column core.story_articles.story_id is 'The story it joined (core.stories); follow merged_into from there';
comment on column core.story_articles.is_lead is 'True for the one article that stands for the story';
comment on column core.story_articles.lead_reason is 'Why this one, in words: the first of 3 reports; null unless is_lead';
comment on column core.story_articles.twin_id is 'The article of the story it resembled most when it joined; null if none did';
comment on column core.story_articles.similarity is 'How much, 0 to 1, where 1 is the same text; null with twin_id';
comment on column core.story_articles.joined_at is 'When it was grouped, UTC';

create table core.digest_contents (
    digest_id varchar not null,
    facts_sha256 varchar not null,
    content json not null using compression zstd
);
comment on table core.digest_contents is 'One row per edition of a digest: all that it says, so that it can be shown again as it was';
comment on column core.digest_contents.digest_id is 'The edition (core.digests)';
comment on column core.digest_contents.facts_sha256 is 'SHA-256 of what it says of the world, in hex; while this stays the same there is no new edition';
comment on column core.digest_contents.content is 'The edition as JSON, every text of it a clean line';

create view core.story_articles_in_force as
select
    members.article_id, coalesce(stories.merged_into, members.story_id) as story_id,
    members.is_lead, members.lead_reason, members.twin_id, members.similarity, members.joined_at
from core.story_articles as members join core.stories as stories using (story_id);
comment on view core.story_articles_in_force is 'One row per grouped article, merged stories followed to the one that stands';
comment on column core.story_articles_in_force.article_id is 'The article (core.articles)';
comment on column core.story_articles_in_force.story_id is 'The story that stands (core.stories)';
comment on column core.story_articles_in_force.is_lead is 'True for the one article that stands for the story';
comment on column core.story_articles_in_force.lead_reason is 'Why this one, in words; null unless is_lead';
comment on column core.story_articles_in_force.twin_id is 'The article of the story it resembled most when it joined; null if none did';
comment on column core.story_articles_in_force.similarity is 'How much, 0 to 1; null with twin_id';
comment on column core.story_articles_in_force.joined_at is 'When it was grouped, UTC';

create view mart.story_articles as
select
    coalesce(members.story_id, articles.article_id) as story_id,
    articles.article_id,
    coalesce(members.is_lead, true) as is_lead,
    members.lead_reason,
    articles.title, articles.outlet, articles.url, articles.counted_at, articles.first_seen_at, articles.language,
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
comment on column mart.story_articles.first_seen_at is 'When a poll first brought it, UTC';
comment on column mart.story_articles.language is 'ISO 639-1; null if unknown';
comment on column mart.story_articles.is_relevant is 'By the latest label of a person, else by the model in force';
comment on column mart.story_articles.band is 'sure, likely, borderline, no or unjudged, by the model in force';
comment on column mart.story_articles.score is 'Probability of being relevant, 0 to 1, by the model in force';
comment on column mart.story_articles.kind is 'One of the six kinds of cooperation; null if none was named';
comment on column mart.story_articles.countries is 'Economies that act together, ISO 3166 alpha-2 or EU, most important first';
comment on column mart.story_articles.blocs is 'Blocs it names, such as ASEAN; never expanded into members';
comment on column mart.story_articles.twin_id is 'The article of the story it resembled most when it joined; null if none did';
comment on column mart.story_articles.similarity is 'How much, 0 to 1; null with twin_id';

create view mart.stories as
with members as (
    select
        *,
        count(*) over story as n_articles,
        count(*) filter (is_relevant) over story as n_relevant,
        count(distinct outlet) over story as n_outlets,
        min(counted_at) over story as first_counted_at,
        max(counted_at) over story as last_counted_at
    from mart.story_articles
    window story as (partition by story_id)
)
select
    story_id, title, outlet, url, first_counted_at, last_counted_at, n_relevant > 0 as is_relevant, kind, countries, blocs,
    n_articles, n_relevant, n_outlets, article_id, lead_reason
from members
qualify row_number() over (
    partition by story_id order by is_lead desc, is_relevant desc, coalesce(score, 0) desc, counted_at, article_id
) = 1;
comment on view mart.stories is 'One row per story: reports of one event, shown through the article that leads';
comment on column mart.stories.story_id is 'Id of the story, which lasts; of one that is not grouped yet, the id of its article';
comment on column mart.stories.title is 'Headline of the lead';
comment on column mart.stories.outlet is 'The publisher of the lead';
comment on column mart.stories.url is 'Address of the lead';
comment on column mart.stories.first_counted_at is 'When its first article counts, UTC';
comment on column mart.stories.last_counted_at is 'When its last article counts, UTC';
comment on column mart.stories.is_relevant is 'True if one of its articles is';
comment on column mart.stories.kind is 'Kind of cooperation, as the lead has it; null if none was named';
comment on column mart.stories.countries is 'Economies that act together, as the lead has them, most important first';
comment on column mart.stories.blocs is 'Blocs, as the lead names them';
comment on column mart.stories.n_articles is 'Articles, relevant or borderline';
comment on column mart.stories.n_relevant is 'Of them relevant';
comment on column mart.stories.n_outlets is 'Different publishers';
comment on column mart.stories.article_id is 'The lead (mart.articles)';
comment on column mart.stories.lead_reason is 'Why it leads, in words; null if not grouped yet';

create macro mart.stories_told(zone, since, until) as table
with reports as (
    select *, mart.iso_week(counted_at, zone) as week
    from mart.story_articles
    where is_relevant and counted_at >= since::timestamptz and counted_at < until::timestamptz
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
comment on macro table mart.stories_told is 'One row per ISO week in a zone and story with a relevant article in it, as a digest tells it: from mart.stories_told(''Asia/Tokyo'', ''2026-11-16'', ''2026-11-23'')';

create macro mart.kinds_told(zone, since, until) as table
select week, coalesce(kind, 'unspecified') as kind, count(*) as n_stories
from mart.stories_told(zone, since, until)
group by all;
comment on macro table mart.kinds_told is 'One row per ISO week in a zone and kind of cooperation: in how many of its stories';

create macro mart.pairs_told(zone, since, until) as table
with told as (
    select week, story_id, unnest(list_distinct(countries)) as country from mart.stories_told(zone, since, until)
)
select one.week, one.country, other.country as partner, count(*) as n_stories
from told as one join told as other
    on one.week = other.week and one.story_id = other.story_id and one.country < other.country
group by all;
comment on macro table mart.pairs_told is 'One row per ISO week in a zone and pair of economies that act together: in how many of its stories';

create macro mart.week_numbers(since, until) as table
select
    (select count(*) from mart.entries
        where counted_at >= since::timestamptz and counted_at < until::timestamptz) as n_entries,
    count(*) as n_articles,
    count(*) filter (published_at is null) as n_undated,
    count(*) filter (is_published_in_future) as n_in_future,
    count(*) filter (decided_by is null or band = 'unjudged' and label is null) as n_unjudged,
    count(*) filter (band = 'borderline' and label is null or label = -1) as n_borderline,
    count(*) filter (is_relevant) as n_relevant,
    count(distinct outlet) as n_outlets
from mart.articles
where counted_at >= since::timestamptz and counted_at < until::timestamptz;
comment on macro table mart.week_numbers is 'One row: what was seen of a span of time, and what became of it. Judged are n_articles less n_unjudged';

create macro mart.week_ends(since, until) as table
select outcome, count(*) as n_entries
from mart.entries
where counted_at >= since::timestamptz and counted_at < until::timestamptz
group by outcome;
comment on macro table mart.week_ends is 'One row per outcome: entries of a span of time that ended so; the sum is n_entries of mart.week_numbers';

create macro mart.week_polls(since, until) as table
with last_polls as (
    select feed_id, count(*) as n_polls, arg_max(outcome, (started_at, fetch_id)) as last_outcome
    from raw.fetches
    where started_at >= since::timestamptz and started_at < until::timestamptz
    group by feed_id
)
select
    coalesce(nullif(feeds.outlet, ''), nullif(feeds.title, ''), feeds.url, feed_id) as feed, n_polls, last_outcome,
    last_outcome not in ('read', 'unchanged') as is_in_trouble, feed_id
from last_polls left join raw.feeds as feeds using (feed_id);
comment on macro table mart.week_polls is 'One row per feed polled in a span of time: how often, and how its last poll there ended';

create macro mart.stories_in_issues(zone_of_issue) as table
select distinct items.week, members.story_id
from mart.digest_items as items join mart.story_articles as members using (article_id)
where items.zone = zone_of_issue and items.section in ('story', 'late');
comment on macro table mart.stories_in_issues is 'One row per week and story that an edition of its digest, in this zone, has told';

create macro mart.late_arrivals(zone_of_issue, since, until) as table
with issues as (
    select week, min(created_at) as issued_at from core.digests where zone = zone_of_issue group by week
)
select members.*, issues.week
from mart.story_articles as members join issues on issues.week = mart.iso_week(members.counted_at, zone_of_issue)
where members.is_relevant
    and members.counted_at >= since::timestamptz - interval 14 days and members.counted_at < since::timestamptz
    and members.first_seen_at >= since::timestamptz and members.first_seen_at < until::timestamptz
    and members.first_seen_at > issues.issued_at;
comment on macro table mart.late_arrivals is 'One row per relevant article of the two weeks before a span of time that came in it, when the issue of its week was out';

create view mart.digests as
select
    digests.week, digests.zone, digests.edition,
    digests.edition = max(digests.edition) over (partition by digests.week, digests.zone) as is_in_force,
    contents.content ->> 'title' as title,
    (contents.content ->> 'stories')::integer as n_stories,
    digests.created_at, digests.model_id, digests.html_path, digests.digest_id, contents.content
from core.digests as digests left join core.digest_contents as contents using (digest_id);
comment on view mart.digests is 'One row per edition of a weekly digest';
comment on column mart.digests.week is 'ISO week, e.g. 2026-W47';
comment on column mart.digests.zone is 'IANA time zone whose midnights bound the week';
comment on column mart.digests.edition is '1, 2, 3 ... within week and zone; from 2 on a correction';
comment on column mart.digests.is_in_force is 'True for the latest edition';
comment on column mart.digests.title is 'Its headline: the finding; null for editions older than stored contents';
comment on column mart.digests.n_stories is 'Stories it counts; null with title';
comment on column mart.digests.created_at is 'When the edition was written, UTC';
comment on column mart.digests.model_id is 'The model that judged it; null if there was none';
comment on column mart.digests.html_path is 'Where the page lies, relative to the data folder';
comment on column mart.digests.digest_id is 'The edition, e.g. 2026-W47.1@Asia/Tokyo';
comment on column mart.digests.content is 'All that it says, as JSON; null with title';
