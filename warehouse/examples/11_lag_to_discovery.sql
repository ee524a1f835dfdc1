-- How long after publication do we learn of an article?
-- Shows: Hours from publication to first sight, outlet by outlet: the middle one, and what nine of ten stay under.
-- Caution: Only dates given to the minute or better; a date without a clock time would look up to a day late.
select
    outlet,
    count(*) as n_articles,
    round(quantile_cont(lag_h, 0.5), 1) as median_h,
    round(quantile_cont(lag_h, 0.9), 1) as nine_in_ten_h
from (
    select outlet, date_diff('minute', published_at, first_seen_at) / 60.0 as lag_h
    from mart.articles
    where published_at_precision in ('second', 'minute') and not is_published_in_future
        and first_seen_at < published_at + interval 30 days  -- not what an archive brought
)
group by outlet
order by median_h, outlet
limit 15;
