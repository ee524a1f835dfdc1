"""Full-text search over titles and texts: a side index in SQLite, brought in step with the warehouse."""
