-- Stories that an earlier issue has told, each with the latest week that did.
-- Parameters: zone (IANA name), week (ISO week).
-- Columns: story_id, week.
select story_id, max(week) as week from mart.stories_in_issues($zone) where week < $week group by story_id
