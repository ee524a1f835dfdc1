"""Search at size: the index made, kept in step, and asked, over a warehouse filled through the real store.

    python benchmarks/search_large.py --articles 200000 --folder SCRATCH

Uses the articles of warehouse_large.py, 3 KB each. Prints one JSON object: seconds to make the index and to bring it
in step with 100 new articles, bytes of index an article, seconds of each question asked in one process, and of the
slowest as a command, its start included; the macro in SQL for comparison. Ends with 1 if one takes over a second.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import warehouse_large as large

from flows.publish import open_for_people, publish
from flows.searching import Filters, bring_in_step, search
from flows.settings import Settings
from flows.steps.search.index import remove_index

LATE = large.FIRST + large.SPAN - timedelta(days=60)
QUESTIONS: dict[str, tuple[str, Filters]] = {
    "a rare word": ("report 199", Filters()),
    "a word of one text in ten": ("textile", Filters()),
    "two words": ("credit exporters", Filters()),
    "a phrase": ('"small and medium-sized enterprises"', Filters()),
    "the beginning of a word": ("coop*", Filters()),
    "a word of every text": ("the", Filters()),
    "three words of every text": ("the and of", Filters()),
    "relevant ones since": ("trade mission", Filters(since=LATE, is_relevant=True)),
    "one kind, one economy": ("agreement", Filters(kind="forum", country="VN")),
    "nothing found": ("quokka", Filters()),
}
LONGEST_S = 1.0


def timed(work: Callable[[], Any]) -> float:
    """Seconds it takes, the best of three: others may be at work on the machine."""
    best = float("inf")
    for _ in range(3):
        began = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - began)
    return round(best, 3)


def once(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds it takes, and what it gives."""
    began = time.perf_counter()
    given = work()
    return round(time.perf_counter() - began, 1), given


def command(settings: Settings, question: str) -> None:
    """The command as a person starts it."""
    smewatch = Path(sys.executable).with_name("smewatch")
    subprocess.run([smewatch, "search", question, "--data-dir", settings.data_dir], check=True, capture_output=True)


def macro(settings: Settings, question: str) -> None:
    """The search in SQL, which reads every text."""
    with open_for_people(settings) as (warehouse, _):
        warehouse.query(f"from mart.search('{question}') limit 10")


def main() -> None:
    """Measure, and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=200_000)
    parser.add_argument("--folder", type=Path, required=True, help="needs about 6 KB an article")
    given = parser.parse_args()
    settings = Settings(data_dir=given.folder)
    maker = large.Maker(given.articles)
    if not settings.warehouse.exists():  # else: ask the one that an earlier call left
        large.fill(settings.warehouse, maker, 5_000)
    publish(settings)
    remove_index(settings.search_file)
    make_s, n_indexed = once(lambda: bring_in_step(settings))
    index_bytes = settings.search_file.stat().st_size
    maker.n_articles = n_indexed + 100
    large.store(settings.warehouse, maker, maker.batch(10_000 + n_indexed, n_indexed, 100))
    publish(settings)
    follow_s, n_followed = once(lambda: bring_in_step(settings))
    asked = {name: timed(partial(search, settings, *how, 10)) for name, how in QUESTIONS.items()}
    slowest = max(asked, key=lambda name: asked[name])
    result = {
        "articles": given.articles,
        "indexed": n_indexed,
        "make_s": make_s,
        "index_bytes_per_article": round(index_bytes / given.articles),
        "follow_s": follow_s,
        "followed": n_followed,
        "nothing_new_s": timed(lambda: bring_in_step(settings)),
        "questions_s": asked,
        "slowest_as_a_command_s": timed(lambda: command(settings, QUESTIONS[slowest][0])),
        "macro_s": timed(lambda: macro(settings, "credit exporters")),
        "max_memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    print(json.dumps(result, indent=1))
    sys.exit(max(asked.values()) > LONGEST_S)


if __name__ == "__main__":
    main()
