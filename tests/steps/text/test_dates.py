from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.steps.text.dates import SOURCES, Published, best_date, date_in_url, parse_date, parse_feed_date
from flows.steps.text.zones import MINUTES_EAST, MONTHS

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NAIVE_NOW = NOW.replace(tzinfo=None)
NAIVE_1995 = NAIVE_NOW.replace(year=1995)


def read(raw):
    """The date as "2026-11-20 10:30:00 second", or None."""
    found = parse_feed_date(raw, seen_at=NOW)
    return found and f"{found.at:%Y-%m-%d %H:%M:%S} {found.precision}"


# --- Forms


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        # RFC 822 and 5322, and what people make of them
        ("Fri, 20 Nov 2026 10:30:00 GMT", "2026-11-20 10:30:00 second"),
        ("Fri, 20 Nov 2026 10:30:00 +0900", "2026-11-20 01:30:00 second"),
        ("Fri, 20 Nov 2026 10:30:00 -05:00", "2026-11-20 15:30:00 second"),
        ("20 Nov 2026 10:30 UT", "2026-11-20 10:30:00 minute"),
        ("Fri,20 Nov 2026 10:30:00 Z", "2026-11-20 10:30:00 second"),
        ("Sun, 20 Nov 2026 10:30:00 GMT", "2026-11-20 10:30:00 second"),  # it was a Friday
        ("Fri, 20 Nov 26 10:30:00 GMT", "2026-11-20 10:30:00 second"),
        ("Fri, 20 Nov 99 10:30:00 GMT", "1999-11-20 10:30:00 second"),
        ("Friday, 20-Nov-26 10:30:00 GMT", "2026-11-20 10:30:00 second"),
        ("Fri, 4 Sept 2026 10:30:00 GMT", "2026-09-04 10:30:00 second"),
        ("Fri, 20 November 2026 10:30:00 GMT", "2026-11-20 10:30:00 second"),
        ("Fri, 20 Nov 2026", "2026-11-20 00:00:00 day"),
        ("Fri, 20 Nov 2026 10:30:00", "2026-11-20 10:30:00 second"),
        ("Fri, 20 Nov 2026 10:30:00 GMT+0800 (CST)", "2026-11-20 02:30:00 second"),
        ("Fri, 20 Nov 2026 24:00:00 GMT", "2026-11-21 00:00:00 second"),
        ("Sat, 31 Dec 2016 23:59:60 GMT", "2017-01-01 00:00:00 second"),
        ("Fri Nov 20 10:30:00 2026", "2026-11-20 10:30:00 second"),
        ("Fri Nov 20 10:30:00 JST 2026", "2026-11-20 01:30:00 second"),
        # ISO 8601 and the W3C profile
        ("2026-11-20T10:30:00Z", "2026-11-20 10:30:00 second"),
        ("2026-11-20T10:30Z", "2026-11-20 10:30:00 minute"),
        ("2026-11-20T10:30:11.123456789+07:00", "2026-11-20 03:30:11 second"),
        ("2026-11-20 10:30:11,5 +07", "2026-11-20 03:30:11 second"),
        ("20261120T103000Z", "2026-11-20 10:30:00 second"),
        ("2026-11-20T24:00:00Z", "2026-11-21 00:00:00 second"),
        ("2026-11-20", "2026-11-20 00:00:00 day"),
        ("2026-11", "2026-11-01 00:00:00 month"),
        ("2026/11/20 10:30", "2026-11-20 10:30:00 minute"),
        # Epoch
        ("1700000000", "2023-11-14 22:13:20 second"),
        ("1700000000000", "2023-11-14 22:13:20 second"),
        # Numbers whose order is plain
        ("20/11/2026 10:30", "2026-11-20 10:30:00 minute"),
        ("11/20/2026 10:30:00 PM", "2026-11-20 22:30:00 second"),
        ("11/11/2026", "2026-11-11 00:00:00 day"),
        ("05.11.2026, 10:30 Uhr", "2026-11-05 10:30:00 minute"),
        ("5-11-2026", "2026-11-05 00:00:00 day"),
        # Languages
        ("Thứ Sáu, 05/11/2026 - 10:30 (GMT+7)", "2026-11-05 03:30:00 minute"),
        ("T6, 05/11/2026 10:30", "2026-11-05 10:30:00 minute"),
        ("2026年11月20日 10:30", "2026-11-20 10:30:00 minute"),
        ("2026年11月20日 下午3:30", "2026-11-20 15:30:00 minute"),
        ("2026年11月20日（金）", "2026-11-20 00:00:00 day"),
        ("2026年11月20日 星期五 10:30", "2026-11-20 10:30:00 minute"),
        ("2026년 11월 20일 오후 3:30", "2026-11-20 15:30:00 minute"),
        ("20. November 2026", "2026-11-20 00:00:00 day"),
        ("Freitag, 20. März 2026, 10:30 Uhr", "2026-03-20 10:30:00 minute"),
        ("vendredi 20 août 2026 à 10h30", "2026-08-20 10:30:00 minute"),
        ("20 de noviembre de 2026", "2026-11-20 00:00:00 day"),
        ("Nov. 20, 2026 3:30 p.m. EST", "2026-11-20 20:30:00 minute"),
        ("November 20th, 2026", "2026-11-20 00:00:00 day"),
    ],
)
def test_a_date_is_read_in_the_forms_people_write(raw, expected):
    assert read(raw) == expected


