"""Plain functions of an article's way: fetching, parsing, extracting, selecting, rendering. No Prefect, no DuckDB, no model."""
