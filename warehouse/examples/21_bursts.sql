-- Which pairs were in the news far more than usual?
-- Shows: Weeks in which a pair had at least four relevant articles and three times its usual number, by its other weeks.
-- Caution: One event told of by many papers makes a burst; what it was, 01_newest_relevant with that week tells.
with relevant as materialized (
    select article_id, week from mart.relevant_articles
),
acting as materialized (
    select article_id, week, country_code from mart.article_countries join relevant using (article_id)
),
weekly as (
    select one.country_code || '–' || other.country_code as pair, one.week, count(*) as n
    from acting as one
    join acting as other on other.article_id = one.article_id and one.country_code < other.country_code
    group by all
),
spans as (
    select count(*) as n_weeks from mart.weekly_counts
),
compared as (
    select pair, week, n, (sum(n) over (partition by pair) - n) / greatest(n_weeks - 1, 1) as usual
    from weekly cross join spans
)
select pair, week, n, round(usual, 2) as usual_a_week, round(n / greatest(usual, 0.5), 1) as times_usual
from compared
where n >= 4 and n >= 3 * greatest(usual, 0.5)
order by times_usual desc, pair, week
limit 15;
