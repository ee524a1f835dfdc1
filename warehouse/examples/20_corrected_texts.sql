-- Which outlets change their articles after publishing them?
-- Shows: Articles with more than one text, how soon the first change was seen, and whether the headline changed.
-- Caution: We see a change only if a feed announces the article again.
with versions as (
    select
        article_id, text_version, title, fetched_at,
        lead(title) over later as next_title, lead(fetched_at) over later as next_at
    from mart.article_texts
    window later as (partition by article_id order by text_version)
)
select
    articles.outlet,
    count(distinct article_id) as n_changed,
    count(*) filter (versions.title <> next_title) as n_new_headlines,
    round(median(date_diff('minute', versions.fetched_at, next_at) / 60.0), 1) as median_h_to_change
from versions join mart.articles as articles using (article_id)
where next_at is not null
group by articles.outlet
order by n_changed desc, articles.outlet
limit 15;
