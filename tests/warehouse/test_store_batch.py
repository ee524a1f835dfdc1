from dataclasses import replace
from datetime import timedelta

import pytest

from warehouse.errors import UnknownRow
from warehouse.rows import ArticleUrlRow, Batch, BatchCounts, FetchEndRow, RetryEndRow, SeenRow


def rows(warehouse, sql):
    return warehouse.query(sql).rows


def test_a_batch_is_counted_by_what_it_added(empty, cases):
    cases.begin(empty)
    assert empty.store_batch(cases.batch(4)) == BatchCounts(2, 5, 4, 4, 4)


def test_the_same_batch_twice_changes_nothing(filled, cases, contents):
    before = contents(filled)
    assert filled.store_batch(cases.batch()) == BatchCounts(was_stored_before=True)
    assert contents(filled) == before


def test_the_same_things_in_a_new_batch_add_only_its_record(filled, cases, contents):
    before = contents(filled)
    assert filled.store_batch(cases.batch(batch_id="b2")) == BatchCounts()
    after = contents(filled)
    assert len(after.pop("ops.batches")) == len(before.pop("ops.batches")) + 1
    assert after == before


def test_what_a_batch_holds_twice_is_stored_once(empty, cases):
    cases.begin(empty)
    once = cases.batch(2)
    names = ("fetches", "entries", "articles", "article_urls", "texts", "verdicts", "feed_states")
    twice = replace(once, **{name: getattr(once, name) * 2 for name in names})
    assert empty.store_batch(twice) == BatchCounts(2, 3, 2, 2, 2)
    assert empty.failed_checks() == {}


def test_a_sound_warehouse_passes_every_check(filled):
    assert filled.failed_checks() == {}


def test_ends_of_one_poll_and_outcome_are_added_up(empty, cases):
    cases.begin(empty)
    one_each = replace(cases.batch(0), fetch_ends=(), entries=())
    fetches = (replace(one_each.fetches[0], n_entries=3),)
    ends = tuple(FetchEndRow(fetches[0].fetch_id, outcome, 1) for outcome in ("known", "gone", "known"))
    empty.store_batch(replace(one_each, fetches=fetches, fetch_ends=ends))
    assert rows(empty, "select outcome, n_entries from raw.fetch_ends order by all") == [("gone", 1), ("known", 2)]
    assert rows(empty, "select ends, is_balanced, n_lost from mart.entry_ends") == [
        ({"known": 2, "gone": 1}, True, 1)
    ]


def test_counts_that_do_not_add_up_are_found(filled, cases):
    fetch = replace(cases.batch().fetches[0], fetch_id="lossy", n_entries=7)
    filled.store_batch(Batch("b2", "r1", cases.now, fetches=(fetch,), fetch_ends=(FetchEndRow("lossy", "known", 6),)))
    assert [row[0] for row in filled.failed_checks()["ends_add_up"].rows] == ["lossy"]


def test_retries_are_counted_apart_from_what_was_announced(filled, cases):
    again = (RetryEndRow("feed0", "stored", 1), RetryEndRow("feed0", "gone", 2))
    filled.store_batch(Batch("b2", "r1", cases.now, retry_ends=again))
    assert rows(filled, "select n_announced, n_retried from mart.runs") == [(5, 3)]


def test_an_entry_worked_on_again_takes_its_new_end_and_keeps_its_first_sight(filled, cases):
    later = cases.now + timedelta(hours=2)
    mended = cases.entry(4, outcome="stored", seen_at=later, article_id="article9", n_attempts=2)
    news = {"articles": (cases.article(9),), "texts": (cases.text(9),), "entries": (mended,)}
    filled.store_batch(Batch("b2", "r1", later, **news))
    [found] = rows(
        filled,
        "select outcome, article_id, n_attempts, detail, next_attempt_at, first_seen_at, last_seen_at "
        "from raw.entries where entry_key = 'entry4'",
    )
    assert found == ("stored", "article9", 2, None, None, "2026-11-18T09:00:00Z", "2026-11-18T11:00:00Z")
    assert filled.failed_checks() == {}


