"""Characters, languages and dates, wherever they come from."""
