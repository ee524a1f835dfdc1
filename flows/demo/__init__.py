"""A small web of our own on loopback, on which `smewatch demo` shows the whole pipeline."""
