"""The figures of the planning page: what was measured, what is assumed, and the plan that follows from them.

    .venv/bin/python benchmarks/planning.py     # after a change of benchmarks/planning.json

Every measured figure of planning.json names the command that printed it. Writes the part of
flows/service/deploy/PLANNING.md between its two marks anew; a test holds that it agrees.
"""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FIGURES = Path(__file__).with_name("planning.json")
PAGE = Path(__file__).parents[1] / "flows" / "service" / "deploy" / "PLANNING.md"
BEGIN, END = "<!-- written by benchmarks/planning.py -->\n", "<!-- until here -->\n"
DAY_S, GB = 86_400, 1e9


@dataclass(frozen=True, slots=True)
class Load:
    """What comes in a day."""

    articles: float
    pages: float
    feeds: float
    polls: float

    @classmethod
    def of(cls, x: Mapping[str, float]) -> "Load":
        """From the figures by name."""
        feeds = x["articles_a_day"] / x["new_entries_a_feed_a_day"]
        return cls(
            x["articles_a_day"],
            x["articles_a_day"] * x["pages_an_article"],
            feeds,
            feeds * x["polls_a_feed_a_day"],
        )


Row = tuple[str, str, str]


def plan(x: Mapping[str, float]) -> list[Row]:
    """What is needed, how much, and the formula, for the figures by name."""
    load = Load.of(x)
    return [
        ("feeds", f"{load.feeds:,.0f}", "articles / new entries a feed"),
        ("polls a day", f"{load.polls:,.0f}", "feeds x polls a feed"),
        *_readers(x, load),
        *_flow(x, load),
        *_disk(x, load),
        *_network(x, load),
        (
            "sites, at least",
            f"{math.ceil(load.pages * x['host_delay_s'] / DAY_S):,}",
            "pages x pace / 24 h: fewer sites cannot be read so fast in politeness",
        ),
    ]


def _readers(x: Mapping[str, float], load: Load) -> list[Row]:
    reading_s = load.pages * x["reader_cpu_ms_a_page"] / 1000 + load.polls * x["poll_cpu_ms"] / 1000
    cores = reading_s / DAY_S / x["busy_share"]
    readers = math.ceil(cores / x["cores_a_reader"])
    memory_mib = x["reader_mib"] + (x["cores_a_reader"] - 1) * x["reader_process_mib"]
    return [
        ("CPU of reading", f"{reading_s / 3600:,.0f} h a day", "pages x reader CPU + polls x CPU of a poll"),
        ("cores that read", f"{cores:,.1f}", "CPU of reading / 24 h / busy share"),
        (
            "**reading machines**",
            f"**{readers}** of {x['cores_a_reader']:.0f} cores, one more for repairs",
            "cores / cores a machine, rounded up",
        ),
        ("memory of one", f"{memory_mib / 1024:.1f} GiB", "worker with one reading process + (cores - 1) x another"),
    ]


def _flow(x: Mapping[str, float], load: Load) -> list[Row]:
    flow_s = load.pages * x["flow_cpu_ms_a_page"] / 1000
    return [
        ("CPU of the flow's machine", f"{flow_s / 3600:.1f} h a day", "pages x flow CPU"),
        (
            "its memory",
            f"{x['flow_mib'] / 1024:.1f} GiB and what DuckDB may take",
            "flow, Prefect's server, scheduler",
        ),
    ]


def _disk(x: Mapping[str, float], load: Load) -> list[Row]:
    warehouse, index = (load.articles * x[f"{name}_bytes_an_article"] / GB for name in ("warehouse", "search"))
    archived = load.pages * x["archive_bytes_a_page"] / GB
    disk = (2 * warehouse + index) * x["text_days"] + archived * x["archive_days"]
    return [
        ("disk, warehouse", f"{warehouse:.1f} GB a day", "articles x bytes an article"),
        ("disk, index of the search", f"{index:.1f} GB a day", "articles x bytes an article"),
        ("disk, archive", f"{archived:.0f} GB a day", "pages x archived bytes"),
        (
            f"**disk, {x['archive_days']:.0f} days of pages and {x['text_days']:.0f} of texts**",
            f"**{disk / 1000:.1f} TB**",
            "all three, the warehouse twice: it and its read copy",
        ),
        (
            "one publishing, with all texts there",
            f"{warehouse * x['text_days'] * x['publish_s_a_gb'] / 3600:.1f} h",
            "gigabytes of warehouse x seconds",
        ),
    ]


def _network(x: Mapping[str, float], load: Load) -> list[Row]:
    came = load.pages * x["page_wire_bytes"] + load.polls * x["feed_wire_bytes"]
    within = load.pages * (x["archive_bytes_a_page"] + x["text_bytes_an_article"])
    return [
        (
            f"network {name}",
            f"{n_bytes / GB:,.0f} GB a day, {8 * n_bytes / DAY_S / 1e6:.0f} Mbit/s",
            formula,
        )
        for name, n_bytes, formula in (
            ("from the web", came, "pages and polls x bytes on the wire"),
            ("inside", within, "pages x (archived page + text)"),
        )
    ]


def written(figures: Mapping[str, Any]) -> str:
    """The generated part of the page."""
    values = {one["name"]: float(one["value"]) for kind in ("measured", "assumed") for one in figures[kind]}
    measured = [
        (f"{one['what']} (`{one['name']}`)", _shown(one), f"`{one['command']}`") for one in figures["measured"]
    ]
    sizes = [(size, f"{ms} ms") for size, ms in figures["errands"]["cpu_ms_a_page"].items()]
    assumed = [(f"{one['what']} (`{one['name']}`)", _shown(one)) for one in figures["assumed"]]
    return "\n".join(
        [
            *_table(("Measured", "Value", "By"), measured),
            "",
            *_table(
                (f"Pages an errand (`{figures['errands']['command']}`)", "CPU a page, all sides, run included"), sizes
            ),
            "",
            *_table(("Assumed: put in your own", "Value"), assumed),
            "",
            *_table(("The plan", "Needs", "Which is"), plan(values)),
            "",
        ]
    )


def _shown(one: Mapping[str, Any]) -> str:
    return f"{one['value']:,} {one['unit']}".strip()


def _table(head: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> list[str]:
    lines = [head, tuple("---" for _ in head), *rows]
    return ["| " + " | ".join(map(str, cells)) + " |" for cells in lines]


def renewed(page: str, part: str) -> str:
    """The page with its generated part in place."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + "\n" + part + "\n" + END + after


def main() -> None:
    """Write the page anew."""
    part = written(json.loads(FIGURES.read_text(encoding="utf-8")))
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8"), part), encoding="utf-8")


if __name__ == "__main__":
    main()
