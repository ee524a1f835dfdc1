"""What every connection has in common: DuckDB's settings, and patience with what passes."""

import random
import time
from collections.abc import Callable
from typing import TypeVar

import duckdb

T = TypeVar("T")
SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    # No extension is ever fetched: a start must not need the internet, and a query must not run foreign code.
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    # A table name in a question must not find a variable of ours.
    "python_enable_replacements": False,
}
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.05, 1.0


def connect(threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """A connection by our settings, to nothing yet. `threads`: how many work on a query; null: one for each core."""
    return duckdb.connect(":memory:", config=SETTINGS if threads is None else SETTINGS | {"threads": threads})


class GaveUp(Exception):
    """It did not pass in time; the cause is DuckDB's last error."""

    def __init__(self, waited_s: float) -> None:
        self.waited_s = waited_s
        super().__init__(f"waited {waited_s:.1f} s")


def patiently(attempt: Callable[[], T], wait_s: float, passes: Callable[[str], bool]) -> T:
    """What an attempt gives, made again while DuckDB's error is one that `passes`, for at most so many seconds.

    Raises GaveUp, or at once the duckdb.Error that does not pass.
    """
    started, pause_s = time.monotonic(), _FIRST_PAUSE_S
    while True:
        try:
            return attempt()
        except duckdb.Error as error:
            waited_s = time.monotonic() - started
            if not passes(str(error)):
                raise
            if waited_s >= wait_s:
                raise GaveUp(waited_s) from error
        # Jitter, or two waiting runs would go on meeting at the same moments.
        time.sleep(min(random.uniform(pause_s / 2, pause_s), max(wait_s - waited_s, 0.0)))  # noqa: S311 - no secret
        pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
