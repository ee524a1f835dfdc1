"""The names under which an announced entry, or a poll of a feed, can end. Each ends under exactly one of them."""

from enum import StrEnum


class Outcome(StrEnum):
    """How one announced entry ended. The value is what the warehouse stores and people read."""

    STORED = "stored"  # a new article
    REVISED = "revised"  # a known article whose text changed: a new text version
    KNOWN = "known"  # we have this entry, or the article it links to
    SAME_TEXT = "same text"  # another address, the very text of an article we have
    UNREACHABLE = "unreachable"  # no connection, a time-out, a broken answer, or a 5xx
    GONE = "gone"  # 404 or 410
    REFUSED = "refused"  # any other 4xx: forbidden, login, rate limit
    ROBOTS = "refused by robots"  # robots.txt disallows the page for us, or could not be had (RFC 9309, 2.3.1.4)
    FORBIDDEN_ADDRESS = (
        "forbidden address"  # the link, or a hop, leads to a private network or a scheme that is not http(s)
    )
    BAD_LINK = "bad link"  # no link at all, and no text in the feed either
    TOO_LARGE = "too large"  # more bytes than we read, on the wire or decoded
    TOO_SLOW = "too slow"  # extraction overran its limit of time or memory and was stopped
    NOT_HTML = "not html"  # a PDF, an image, a film
    CONSENT_WALL = "consent wall"
    PAYWALL = "paywall"
    NEEDS_JAVASCRIPT = "needs javascript"
    SOFT_404 = "soft 404"  # status 200, but the page says that there is nothing
    NO_TEXT = "no text"  # the page was read and holds too little text


RETRYABLE = frozenset({Outcome.UNREACHABLE, Outcome.REFUSED, Outcome.ROBOTS, Outcome.TOO_SLOW})


class PollOutcome(StrEnum):
    """How one poll of a feed ended."""

    READ = "read"  # 200 and at least a readable feed, perhaps an empty one
    UNCHANGED = "unchanged"  # 304
    UNREACHABLE = "unreachable"  # no connection, a time-out, a broken answer, or a 5xx
    GONE = "gone"  # 404 or 410
    REFUSED = "refused"  # any other 4xx
    FORBIDDEN_ADDRESS = "forbidden address"
    TOO_LARGE = "too large"
    TOO_SLOW = "too slow"  # parsing overran its limit of time or memory
    NOT_A_FEED = "not a feed"  # an answer that is no feed: a web page, garbage, a document type we refuse
