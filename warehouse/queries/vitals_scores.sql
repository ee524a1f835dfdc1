-- Scores of the model in force in twenty bins of equal width, of late and before.
-- Parameters: recent (time: from then on), before (time: from then until `recent`).
-- Columns: bin (0 to 19), n_recent, n_before.
select
    least(floor(score * 20), 19)::integer as bin,
    count(*) filter (judged_at >= $recent) as n_recent,
    count(*) filter (judged_at < $recent) as n_before
from core.verdicts
where
    model_id in (select model_id from core.model_in_force)
    and judged_at >= $before and band <> 'unjudged'
group by bin
order by bin
