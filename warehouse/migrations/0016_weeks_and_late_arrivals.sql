-- Late is what no issue has told, whenever its run began; and comments that had ceased to be true.

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
    select members.*, issues.week, issues.issued_at, issues.model_id, issues.is_whole
    from mart.story_articles as members join issues on issues.week = mart.iso_week(members.counted_at, zone_of_issue)
    where members.is_relevant
        and members.counted_at >= since::timestamptz - interval 14 days and members.counted_at < since::timestamptz
        and members.first_seen_at >= since::timestamptz - interval 7 days and members.first_seen_at < until::timestamptz
        and members.article_id not in (from told)
)
select * exclude (issued_at, model_id, is_whole)
from untold
-- A run stores what it finds after it began, hours after if it had to spool it. What is older than the issue and not in
-- it was stored later, unless it was there and only a new model or a person has called it relevant since.
where first_seen_at > issued_at
    or (is_whole and exists (
        from core.verdicts as verdicts
        where verdicts.article_id = untold.article_id and verdicts.model_id = untold.model_id and verdicts.is_relevant
    ));
comment on macro table mart.late_arrivals is 'One row per relevant article of the two weeks before a span of time that was stored when the issue of its week was out, and that no issue before the span has told';
