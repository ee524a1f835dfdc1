"""What leaves the warehouse as files: their manifest, and the forms that are written row by row."""
