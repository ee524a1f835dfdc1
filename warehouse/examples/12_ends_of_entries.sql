-- What became of everything that the feeds announced?
-- Shows: How entries ended when they were last worked on, with the outlets it happened to most.
-- Caution: An entry that is to be tried again stands under its last end so far.
select
    outcome,
    count(*) as n_entries,
    round(count(*) / sum(count(*)) over (), 3) as share,
    count(*) filter (next_attempt_at is not null) as n_tried_again,
    mode(outlet order by outlet) as most_at
from mart.entries
group by outcome
order by n_entries desc, outcome;
