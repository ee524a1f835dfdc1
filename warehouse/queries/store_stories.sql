-- Stories that are new.
-- Parameters: incoming (digest_rows.StoryArticleRow), now (time).
-- Returns: stories added.
insert into core.stories by name
select distinct story_id, $now as founded_at from incoming anti join core.stories using (story_id)
