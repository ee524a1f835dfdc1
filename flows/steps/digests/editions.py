"""A correction in words: what the next edition of an issue says differently.

the edition that is out, the content as it is now -> the next edition; or the one that is out, where no fact changed
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from flows.steps.digests.content import Digest, Edition, Story
from flows.steps.digests.issues import stories_of
from flows.steps.digests.keeping import facts_sha256
from flows.steps.digests.weeks import MONTHS
from flows.steps.digests.words import clip

MAX_CHANGES = 12  # sentences; a correction with more says how many are not listed
_MAX_TITLE_CHARS = 120


def next_edition(out: Digest | None, number: int, now: Digest, today: date) -> Digest:
    """The content as the edition to be published; the very one that is out where it states the same facts.

    `out` is the edition in force and `number` its number: null and 0 before the first, null and its number where it
    was written by a version that kept no contents.
    """
    if out is not None and facts_sha256(out) == facts_sha256(now):
        return out
    if number == 0:
        return replace(now, edition=Edition())
    sentences = tuple(changes(out, now)) if out else ("Written anew by a newer version of smewatch.",)
    day = f"{today.day} {MONTHS[today.month - 1]} {today.year}"
    return replace(now, edition=Edition(number + 1, day, sentences))


def changes(out: Digest, now: Digest) -> list[str]:
    """What `now` says that `out` did not, in sentences."""
    found = [*_stories_changed(out, now), *_numbers_changed(out, now)]
    more = len(found) - MAX_CHANGES
    return found if more <= 0 else [*found[:MAX_CHANGES], f"And {more} more."]


def _stories_changed(out: Digest, now: Digest) -> Iterator[str]:
    before, after = (*stories_of(out), *out.late), (*stories_of(now), *now.late)
    earlier = {article_id: story for story in before for article_id in story.article_ids}
    kept = set()
    for story in after:
        same = next((earlier[one] for one in story.article_ids if one in earlier), None)
        if same is None:
            yield f"Added: {_named(story)}."
            continue
        kept.add(same.anchor)
        if what := _differences(same, story):
            yield f"Changed: {_named(story)}: {what}."
    under = {article_id: story for story in after for article_id in story.article_ids}
    for story in before:
        if story.anchor not in kept:
            into = next((under[one] for one in story.article_ids if one in under), None)
            yield f"Told under {_named(into)}: {_named(story)}." if into else f"Taken out: {_named(story)}."


def _differences(before: Story, after: Story) -> str:
    named = {
        "headline": before.title == after.title,
        "source": (before.outlet, before.address) == (after.outlet, after.address),
        "kind of cooperation": before.kind == after.kind,
        "economies": before.places == after.places,
        "reports": before.article_ids == after.article_ids,
    }
    return ", ".join(name for name, is_same in named.items() if not is_same)


def _numbers_changed(out: Digest, now: Digest) -> Iterator[str]:
    """The first two figures, stories and relevant articles: the others go on moving after an issue is out."""
    for before, after in zip(out.figures[:2], now.figures[:2], strict=True):
        if before.value != after.value:
            yield f"{after.label}: {after.value:,}, was {before.value:,}."


def _named(story: Story) -> str:
    return f"“{clip(story.title, _MAX_TITLE_CHARS)}” ({story.outlet})"
