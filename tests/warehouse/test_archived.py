"""From the links of archived pages to the articles they brought."""

from dataclasses import replace
from datetime import timedelta


def test_a_link_leads_to_its_entry_and_the_latest_text_of_its_article(filled, cases):
    (found,) = filled.texts_of_links(["outlet.test/1?from=feed", "unknown"])
    assert (found.entry.entry_key, found.entry.article_id, found.entry.title) == ("entry1", "article1", "Title 1")
    assert (found.text_hash, found.fetched_at) == ("text1", cases.now)
    later = cases.text(1, text_hash="newer", fetched_at=cases.now + timedelta(hours=1))
    filled.store_batch(replace(cases.batch(0, batch_id="b2", start=50), fetches=(), fetch_ends=(), texts=(later,)))
    (found,) = filled.texts_of_links(["outlet.test/1?from=feed"])
    assert (found.text_hash, found.fetched_at) == ("newer", cases.now + timedelta(hours=1))


def test_a_link_without_an_article_is_not_in_the_answer(filled):
    assert filled.texts_of_links(["outlet.test/4?from=feed"]) == []


def test_an_entry_with_another_articles_text_is_left_out(filled, cases):
    twin = cases.entry(7, outcome="same text", article_id="article1")
    filled.store_batch(
        replace(cases.batch(0, batch_id="b2", start=50), fetches=(), fetch_ends=(), entries=(twin,), texts=())
    )
    assert filled.texts_of_links(["outlet.test/7?from=feed"]) == []


def test_of_two_feeds_with_one_link_the_first_comes_first(filled, cases):
    other = cases.entry(1, feed_id=cases.feeds[0].feed_id, seen_at=cases.now + timedelta(hours=1), outcome="known")
    filled.store_batch(
        replace(cases.batch(0, batch_id="b2", start=50), fetches=(), fetch_ends=(), entries=(other,), texts=())
    )
    found = filled.texts_of_links(["outlet.test/1?from=feed"])
    assert [text.entry.feed_id for text in found] == [cases.feeds[1].feed_id, cases.feeds[0].feed_id]
