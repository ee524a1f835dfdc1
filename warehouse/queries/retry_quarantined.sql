-- Entries of some feeds that were given up, to be tried again as if for the first time.
-- Parameters: incoming (key: feed_id), now (time).
-- Returns: entries that are due again.
update raw.entries as entries
set n_attempts = 0, next_attempt_at = $now
from mart.quarantine as given_up semi join incoming on incoming.key = given_up.feed_id
where entries.feed_id = given_up.feed_id and entries.entry_key = given_up.entry_key
