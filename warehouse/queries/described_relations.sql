-- Every table and view of this warehouse, with its COMMENT.
-- Parameters: none.
-- Columns: schema, name, kind, meaning, n_rows (null for a view).
select schema_name as schema, table_name as name, 'table' as kind, coalesce(comment, '') as meaning, estimated_size as n_rows
from duckdb_tables() where database_name = current_database()
union all
select schema_name, view_name, 'view', coalesce(comment, ''), null
from duckdb_views() where database_name = current_database() and not internal
order by schema, name
