"""Plain functions of an article's way, from address to digest. No Prefect, no DuckDB, no model."""
