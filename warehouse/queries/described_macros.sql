-- Every macro of this warehouse, with its COMMENT.
-- Parameters: none.
-- Columns: schema, name, kind (function or table), parameters, meaning.
select
    schema_name as schema,
    function_name as name,
    if(function_type = 'table_macro', 'table', 'function') as kind,
    parameters,
    coalesce(comment, '') as meaning
from duckdb_functions()
where database_name = current_database() and not internal and function_type in ('macro', 'table_macro')
order by schema, name
