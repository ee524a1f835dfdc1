-- The article that stands for each story from now on, and why.
-- Parameters: incoming (digest_rows.StoryLeadRow).
-- Returns: articles whose standing changed.
update core.story_articles
set is_lead = leads.is_lead, lead_reason = leads.lead_reason
from (
    select
        members.article_id, members.article_id = incoming.article_id as is_lead,
        case when members.article_id = incoming.article_id then incoming.lead_reason end as lead_reason
    from incoming join core.story_articles_in_force as members on members.story_id = incoming.story_id
) as leads
where story_articles.article_id = leads.article_id
    and (story_articles.is_lead, story_articles.lead_reason) is distinct from (leads.is_lead, leads.lead_reason)
