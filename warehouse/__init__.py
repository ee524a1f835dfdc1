"""The only owner of DuckDB: schema, queries, checks, and the store."""