@pytest.mark.parametrize(
    "raw",
    [
        *("", " ", "yesterday", "2026", "202611", "Fri", "10:30", "Fri, 20", "20 Foo 2026", "tomorrow at noon"),
        *("2026-13-45", "2026-02-30", "Mon, 30 Feb 2026 10:00:00 GMT", "32/11/2026", "0000-00-00", "0001-01-01"),
        *("2026-11-20T25:00:00Z", "2026-11-20T10:61:00Z", "2026-11-20T24:01:00Z", "2026-11-20T10:30:00+99:00"),
        *("9999-12-31T23:59:59-05:00", "1994-12-31", "1699-01-01", "17000000000000000", "-1", "1e9"),
        "05/11/2026",  # May in Boston, November in Hanoi
    ],
)
def test_a_date_that_cannot_be_read_without_guessing_is_none(raw):
    assert read(raw) is None


# --- Zones


@pytest.mark.parametrize(
    ("zone", "hours_east"),
    [
        *(("GMT", 0), ("UTC", 0), ("Z", 0), ("EST", -5), ("EDT", -4), ("CST", -6), ("PST", -8), ("PDT", -7)),
        *(
            ("JST", 9),
            ("KST", 9),
            ("HKT", 8),
            ("SGT", 8),
            ("PHT", 8),
            ("MYT", 8),
            ("ICT", 7),
            ("WIB", 7),
            ("IST", 5.5),
        ),
        *(("CET", 1), ("CEST", 2), ("EET", 2), ("MSK", 3), ("BST", 1), ("SAST", 2), ("EAT", 3), ("NPT", 5.75)),
        *(("AEST", 10), ("AEDT", 11), ("NZDT", 13), ("BRT", -3), ("jst", 9), ("(JST)", 9), ("A", 0), ("XYZ", 0)),
    ],
)
def test_zone_names_are_not_all_utc(zone, hours_east):
    at = parse_feed_date(f"Fri, 20 Nov 2026 12:00:00 {zone}", seen_at=NOW).at
    assert at == datetime(2026, 11, 20, 12, tzinfo=UTC) - timedelta(hours=hours_east)


def test_every_zone_is_on_earth_and_every_month_in_the_year():
    assert all(-12 * 60 <= minutes <= 14 * 60 for minutes in MINUTES_EAST.values())
    assert set(MONTHS.values()) == set(range(1, 13))


# --- The future


@pytest.mark.parametrize(("ahead", "is_flagged"), [(-1, False), (47, False), (49, True), (24 * 365 * 70, True)])
def test_a_date_more_than_48_hours_ahead_is_kept_and_flagged(ahead, is_flagged):
    found = parse_feed_date((NOW + timedelta(hours=ahead)).isoformat(), seen_at=NOW)
    assert found.in_future is is_flagged


