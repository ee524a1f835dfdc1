"""What people read: the content of a digest and its forms."""
