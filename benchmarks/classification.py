"""How many texts a core judges in a second, with everything: places, kind, sectors; with and without its reasons.

    .venv/bin/python benchmarks/classification.py [--texts 1000] [--data-dir FOLDER]

Texts of 300 words, sentences of the examples in seeds/ in an order of their own (many_pages.py): a general stream,
in which one in twenty-five is made of relevant examples, and relevant ones alone, which are the dearest. CPU seconds
of one process with one thread; loading the model is not counted. Prints one JSON object; ends with 1 under the bound.
"""

import argparse
import json
import os
import random
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy is loaded

import many_pages

from classifiers.judge import Judge, load_judge
from classifiers.verdict import Document
from flows.models import ready_model
from flows.settings import Settings

WORDS = 300
BOUNDS = {"general_with_why_per_s": 400.0}


def document(number: int, is_relevant: bool) -> Document:
    """Text `number`: sentences until there are 300 words."""
    chance = random.Random(number)  # noqa: S311 - no secret
    title, *others = chance.sample(many_pages.sentences(is_relevant), 40)
    return Document(title, " ".join(" ".join(others).split()[:WORDS]), "en")


def per_s(judge: Judge, documents: list[Document], *, why: bool) -> float:
    """Texts a CPU second."""
    began = time.process_time()
    judge.judge(documents, why=why)
    return round(len(documents) / (time.process_time() - began), 1)


def main() -> int:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--texts", type=int, default=1_000)
    options.add_argument("--data-dir", type=Path, help="take the model in use there; else one is trained")
    given = options.parse_args()
    streams = {
        "general": [document(n, n % many_pages.RELEVANT_EVERY == 0) for n in range(given.texts)],
        "relevant": [document(n, True) for n in range(given.texts)],
    }
    with tempfile.TemporaryDirectory() as folder:
        model = ready_model(Settings(data_dir=given.data_dir or Path(folder)), datetime.now(UTC))
        began = time.process_time()
        judge = load_judge(model)
        report: dict[str, object] = {"texts": given.texts, "load_cpu_s": round(time.process_time() - began, 2)}
    judge.judge(streams["general"][:50])  # caches of the first call
    for name, documents in streams.items():
        report[f"{name}_with_why_per_s"] = per_s(judge, documents, why=True)
        report[f"{name}_without_why_per_s"] = per_s(judge, documents, why=False)
    print(json.dumps(report | {"bounds": BOUNDS}, indent=1))
    return 0 if all(float(str(report[name])) >= bound for name, bound in BOUNDS.items()) else 1


if __name__ == "__main__":
    sys.exit(main())
