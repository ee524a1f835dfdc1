"""Addresses: the key under which we know a page, apart from the address we fetch."""

from hashlib import sha256


def short_hash(text: str) -> str:
    """The first 16 hex digits of the SHA-256 of a text: the form of every id made from an address or a text."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
