-- From where to where does news travel?
-- Shows: For stories told in several economies: where the first report came from, where the next one, and hours between.
-- Caution: Later does not mean copied; both may have heard of the event themselves.
with reports as (
    select
        reports.story_id, feeds.country as home, min(reports.counted_at) as told_at
    from mart.story_articles as reports
    join mart.articles as articles using (article_id)
    join mart.feed_health as feeds on feeds.feed_id = articles.feed_id
    where reports.is_relevant and feeds.country <> 'INT'
    group by reports.story_id, feeds.country
),
steps as (
    select
        home as from_home,
        lead(home) over told as to_home,
        date_diff('minute', told_at, lead(told_at) over told) / 60.0 as hours,
        row_number() over told as place
    from reports
    window told as (partition by story_id order by told_at, home)
)
select from_home, to_home, count(*) as n_stories, round(median(hours), 1) as median_h
from steps
where place = 1 and to_home is not null
group by from_home, to_home
order by n_stories desc, from_home, to_home
limit 15;
