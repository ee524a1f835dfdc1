-- Stories that proved to be older ones; what was merged into them before follows.
-- Parameters: incoming (digest_rows.StoryMergeRow), now (time).
-- Returns: stories changed.
update core.stories
set merged_into = incoming.into_id, merged_at = $now
from incoming
where stories.story_id = incoming.story_id or stories.merged_into = incoming.story_id
