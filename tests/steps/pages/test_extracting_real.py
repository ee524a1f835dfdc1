"""The real pages of the shared folder: all give text, none is taken for a wall, and their dates are found."""

import csv
import gzip
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pytest

from flows.steps.feeds.parsing import Entry
from flows.steps.pages.article import Article
from flows.steps.pages.extracting import extract_article
from flows.steps.web.fetching import Page

WEB = Path(__file__).parents[3] / ".." / "shared" / "web"
NOW = datetime(2026, 11, 22, tzinfo=UTC)
ENTRY = Entry("f", "k", "h", None, "", "", None)
pytestmark = pytest.mark.skipif(not WEB.exists(), reason="needs the real pages in ../shared/web")

# The table's dates are those of collecting, for some pages months after publication: so a share, and a bound.
MIN_DATED_SHARE = 0.97
MIN_SAME_DAY_SHARE = 0.75


@cache
def articles():
    """What each row of the table became, read once for all tests here (6 s)."""
    with (WEB / "pages.tsv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table, delimiter="\t"))
    return [(row, extract_article(page(row), ENTRY, seen_at=NOW)) for row in rows]


def page(row):
    body = gzip.decompress((WEB / "pages" / f"{row['file']}.gz").read_bytes())
    return Page(row["url"], row["url"], 200, body, "text/html", None, len(body), NOW)


def test_every_real_page_gives_text_and_none_is_taken_for_a_wall():
    assert {row["file"]: found for row, found in articles() if not isinstance(found, Article)} == {}


def test_nearly_every_real_page_is_dated():
    dated = [found.published is not None for _, found in articles()]
    assert sum(dated) >= MIN_DATED_SHARE * len(dated)


def test_dates_of_real_pages_are_those_of_the_table_or_earlier():
    whole = [(date.fromisoformat(row["date"]), found) for row, found in articles() if len(row["date"]) == 10]
    days_late = [(found.published.at.date() - collected).days for collected, found in whole if found.published]
    assert max(days_late) <= 1  # a zone's worth
    assert sum(-1 <= late <= 1 for late in days_late) >= MIN_SAME_DAY_SHARE * len(days_late)


def test_languages_of_real_pages_are_told():
    african = {"xh", "zu"}  # which the table calls Swahili
    told = [(row["language"].partition("-")[0], found.language) for row, found in articles() if row["language"]]
    assert [pair for pair in told if pair[0] != pair[1] and pair[1] not in african] == []


def test_addresses_of_real_pages_stay_on_their_site_and_titles_are_one_line():
    for row, found in articles():
        assert found.url.startswith("http"), row["file"]
        assert found.title, row["file"]
        assert "\n" not in found.title, row["file"]
