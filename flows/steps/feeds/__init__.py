"""What announces articles: its formats, its catalogue, when it is asked again."""
