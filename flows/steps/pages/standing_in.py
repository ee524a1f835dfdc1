"""When a page cannot be had, the text that its feed carried may stand in for it: marked so, and never over a page's.

An entry read this way ends as stored; its detail names what the page was. Where that may pass, the page is tried
again as if nothing had been stored, and revises the article when it comes.
"""

from dataclasses import replace

from flows.steps.outcomes import Outcome
from flows.steps.pages.article import Article
from flows.steps.selecting import Ending, KnownEntry

# The publisher took it back, or the link leads where we must not go: then its announcement is no news either.
_NO_STAND_IN = frozenset({Outcome.GONE, Outcome.SOFT_404, Outcome.FORBIDDEN_ADDRESS})
_MIN_CHARS = 240  # 120 words cannot be shorter, in any script


def may_stand_in(ending: Ending, known: KnownEntry | None) -> bool:
    """Whether the feed's text is worth a look: the entry is lost, not withdrawn or reserved, and has no article yet.

    An entry whose article we have keeps the text it has, be it of the page or of the feed.
    """
    if ending.article is not None or ending.outcome in _NO_STAND_IN or ending.is_reserved:
        return False
    if known is not None and known.article_id is not None:
        return False
    entry = ending.entry
    return max(len(entry.content_html or ""), len(entry.summary)) >= _MIN_CHARS


def stand_in(lost: Ending, article: Article) -> Ending:
    """The lost entry as one that brought the feed's text. Its tries, and the time of the next one, stay."""
    why = f"{lost.outcome.value} ({lost.detail})" if lost.detail else lost.outcome.value
    detail = f"the feed's own text; the page: {why}"
    return replace(lost, outcome=Outcome.STORED, article=article, detail=detail, stands_in_for=lost.outcome)
