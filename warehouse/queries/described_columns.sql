-- Every column of every table and view of this warehouse, with its COMMENT, in the order they stand.
-- Parameters: none.
-- Columns: schema, relation, name, data_type, meaning.
select
    schema_name as schema, table_name as relation, column_name as name, data_type, coalesce(comment, '') as meaning
from duckdb_columns() where database_name = current_database() and not internal
order by schema, relation, column_index
