"""What a search outside of the warehouse needs of it: what changed, texts to index, and what to show of a find."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from warehouse.session import Session


@dataclass(frozen=True, slots=True)
class SearchableText:
    """The latest text of an article. `version` differs when title or text do, or retention dropped the text."""

    article_id: str
    version: str
    title: str
    text: str  # empty once retention dropped it


@dataclass(frozen=True, slots=True)
class FoundArticle:
    """An article as an answer shows it."""

    article_id: str
    title: str
    outlet: str
    url: str
    counted_at: datetime
    is_relevant: bool
    score: float | None
    kind: str | None
    countries: tuple[str, ...]
    text: str | None  # null once retention dropped it


@dataclass(frozen=True, slots=True)
class _Key:
    key: str


class Searching(Session):
    """The far side of the search index."""

    def searchable_state(self) -> str:
        """Differs when any searchable text does; the same while nothing changed. Takes milliseconds."""
        [row] = self._ask("searchable_state")
        return str(row["state"])

    def searchable_versions(self) -> dict[str, str]:
        """Article -> version of what should be indexed of it."""
        return {str(row["article_id"]): str(row["version"]) for row in self._ask("searchable_versions")}

    def searchable_texts(self, article_ids: Iterable[str]) -> list[SearchableText]:
        """The texts of these articles. Ask for a few thousand at a time: they are held in memory."""
        with self._incoming([_Key(key) for key in article_ids], _Key):
            return self._read("searchable_texts", SearchableText)

    def articles_that(
        self,
        *,
        since: datetime | None = None,
        is_relevant: bool | None = None,
        kind: str | None = None,
        country: str | None = None,
    ) -> list[str]:
        """The articles that count since a moment, are relevant or not, of a kind, in which an economy acts."""
        found = self._ask("articles_that", since=since, is_relevant=is_relevant, kind=kind, country=country)
        return [str(row["article_id"]) for row in found]

    def found_articles(self, article_ids: Iterable[str]) -> dict[str, FoundArticle]:
        """These articles, by id. Unknown ones are not in the answer."""
        with self._incoming([_Key(key) for key in article_ids], _Key):
            return {one.article_id: one for one in self._read("found_articles", FoundArticle)}
