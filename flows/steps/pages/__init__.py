"""What an announcement leads to: a page, the article in it, and the archive of pages."""