def test_a_known_entry_seen_again_moves_only_its_last_sight(filled, cases):
    later = cases.now + timedelta(hours=2)
    seen = (
        SeenRow("feed0", "entry0", later),
        SeenRow("feed0", "entry0", cases.now),
        SeenRow("feed0", "nobody", later),
    )
    filled.store_batch(Batch("b2", "r1", later, seen=seen))
    moved = "2026-11-18T11:00:00Z"
    assert rows(filled, f"select entry_key, outcome from raw.entries where last_seen_at = '{moved}'") == [
        ("entry0", "stored")
    ]
    assert rows(filled, f"select article_id, feed_id from core.article_feeds where last_seen_at = '{moved}'") == [
        ("article0", "feed0")
    ]


def test_an_old_sight_told_late_does_not_turn_back_the_clock(filled, cases):
    early = cases.now - timedelta(hours=5)
    filled.store_batch(Batch("b2", "r1", early, seen=(SeenRow("feed0", "entry0", early),)))
    assert rows(filled, "select distinct last_seen_at from raw.entries") == [("2026-11-18T09:00:00Z",)]


def test_an_entry_whose_page_is_gone_still_names_its_article(filled, cases):
    gone = cases.entry(0, outcome="gone", article_id=None, http_status=410)
    filled.store_batch(Batch("b2", "r1", cases.now, entries=(gone,)))
    found = rows(filled, "select outcome, http_status, article_id from mart.entries where entry_key = 'entry0'")
    assert found == [("gone", 410, "article0")]


def test_a_second_feed_of_an_article_is_noted(filled, cases):
    reprint = cases.entry(0, feed_id="feed1", entry_key="elsewhere", outcome="known")
    filled.store_batch(Batch("b2", "r1", cases.now, entries=(reprint,)))
    found = rows(filled, "select feed_id from core.article_feeds where article_id = 'article0' order by all")
    assert found == [("feed0",), ("feed1",)]


def test_a_text_becomes_a_version_only_if_it_differs_from_the_latest(filled, cases):
    def store(number, **changes):
        later = cases.now + timedelta(hours=number)
        changed = cases.text(0, fetched_at=later, **changes)
        return filled.store_batch(Batch(f"v{number}", "r1", later, texts=(changed,))).n_texts

    assert store(1, title="Same words, new headline") == 0
    assert store(2, text_hash="new", text="New words") == 1
    assert store(3, text_hash="new", text="New words") == 0
    assert store(4) == 1  # the first text again: readers saw three versions, and so do we
    found = rows(
        filled, "select text_version, text_hash from core.article_texts where article_id = 'article0' order by all"
    )
    assert found == [(1, "text0"), (2, "new"), (3, "text0")]
    assert filled.failed_checks() == {}


def test_two_versions_in_one_batch_are_numbered_in_the_order_they_were_read(empty, cases):
    cases.begin(empty)
    first, second = cases.text(0), cases.text(0, text_hash="new", fetched_at=cases.now + timedelta(minutes=5))
    start = cases.batch(1)
    judged = (cases.verdict(0), cases.verdict(0, text_hash="new", score=0.1, band="no", is_relevant=False))
    empty.store_batch(replace(start, texts=(second, first), verdicts=judged))
    assert rows(empty, "select text_version, score from core.verdicts order by all") == [(1, 0.9), (2, 0.1)]
    assert rows(empty, "select text_hash, score from mart.articles") == [("new", 0.1)]


def test_what_a_model_said_of_a_text_stays(filled, cases):
    other = cases.verdict(0, score=0.1, band="no", is_relevant=False)
    assert filled.store_verdicts([other], "r1") == 0
    assert rows(filled, "select score from core.verdicts where article_id = 'article0'") == [(0.9,)]


