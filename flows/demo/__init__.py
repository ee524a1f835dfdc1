"""A small web of our own on loopback, on which `smewatch demo` shows the whole pipeline.

outlets.toml articles/ layouts/ -> content.py (what is printed, and the truth of it) -> feeds.py pages.py -> web.py
"""
