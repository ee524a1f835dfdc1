-- How many articles were ever grouped and how many stories merged: grows with every change of the stories.
-- Parameters: none.
-- Columns: n_changes.
select (select count(*) from core.story_articles) + (select count(*) from core.stories where merged_into is not null)
    as n_changes
