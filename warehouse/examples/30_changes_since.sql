-- What is different from a week ago?
-- Shows: Changes of the latest week by kind of change and outlet: new articles, corrected texts, new verdicts, labels.
-- Caution: The moment in brackets may be any. Changes carry the time at which their run began and may be stored hours later:
--   a program that copies them asks again for some days before the latest changed_at it has, and drops what it has.
select change, outlet, count(*) as n_changes, min(changed_at) as first_at, max(changed_at) as last_at
from mart.changes_since((select max(started_at) - interval 7 days from mart.runs))
group by all
order by n_changes desc, change, outlet
limit 15;
