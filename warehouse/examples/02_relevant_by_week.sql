-- How much is there every week?
-- Shows: Articles, relevant ones and their share, week by week (Monday to Sunday, UTC).
-- Caution: The last week may not be over; a week in which nothing was collected has no row.
select week, n_articles, n_relevant, round(n_relevant / n_articles, 2) as share_relevant, n_outlets
from mart.weekly_counts
order by week desc
limit 12;