def test_another_model_adds_its_verdict_and_speaks_once_promoted(filled, cases):
    filled.register_model(replace(cases.model, model_id="m2"), cases.now)
    doubt = cases.verdict(
        0, model_id="m2", score=0.4, band="borderline", is_relevant=False, countries=("KR",), evidence=()
    )
    assert filled.store_verdicts([doubt], "r1") == 1
    question = "select score, countries from mart.articles where article_id = 'article0'"
    assert rows(filled, question) == [(0.9, ["JP", "VN"])]
    filled.promote_model("m2", cases.now)
    assert rows(filled, question) == [(0.4, ["KR"])]
    assert rows(filled, "select count(*) from core.verdicts where article_id = 'article0'") == [(2,)]


def test_places_and_reasons_keep_their_order(filled):
    assert rows(filled, "from mart.article_countries where article_id = 'article2' order by place_rank") == [
        ("article2", "EU", 1),
        ("article2", "JP", 2),
        ("article2", "VN", 3),
    ]
    assert rows(filled, "from mart.article_evidence where article_id = 'article2' order by evidence_rank") == [
        ("article2", 1, "small firms", 1.5),
        ("article2", 2, "weather", -0.5),
    ]


def test_a_later_reading_dates_an_undated_article_and_never_changes_a_date(empty, cases):
    cases.begin(empty)
    undated = cases.article(0, published_at=None, published_at_source=None, published_at_precision=None)
    start = cases.batch(2)
    empty.store_batch(replace(start, articles=(undated, cases.article(1))))
    other = cases.now - timedelta(days=3)
    again = tuple(cases.article(n, published_at=other, published_at_source="json-ld") for n in range(2))
    empty.store_batch(Batch("b2", "r1", cases.now, articles=again))
    assert rows(empty, "select article_id, published_at_source from core.articles order by all") == [
        ("article0", "json-ld"),
        ("article1", "feed"),
    ]


def test_an_address_that_leads_to_an_article_keeps_leading_there(filled, cases):
    stolen = ArticleUrlRow("outlet.test/0", "article1", "redirect", cases.now)
    filled.store_batch(Batch("b2", "r1", cases.now, article_urls=(stolen,)))
    assert filled.known_articles(["outlet.test/0"])["outlet.test/0"].article_id == "article0"


def test_a_verdict_on_an_unknown_text_is_refused_and_nothing_is_stored(empty, cases, contents):
    cases.begin(empty)
    before = contents(empty)
    start = cases.batch(2)
    with pytest.raises(UnknownRow, match=r"article7.*textless"):
        empty.store_batch(replace(start, verdicts=(cases.verdict(7, text_hash="textless"),)))
    assert contents(empty) == before


def test_an_end_of_an_unknown_poll_is_refused(filled, cases):
    with pytest.raises(UnknownRow, match="nowhere"):
        filled.store_batch(Batch("b2", "r1", cases.now, fetch_ends=(FetchEndRow("nowhere", "known", 1),)))


def test_text_that_utf8_cannot_carry_is_mended_not_refused(filled, cases):
    hostile = cases.text(0, text_hash="hostile", text="half a \ud83d smile, a \x00 zero")
    filled.store_batch(Batch("b2", "r1", cases.now, texts=(hostile,)))
    [(kept,)] = rows(filled, "select text from mart.article_texts where is_latest and article_id = 'article0'")
    assert kept.startswith("half a ")
    assert "smile, a \x00 zero" in kept


def test_a_time_without_zone_is_refused(filled, cases):
    naive = cases.article(7, first_seen_at=cases.now.replace(tzinfo=None))
    with pytest.raises(ValueError, match="must be aware"):
        filled.store_batch(Batch("b2", "r1", cases.now, articles=(naive,)))


def test_five_thousand_articles_fit_one_batch(empty, cases):
    cases.begin(empty)
    assert empty.store_batch(cases.batch(5_000)).n_articles == 5_000
    asked = [(f"feed{n % 2}", f"entry{n}") for n in range(6_000)]
    assert len(empty.known_entries(asked)) == 5_001
    assert len(empty.known_articles(f"outlet.test/{n}" for n in range(6_000))) == 5_000
    assert empty.failed_checks() == {}
