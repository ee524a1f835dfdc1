-- Articles that joined a story; one that stands in a story already stays there.
-- Parameters: incoming (digest_rows.StoryArticleRow), now (time).
-- Returns: articles added.
insert into core.story_articles by name
select article_id, story_id, false as is_lead, twin_id, similarity, $now as joined_at
from incoming anti join core.story_articles using (article_id)