# --- Addresses


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.test/2026/11/20/story", "2026-11-20 day"),
        ("https://a.test/2026-11-20-story", "2026-11-20 day"),
        ("https://a.test/story-20261120.html", "2026-11-20 day"),
        ("https://a.test/story-20241202105634-nt.html", "2024-12-02 day"),
        ("https://a.test/2026/11/story", "2026-11-01 month"),
        ("https://a.test/story?date=2026-11-20", None),
        ("https://a.test/id/202611200", None),
        ("https://a.test/2031/11/20/plan", None),
        ("https://2026-11-20.test/story", None),
        ("https://a.test/1880/11/20/history", None),
    ],
)
def test_an_address_may_carry_its_date(url, expected):
    found = date_in_url(url, seen_at=NOW)
    assert (found and f"{found.at:%Y-%m-%d} {found.precision}") == expected


# --- Choice


def claim(source, at="2026-11-20T10:00:00", precision="second", in_future=False):
    return Published(datetime.fromisoformat(at).replace(tzinfo=UTC), source, precision, in_future)


@pytest.mark.parametrize(
    ("claims", "believed"),
    [
        ([], None),
        ([None, None], None),
        ([claim("url"), claim("meta"), claim("json-ld"), claim("feed"), claim("page")], claim("feed")),
        ([claim("page"), claim("json-ld")], claim("json-ld")),
        # A date in the future yields to any that is not, but is better than none.
        ([claim("feed", "2030-01-01T00:00:00", in_future=True), claim("url")], claim("url")),
        (
            [claim("feed", "2030-01-01T00:00:00", in_future=True)],
            claim("feed", "2030-01-01T00:00:00", in_future=True),
        ),
        # A feed that dates its entries by the hour of the poll.
        (
            [claim("feed", "2026-11-20T10:00:00"), claim("json-ld", "2026-11-01T08:00:00")],
            claim("json-ld", "2026-11-01T08:00:00"),
        ),
        ([claim("feed", "2026-11-20T10:00:00"), claim("json-ld", "2026-11-19T08:00:00")], claim("feed")),
        ([claim("feed", "2026-11-20T10:00:00"), claim("page", "2026-11-01T08:00:00")], claim("feed")),
        ([claim("feed", "2026-11-01T10:00:00"), claim("json-ld")], claim("feed", "2026-11-01T10:00:00")),
        # The same day, more exactly.
        (
            [claim("feed", "2026-11-20T00:00:00", "day"), claim("meta", precision="minute")],
            claim("meta", precision="minute"),
        ),
        (
            [claim("feed", "2026-11-01T00:00:00", "month"), claim("url", "2026-11-20T00:00:00", "day")],
            claim("url", "2026-11-20T00:00:00", "day"),
        ),
        ([claim("feed", "2026-11-19T00:00:00", "day"), claim("meta")], claim("feed", "2026-11-19T00:00:00", "day")),
    ],
)
def test_the_most_trusted_plausible_claim_is_believed(claims, believed):
    assert best_date(claims) == believed


@given(
    st.permutations(
        [claim(source, f"2026-11-{day}T10:00:00") for source, day in zip(SOURCES, (20, 20, 19, 18, 17), strict=True)]
    )
)
def test_the_order_of_claims_does_not_matter(claims):
    assert best_date(claims).source == "feed"


# --- Properties


@given(st.text(max_size=60))
def test_no_text_raises(raw):
    found = parse_date(raw, source="feed", seen_at=NOW)
    assert found is None or found.at.utcoffset() == timedelta(0)


@given(st.text(alphabet="0123456789-/:.,TZ +年月日時APMamp()GMTNovSept", max_size=40))
def test_nothing_like_a_date_raises(raw):
    parse_date(raw, source="feed", seen_at=NOW)


@given(st.datetimes(NAIVE_1995, NAIVE_NOW), st.integers(-14 * 60, 14 * 60))
def test_what_is_written_with_its_offset_is_read_back(naive, minutes):
    sign, (hours, rest) = "-" if minutes < 0 else "+", divmod(abs(minutes), 60)
    at = naive.replace(microsecond=0, tzinfo=UTC)
    local = at + timedelta(minutes=minutes)
    offset = f"{sign}{hours:02}{rest:02}"
    for form in ("%a, %d %b %Y %H:%M:%S ", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S ", "%Y%m%dT%H%M%S"):
        assert parse_date(local.strftime(form) + offset, source="feed", seen_at=NOW).at == at
