-- In which weeks did an outlet bring nothing?
-- Shows: Runs of two or more weeks without an article, between the first and the last article of each outlet.
-- Caution: A gap may be the outlet's, the feed's or ours; mart.entry_ends tells how its polls ended then.
with weeks as (
    select distinct outlet, date_trunc('week', timezone('UTC', counted_at)) as monday
    from mart.articles
)
select
    outlet,
    monday + interval 7 days as from_monday,
    next_monday - interval 1 day as to_sunday,
    date_diff('week', monday, next_monday) - 1 as n_weeks
from (
    select outlet, monday, lead(monday) over (partition by outlet order by monday) as next_monday
    from weeks
)
where n_weeks >= 2
order by n_weeks desc, outlet, from_monday
limit 15;
