"""Asking servers: politely, bounded in every direction, and only where we may."""
