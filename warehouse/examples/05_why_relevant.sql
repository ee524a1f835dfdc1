-- Why does the model call an article relevant?
-- Shows: The phrases that moved the scores of the three surest articles of the latest four weeks.
-- Caution: The phrases are the strongest of many; the sum of their weights is not the score.
with surest as (
    select article_id, title, score
    from mart.relevant_articles
    where counted_at >= (select max(counted_at) from mart.relevant_articles) - interval 28 days
    order by score desc nulls last, article_id
    limit 3
)
select title, round(score, 2) as score, evidence_rank, phrase, round(weight, 2) as weight
from surest join mart.article_evidence using (article_id)
order by score desc, article_id, evidence_rank;
