"""How a run tells a person how far it is. Flows report to a `Progress`; what shows it is the command's business."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from rich.progress import TaskID


@runtime_checkable  # Prefect describes flow parameters by type
class Progress(Protocol):
    """Told how much there is of a kind of work, and of each piece done. Called from several threads."""

    def expect(self, work: str, n: int) -> None:
        """`n` more pieces of `work` lie ahead."""

    def done(self, work: str, n: int = 1) -> None:
        """`n` pieces of `work` are done."""

    def say(self, sentence: str) -> None:
        """Something worth a line."""


class Silence:
    """Progress that nobody watches: scheduled runs and tests."""

    def expect(self, work: str, n: int) -> None:
        """See Progress."""

    def done(self, work: str, n: int = 1) -> None:
        """See Progress."""

    def say(self, sentence: str) -> None:
        """See Progress."""


class Bars:
    """A bar for each kind of work on a terminal; only the sentences where the output is no terminal."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as RichProgress

        self._console = Console(stderr=True, markup=False, highlight=False)
        columns = (TextColumn("{task.description:<10}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._bars = RichProgress(
            *columns, console=self._console, disable=not self._console.is_terminal, transient=True
        )
        self._tasks: dict[str, TaskID] = {}
        self._totals: dict[str, int] = {}

    def expect(self, work: str, n: int) -> None:
        """See Progress."""
        self._totals[work] = self._totals.get(work, 0) + n
        if work not in self._tasks:
            self._tasks[work] = self._bars.add_task(work, total=0)
        self._bars.update(self._tasks[work], total=self._totals[work])

    def done(self, work: str, n: int = 1) -> None:
        """See Progress."""
        self._bars.advance(self._tasks[work], n)

    def say(self, sentence: str) -> None:
        """See Progress."""
        self._console.print(sentence)


@contextmanager
def bars() -> Iterator[Bars]:
    """Bars for the length of a block."""
    shown = Bars()
    with shown._bars:
        yield shown
