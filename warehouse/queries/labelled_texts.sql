-- Articles that a person called relevant or not, with their latest text, by article.
-- A text that retention dropped teaches nothing, and one that a person left open ("unsure") neither.
-- Parameters: none.
-- Columns: article_id, story_id, title, text, language, label, kind.
select
    labels.article_id,
    coalesce(stories.story_id, labels.article_id) as story_id,
    texts.title, texts.text, articles.language,
    labels.label::integer as label,
    nullif(labels.kind, '') as kind
from core.latest_labels as labels
join core.articles as articles using (article_id)
join core.article_texts as texts on texts.article_id = labels.article_id and texts.is_latest and texts.text is not null
left join core.story_articles_in_force as stories on stories.article_id = labels.article_id
where labels.label in (0, 1)
order by labels.article_id
