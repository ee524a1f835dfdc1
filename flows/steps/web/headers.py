"""What the headers of an answer say, read with distrust."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_MAX_AGE = re.compile(r"(?:^|[,\s;])max-age\s*=\s*\"?(\d{1,18})\"?(?=\s*(?:[,;]|$))", re.I)
_CHARSET = re.compile(r";\s*charset\s*=\s*[\"']?([A-Za-z0-9_.:\-]{1,40})", re.I)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")

Headers = Mapping[str, str]  # names compare without regard to letter case


def opaque(value: str | None) -> str | None:
    """A validator exactly as received; null if absent, blank or of bytes that could not be sent back unchanged."""
    return value if value and not re.search("[\ud800-\udfff]", value) else None


def media_type(headers: Headers) -> str:
    """The media type in lower case without parameters; "" if the server named none."""
    return one_line(headers.get("Content-Type", "").split(";")[0], 100).lower()


def charset(headers: Headers) -> str | None:
    """The charset the server claims, in lower case; null if it claims none."""
    found = _CHARSET.search(headers.get("Content-Type", ""))
    return found.group(1).lower() if found else None


def content_codings(headers: Headers) -> list[str]:
    """Content codings in the order they were applied, in lower case, without `identity`."""
    names = (name.strip().lower() for name in headers.get("Content-Encoding", "").split(","))
    return [name.removeprefix("x-") for name in names if name not in ("", "identity")]


def max_age_s(headers: Headers, now: datetime) -> float | None:
    """Seconds the server says its answer stays fresh; 0 for an invalid Expires; null if it says nothing.

    max-age beats Expires, the first of several counts (RFC 9111, 4.2.1 and 5.3).
    """
    found = _MAX_AGE.search(headers.get("Cache-Control", ""))
    if found:
        return float(found.group(1))
    if "Expires" not in headers:
        return None
    expires, sent = http_date(headers["Expires"]), http_date(headers.get("Date", "")) or now
    return max(0.0, (expires - sent).total_seconds()) if expires else 0.0


def retry_after_s(headers: Headers, now: datetime) -> float | None:
    """Seconds to stay away, from either form of Retry-After (RFC 9110, 10.2.3); null if absent or unreadable.

    A date counts from the server's own Date, so that a wrong clock on either side does not matter; a past one is 0.
    """
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:18])
    until, sent = http_date(value), http_date(headers.get("Date", "")) or now
    return max(0.0, (until - sent).total_seconds()) if until else None


def http_date(value: str) -> datetime | None:
    """An HTTP-date as an aware UTC time; null if it is none."""
    try:
        date = parsedate_to_datetime(value.strip())
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def one_line(text: str, max_chars: int = 200) -> str:
    """A stranger's text made fit for a log line or a cell: no control, direction or surrogate characters, cut."""
    return _CONTROL.sub(" ", text).strip()[:max_chars]
