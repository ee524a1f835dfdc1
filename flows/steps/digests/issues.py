"""Digests as they were published: what archive, feeds and mail are made of."""

from dataclasses import dataclass
from datetime import datetime

from flows.steps.digests.content import Digest, Story


@dataclass(frozen=True, slots=True)
class Issue:
    """A week's digest as it was published."""

    editions: tuple[Digest, ...]  # first to latest; never empty
    published_at: tuple[datetime, ...]  # aware; one for each edition

    @property
    def digest(self) -> Digest:
        """The edition in force."""
        return self.editions[-1]

    @property
    def week(self) -> str:
        """Such as "2026-W47": the name of its folder."""
        return self.digest.week

    @property
    def year(self) -> str:
        """Of its ISO week."""
        return self.week[:4]

    @property
    def stories(self) -> tuple[Story, ...]:
        """Those that are told, the one big thing first."""
        return stories_of(self.digest)


def stories_of(digest: Digest) -> tuple[Story, ...]:
    """The stories a digest tells, the one big thing first."""
    top = (digest.top,) if digest.top else ()
    return (*top, *(story for group in digest.groups for story in group.stories))
