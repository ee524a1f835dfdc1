"""The data dictionary: what the warehouse says of itself, as pages for people."""
