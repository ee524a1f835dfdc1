-- What is different from a week ago?
-- Shows: Changes of the latest week by kind of change and outlet: new articles, corrected texts, new verdicts, labels.
-- Caution: The moment in brackets may be any; a program that copies changes keeps the latest changed_at it has seen.
select change, outlet, count(*) as n_changes, min(changed_at) as first_at, max(changed_at) as last_at
from mart.changes_since((select max(started_at) - interval 7 days from mart.runs))
group by all
order by n_changes desc, change, outlet
limit 15;
