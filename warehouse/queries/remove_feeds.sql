-- Feeds a person no longer wants become inactive; a catalogue that lists them wakes them again.
-- Parameters: incoming (key: a feed_id), now (time).
-- Returns: feeds made inactive.
update raw.feeds set is_active = false, changed_at = $now
where is_active and feed_id in (select key from incoming)
