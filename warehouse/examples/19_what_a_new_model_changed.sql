-- What did the present model change?
-- Shows: Articles that the model in force and the one before it band differently, counted by both bands.
-- Caution: Latest texts that both have judged; `smewatch classify --rejudge` lets the present one judge the past.
with before as (
    select model_id
    from ops.model_promotions
    where model_id <> (select model_id from core.model_in_force)
    order by promotion_no desc
    limit 1
)
select
    old.band as before,
    present.band as present,
    count(*) as n_articles,
    round(avg(present.score - old.score), 3) as mean_change_of_score
from core.verdicts_in_force as present
join core.verdicts as old using (article_id, text_version)
where old.model_id = (select model_id from before) and old.band <> present.band
group by all
order by n_articles desc, before, present;
