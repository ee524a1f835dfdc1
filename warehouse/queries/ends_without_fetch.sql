-- Ends of polls that are not stored: a mistake of the caller.
-- Parameters: incoming (rows.FetchEndRow).
-- Columns: fetch_id.
select fetch_id from incoming anti join raw.fetches using (fetch_id) order by fetch_id limit 1
