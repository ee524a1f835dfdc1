-- What does a run bring, and is it getting slower?
-- Shows: Runs of the collector by month: how they ended, how long they took, and what they added.
-- Caution: Seconds from start to end, whatever else the machine did.
select
    strftime(timezone('UTC', started_at), '%Y-%m') as month,
    count(*) as n_runs,
    count(*) filter (status <> 'completed') as n_not_completed,
    round(median(duration_s), 1) as median_s,
    round(max(duration_s), 1) as longest_s,
    sum(n_announced)::bigint as n_announced,
    sum(n_articles)::bigint as n_articles
from mart.runs
where flow = 'ingest'
group by all
order by month desc
limit 12;
