-- Polls of feeds, each once.
-- Parameters: incoming (rows.FetchRow), run_id (text).
-- Returns: polls added.
insert into raw.fetches by name
select distinct on (fetch_id) *, $run_id as run_id
from incoming anti join raw.fetches using (fetch_id)
