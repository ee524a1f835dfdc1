"""What a page kept in the archive is compared with when it is read again."""

from collections.abc import Iterable
from dataclasses import dataclass, fields

from warehouse.rows import EntryRow, LinkedText
from warehouse.session import Session


@dataclass(frozen=True, slots=True)
class _Key:
    key: str


class Archived(Session):
    """From addresses that were asked to the articles they brought."""

    def texts_of_links(self, url_keys: Iterable[str]) -> list[LinkedText]:
        """The entries with these links that led to an article, each with that article's latest text.

        The entry announced first comes first. A link that brought no article is not in the answer.
        """
        names = [item.name for item in fields(EntryRow)]
        with self._incoming([_Key(key) for key in url_keys], _Key):
            return [
                LinkedText(EntryRow(**{name: row[name] for name in names}), row["text_hash"], row["text_fetched_at"])
                for row in self._ask("texts_of_links")
            ]
