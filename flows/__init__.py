"""Flows: what is scheduled, and the only package that knows the other two."""
