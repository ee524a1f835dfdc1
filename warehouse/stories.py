"""Stories: which articles tell of one event. What is decided elsewhere is kept here under ids that last."""

from collections.abc import Sequence
from datetime import datetime

from warehouse.digest_rows import GroupedText, StoryArticleRow, StoryLeadRow, StoryMergeRow
from warehouse.errors import UnknownRow
from warehouse.session import Session


class Stories(Session):
    """Grouping is: stories_version, ungrouped_articles, stories_near | closed: compare | store_stories."""

    def stories_version(self) -> int:
        """A number that grows with every change of the stories."""
        [row] = self._ask("stories_version")
        return int(row["n_changes"])

    def ungrouped_articles(self, limit: int) -> list[GroupedText]:
        """Relevant and borderline articles that stand in no story yet, oldest first, at most `limit`."""
        return [GroupedText(**row) for row in self._ask_with_texts("ungrouped_articles", limit=limit)]

    def stories_near(self, start: datetime, end: datetime) -> list[GroupedText]:
        """Every article of the stories that have one in start <= t < end, the stories oldest first."""
        return [GroupedText(**row) for row in self._ask_with_texts("stories_near", start=start, end=end)]

    def store_stories(
        self,
        version: int,
        joined: Sequence[StoryArticleRow],
        merged: Sequence[StoryMergeRow],
        leads: Sequence[StoryLeadRow],
        now: datetime,
    ) -> bool:
        """Keep what a grouping found: all of it, or nothing.

        False, and nothing is stored, if the stories are no longer those of `version`: somebody else grouped in the
        meantime, and the grouping has to be done again over what there is now. An article that stands in a story
        stays there. Raises UnknownRow if one is not a stored article.
        """
        with self._transaction():
            if self.stories_version() != version:
                return False
            if joined:
                with self._incoming(joined, StoryArticleRow):
                    for orphan in self._ask("orphans_of_stories"):
                        raise UnknownRow(f"A story of the unknown article {orphan['article_id']}")
                    self._run("store_stories", now=now)
                    self._run("store_story_articles", now=now)
            self._store("merge_stories", merged, StoryMergeRow, now=now)
            self._store("lead_stories", leads, StoryLeadRow)
        return True
