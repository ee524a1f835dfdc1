"""Readers for worker processes that do what a hostile page makes a reader do."""

import time

from flows.steps import harvesting
from flows.steps.pages.extracting import extract_article


def read_page(page, entry, now):
    """As harvesting.read_page, but pages named so hang, eat the memory, kill their worker or raise."""
    if "/hangs" in page.url:
        time.sleep(1000)
    if "/eats" in page.url:
        _ = bytearray(2**40)
    if "/kills" in page.url:
        raise SystemExit(9)
    if "/raises" in page.url:
        raise KeyError("a fault of ours")
    return extract_article(page, entry, seen_at=now)


def parse_response(feed_id, answer, now):
    """As harvesting.parse_response, but feeds named so hang or raise."""
    if "/hangs" in answer.url:
        time.sleep(1000)
    if "/raises" in answer.url:
        raise KeyError("a fault of ours")
    return harvesting.parse_feed(
        answer.body, url=answer.final_url, feed_id=feed_id, content_type="", charset=None, seen_at=now
    )
