-- Which stories crossed borders?
-- Shows: Stories told by outlets of several economies, with whom they are about and who told them.
-- Caution: An international outlet (INT) has no home and counts for none; reports are grouped by likeness, not by people.
select
    stories.title,
    stories.countries,
    count(distinct feeds.country) as n_homes,
    stories.n_articles,
    list(distinct feeds.country order by feeds.country) as told_in,
    stories.first_counted_at
from mart.stories
join mart.story_articles as reports using (story_id)
join mart.articles as articles on articles.article_id = reports.article_id
join mart.feed_health as feeds on feeds.feed_id = articles.feed_id
where stories.is_relevant and feeds.country <> 'INT'
group by stories.story_id, stories.title, stories.countries, stories.n_articles, stories.first_counted_at
having n_homes >= 3
order by n_homes desc, stories.n_articles desc, first_counted_at desc, stories.story_id
limit 15;
