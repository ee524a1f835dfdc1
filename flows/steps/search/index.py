"""The side index: one SQLite file with an FTS5 table that knows words, not texts.

The table is contentless: it holds the words of each article and where they stand, a fifth of what a copy of the texts
would take. SQLite before 3.43 cannot delete from such a table, so an article that changed or went leaves a dead row:
no search finds it, and once a tenth of the rows is dead the index is built anew. The file can be deleted at any time.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flows.steps.search.words import Term, for_index, match_expression

MOST_RANKED = 50_000  # texts: .3 s for words that stand in each ten times
VERSION = 1  # of what is in the file, words.for_index included; another one is built anew
_FEWEST_DEAD = 1_000  # before it is worth building anew
_SCHEMA = """
create table articles (docid integer primary key, article_id text not null unique, version text not null);
create table facts (name text primary key, value text not null);
create virtual table texts using fts5(title, text, content='', tokenize="unicode61 remove_diacritics 2");
insert into texts (texts, rank) values ('rank', 'bm25(5.0, 1.0)');  -- a title's word counts five times
"""


@dataclass(frozen=True, slots=True)
class Indexed:
    """An article as the index takes it."""

    article_id: str
    version: str  # differs when title or text do
    title: str
    text: str  # empty where retention dropped it


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that answers a question."""

    article_id: str
    score: float  # BM25, the higher the better; to be compared within one answer only


class SearchIndex:
    """An open index. What is written is safe once a method returns; a kill leaves whole chunks."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def versions(self) -> dict[str, str]:
        """Article -> the version of it that is indexed."""
        return dict(self._connection.execute("select article_id, version from articles"))

    def update(self, gone: Iterable[str], changed: Sequence[Indexed]) -> None:
        """Forget articles, and take others in, anew if they were known; all or nothing."""
        with self._transaction():
            out = [(article_id,) for article_id in (*gone, *(one.article_id for one in changed))]
            self._connection.executemany("delete from articles where article_id = ?", out)
            for docid, one in enumerate(changed, self._last_docid() + 1):
                self._connection.execute(
                    "insert into articles values (?, ?, ?)", (docid, one.article_id, one.version)
                )
                self._connection.execute(
                    "insert into texts (rowid, title, text) values (?, ?, ?)",
                    (docid, for_index(one.title), for_index(one.text)),
                )

    def search(self, terms: list[Term], limit: int, among: Iterable[str] | None = None) -> list[Hit]:
        """Articles with all the terms, best first, at most `limit`; `among` names those that may answer.

        Where more than MOST_RANKED texts have the words, these say little of which is better, and to rank them all
        would take seconds: the best of the latest that many are given; of `among`, the latest.
        """
        expression = match_expression(terms)
        if expression is None:
            return []
        may_answer = None if among is None else set(among)
        hits: list[Hit] = []
        for docid, score in self._matches(expression, is_filtered=may_answer is not None):
            row = self._connection.execute("select article_id from articles where docid = ?", (docid,)).fetchone()
            if row and (may_answer is None or row[0] in may_answer):
                hits.append(Hit(row[0], score))
                if len(hits) == limit:
                    break
        return hits

    def _matches(self, expression: str, *, is_filtered: bool) -> Iterator[tuple[int, float]]:
        """Rows and scores, read only as far as they are asked for: a join would look up every row that matches."""
        matching = "select rowid, {} from texts where texts match ?"
        last = self._connection.execute(
            f"{matching.format(0)} order by rowid desc limit 1 offset {MOST_RANKED}", (expression,)
        ).fetchone()
        given: tuple[object, ...] = (expression,)
        if last is None:
            sql = f"{matching.format('-rank')} order by rank, rowid"
        elif is_filtered:
            sql = f"{matching.format('0.0')} order by rowid desc"
        else:
            sql, given = f"{matching.format('-rank')} and rowid > ? order by rank, rowid", (expression, last[0])
        yield from self._connection.execute(sql, given)

    def fact(self, name: str) -> str | None:
        """What was noted under a name; null if nothing was."""
        row = self._connection.execute("select value from facts where name = ?", (name,)).fetchone()
        return str(row[0]) if row else None

    def note(self, name: str, value: str) -> None:
        """Note something for the next opening."""
        with self._transaction():
            self._connection.execute("insert or replace into facts values (?, ?)", (name, value))

    def n_articles(self) -> int:
        """Articles that can be found."""
        return int(self._connection.execute("select count(*) from articles").fetchone()[0])

    def is_worn(self) -> bool:
        """True if so many rows are dead that the index should be built anew."""
        n_live = self.n_articles()
        return self._last_docid() - n_live > max(_FEWEST_DEAD, n_live // 10)

    def _last_docid(self) -> int:
        """The highest number of a row, dead ones included; their table is FTS5's own."""
        return int(self._connection.execute("select coalesce(max(id), 0) from texts_docsize").fetchone()[0])

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("begin immediate")
        try:
            yield
            self._connection.execute("commit")
        except BaseException:
            self._connection.execute("rollback")
            raise


@contextmanager
def open_index(file: Path) -> Iterator[SearchIndex]:
    """The index in a file, made if there is none, made anew if it is damaged or of another version."""
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        connection = _opened(file)
    except sqlite3.DatabaseError:
        remove_index(file)
        connection = _opened(file)
    try:
        yield SearchIndex(connection)
    finally:
        connection.close()


def remove_index(file: Path) -> None:
    """Delete an index, with what SQLite keeps beside it."""
    for ending in ("", "-wal", "-shm", "-journal"):
        file.with_name(file.name + ending).unlink(missing_ok=True)


def _opened(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, timeout=60.0, isolation_level=None)
    try:
        # Readers go on while an update runs; what the last moment before a power cut wrote may be written again.
        connection.executescript(
            "pragma journal_mode = wal; pragma synchronous = normal; pragma cache_size = -16384;"
        )
        [version] = connection.execute("pragma user_version").fetchone()
        if version not in (0, VERSION):
            raise sqlite3.DatabaseError(f"version {version}")
        if version == 0:
            connection.executescript(f"begin immediate; {_SCHEMA} pragma user_version = {VERSION}; commit;")
    except BaseException:
        connection.close()
        raise
    return connection
