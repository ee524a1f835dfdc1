-- The number of the last migration applied to this file.
-- Parameters: none.
-- Columns: version.
select max(version) as version from ops.schema_migrations
