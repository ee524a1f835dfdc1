from datetime import timedelta

from warehouse.rows import ArticleUrlRow, Batch, EntryRow, KnownArticle, KnownEntry


def test_only_known_entries_are_answered(filled, cases):
    found = filled.known_entries([("feed0", "entry0"), ("feed1", "entry0"), ("feed0", "entry4")])
    assert found == {
        ("feed0", "entry0"): KnownEntry("feed0", "entry0", "hash0", "stored", 1, None, "article0"),
        ("feed0", "entry4"): KnownEntry("feed0", "entry4", "hash4", "unreachable", 1, cases.now, None),
    }


def test_nothing_asked_is_nothing_answered(filled):
    assert (filled.known_entries([]), filled.known_articles([]), filled.known_texts([])) == ({}, {}, {})


def test_an_article_is_known_under_each_of_its_addresses(filled, cases):
    alias = ArticleUrlRow("short.test/1", "article1", "redirect", cases.now)
    filled.store_batch(Batch("b2", "r1", cases.now, article_urls=(alias,)))
    found = filled.known_articles(["outlet.test/1", "outlet.test/1?from=feed", "short.test/1", "nowhere.test"])
    assert {key: known.article_id for key, known in found.items()} == dict.fromkeys(
        ["outlet.test/1", "outlet.test/1?from=feed", "short.test/1"], "article1"
    )
    assert found["short.test/1"] == KnownArticle("short.test/1", "article1", 1, "text1")


def test_a_known_article_comes_with_its_latest_text(filled, cases):
    later = cases.now + timedelta(hours=1)
    filled.store_batch(Batch("b2", "r1", later, texts=(cases.text(0, text_hash="new", fetched_at=later),)))
    assert filled.known_articles(["outlet.test/0"])["outlet.test/0"] == KnownArticle(
        "outlet.test/0", "article0", 2, "new"
    )


def test_a_text_belongs_to_the_article_that_had_it_first(filled, cases):
    later = cases.now + timedelta(hours=1)
    twin = cases.text(0, article_id="article1", fetched_at=later)
    filled.store_batch(Batch("b2", "r1", later, texts=(twin,)))
    assert filled.known_texts(["text0", "text9"]) == {"text0": "article0"}


def test_due_retries_come_back_in_the_shape_they_went_in(filled, cases):
    [again] = filled.due_retries(cases.now, limit=10)
    assert isinstance(again, EntryRow)
    assert again == cases.entry(
        4, outcome="unreachable", article_id=None, detail="timed out", next_attempt_at=cases.now
    )


def test_a_retry_farther_ahead_than_any_rule_gives_is_due(filled, cases):
    """It was written while the clock was wrong."""
    day = timedelta(days=1)
    earlier = cases.now - 365 * day
    assert len(filled.due_retries(earlier, limit=10, farthest=earlier + 2 * day)) == 1
    assert filled.due_retries(cases.now - day, limit=10, farthest=cases.now + day) == []


def test_retries_wait_for_their_time_and_for_their_feed(filled, cases):
    assert filled.due_retries(cases.now - timedelta(seconds=1), limit=10) == []
    assert filled.due_retries(cases.now, limit=0) == []
    filled.sync_feeds(cases.feeds[1:], cases.now)
    assert filled.due_retries(cases.now, limit=10) == []
