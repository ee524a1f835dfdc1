-- Every grouped article is stored and stands in one story, every story that stands has one lead, none points in a chain.
select 'article in two stories' as fault, article_id as key from core.story_articles group by article_id having count(*) > 1
union all
select 'article unknown', article_id from core.story_articles anti join core.articles using (article_id)
union all
select 'story unknown', story_id from core.story_articles anti join core.stories using (story_id)
union all
select 'story twice', story_id from core.stories group by story_id having count(*) > 1
union all
select 'story without one lead', story_id
from core.story_articles_in_force group by story_id having count(*) filter (is_lead) <> 1
union all
select 'merged into a story that does not stand', story_id
from core.stories
where merged_into is not null and merged_into not in (select story_id from core.stories where merged_into is null)
union all
select 'content of an unknown edition', digest_id from core.digest_contents anti join core.digests using (digest_id)
order by fault, key
