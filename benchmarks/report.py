"""results.json as a table for people (RESULTS.md) and a figure (results.png).

python benchmarks/report.py FOLDER
"""

import json
import operator
import re
import sys
from pathlib import Path
from typing import Any, NamedTuple

SIZES = (10_000, 100_000, 1_000_000)
HOLDS = {"at least": operator.ge, "at most": operator.le, "under": operator.lt}


class Row(NamedTuple):
    """A line of the table."""

    step: str
    what: str
    where: str  # the keys of what the step printed, with dots between
    unit: str = ""
    asked: tuple[str, float] | None = None  # null: nothing is asked


ROWS = (
    Row("whole_ingest", "bare extraction, `fast=True`, no metadata", "fast_pages_per_s", "pages/s"),
    Row("whole_ingest", "bare extraction, as it comes, with metadata", "default_pages_per_s", "pages/s"),
    Row("whole_ingest", "`smewatch run`", "smewatch.pages_per_s", "pages/s"),
    Row("whole_ingest", "its CPU, all processes", "smewatch.cpu_s", "s"),
    Row("whole_ingest", "of fast extraction", "to_fast_extraction", "times", ("at least", 0.85)),
    Row("whole_ingest", "of extraction as it comes", "to_default_extraction", "times", ("at least", 1.3)),
    Row("peers", "newspaper4k", "newspaper4k.pages_per_s", "pages/s"),
    Row("peers", "news-please", "news-please.pages_per_s", "pages/s"),
    Row("peers", "`smewatch run`", "smewatch.pages_per_s", "pages/s"),
    Row("peers", "of newspaper4k", "times_newspaper4k", "times", ("at least", 3.0)),
    Row("peers", "of news-please", "times_news-please", "times", ("at least", 3.0)),
    Row("feeds_polled", "all unchanged: wall", "wall_s", "s", ("under", 60.0)),
    Row("feeds_polled", "all unchanged: CPU", "cpu_s", "s", ("under", 20.0)),
    Row("feeds_polled", "all unchanged: memory of all processes", "all_processes_mib", "MiB", ("under", 400.0)),
    Row("feeds_polled", "20 new entries each: wall", "with_new_entries.wall_s", "s"),
    Row("feeds_polled", "20 new entries each: CPU", "with_new_entries.cpu_s", "s"),
    Row("classification", "general stream, with why", "general_with_why_per_s", "texts/core s", ("at least", 400.0)),
    Row("classification", "general stream, without why", "general_without_why_per_s", "texts/core s"),
    Row("classification", "relevant texts, with why", "relevant_with_why_per_s", "texts/core s"),
    Row("classification", "relevant texts, without why", "relevant_without_why_per_s", "texts/core s"),
    Row("start_up", "`smewatch --help`", "help.median_s", "s", ("under", 0.3)),
    Row("start_up", "`smewatch sql`", "sql.median_s", "s"),
    Row(
        "start_up", "run, nothing new, starts the server", "run_that_starts_the_server.median_s", "s", ("under", 15.0)
    ),
    Row("start_up", "run, nothing new, a server runs", "run_with_a_server.median_s", "s", ("under", 4.0)),
    Row("prefects_share", "share of the CPU", "cpu_share", "", ("at most", 0.05)),
    Row("prefects_share", "share of the wall", "wall_share", ""),
    Row("memory", "largest peak, all processes", "largest_peak_mib", "MiB", ("under", 1.2 * 1024)),
    Row("memory", "growth, from the size before the last to the last", "growth", "times", ("at most", 1.15)),
)
TITLES = {
    "whole_ingest": "1. Whole ingest and bare extraction",
    "peers": "2. Peers",
    "feeds_polled": "3. Feed polling",
    "classification": "4. Classification",
    "growth": "5. Cost by number of articles in the warehouse",
    "start_up": "6. Start-up",
    "prefects_share": "7. Prefect's share",
    "memory": "8. Memory",
}


def found(printed: Any, where: str) -> float:
    """The number at the place."""
    for key in where.split("."):
        printed = printed[key]
    return float(printed)


def said(number: float) -> str:
    """Three digits that matter, no more."""
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def line(row: Row, printed: Any) -> str:
    """A row of the table."""
    number = found(printed, row.where)
    asked, met = "", ""
    if row.asked:
        word, bound = row.asked
        asked, met = f"{word} {said(bound)}", "yes" if HOLDS[word](number, bound) else "**no**"
    return f"| {row.what} | {said(number)} {row.unit} | {asked} | {met} |"


def section(step: str, steps: dict[str, Any]) -> list[str]:
    """How a step was measured and its table; nothing if it was not."""
    if step == "growth":
        about = [how(one) for name, one in steps.items() if name.startswith(("warehouse_", "digest_"))]
        return [" ".join(about), "", *growth_table(growth(steps))] if about else []
    if step not in steps:
        return []
    lines = [line(row, steps[step]["printed"]) for row in ROWS if row.step == step]
    return [how(steps[step]), "", "| what | measured | asked | met |", "| --- | ---: | --- | --- |", *lines]


def growth(steps: dict[str, Any]) -> dict[str, dict[int, float]]:
    """What a warehouse of a size costs, in seconds: name -> articles -> s."""
    costs: dict[str, dict[int, float]] = {}
    for size in SIZES:
        if one := steps.get(f"warehouse_{size}"):
            for name, seconds in _warehouse(one["printed"]).items():
                costs.setdefault(name, {})[size] = seconds
        told = "\n".join(steps[f"digest_{size}"]["printed"]) if f"digest_{size}" in steps else ""
        if seen := re.search(r"first edition: .*?; ([\d.]+) s,", told):
            costs.setdefault("digest of a week", {})[size] = float(seen[1])
    return costs


def _warehouse(printed: dict[str, Any]) -> dict[str, float]:
    fill, ask = printed["fill"], printed["ask"]
    return {
        "store 1,000 articles": fill["store_s"] / fill["articles"] * 1_000,
        "slowest look-up of a batch": fill["slowest_lookup_s"],
        "publish the read copy": printed["publish"]["publish_s"],
        "slowest query of a digest": max(ask["weekly_s"].values()),
        "slowest example query": max(ask["examples_s"].values()),
        "all example queries": sum(ask["examples_s"].values()),
    }


def growth_table(costs: dict[str, dict[int, float]]) -> list[str]:
    """The cost by size as a table."""
    sizes = [size for size in SIZES if any(size in row for row in costs.values())]
    head = ["", *(f"{size:,}" for size in sizes)]
    rows = [[name, *(f"{said(row[size])} s" if size in row else "" for size in sizes)] for name, row in costs.items()]
    return ["| " + " | ".join(cells) + " |" for cells in (head, ["---", *["---:"] * len(sizes)], *rows)]


def how(one: dict[str, Any]) -> str:
    """How a step was measured, as a sentence."""
    return (
        f"`{one['command']}`, {one['began_at']}, commit {one['commit']}, took {one['took_s']:,} s, "
        f"load {one['load_before']} before and {one['load_after']} after"
        f"{', at real-time priority: whatever else ran had to wait' if one['is_real_time'] else ''}."
    )


def text(results: dict[str, Any]) -> str:
    """RESULTS.md."""
    about, steps = results["machine"], results["steps"]
    versions = ", ".join(f"{name} {number}" for name, number in about["versions"].items())
    out = [
        "# Results",
        "",
        "Written by `benchmarks/bench.py` (`make bench`, `make bench-full`), never by hand. Every step says its "
        "command and so its scale, when it ran and on which code, and the load (processes that wanted a core, mean "
        "of a minute) before and after: wall seconds under a load above "
        f"{about['cores']} are those of a busy machine.",
        "",
        f"{about['cores']} cores of {about['processor']}, {about['memory_gib']} GiB, {about['system']}, Python "
        f"{about['python']}; {versions}.",
        "",
        "![Pages a second, cost by size of the warehouse, memory by number of articles](results.png)",
    ]
    for step, title in TITLES.items():
        if lines := section(step, steps):
            out += ["", f"## {title}", "", *lines]
    return "\n".join(out) + "\n"


def figure(steps: dict[str, Any], path: Path) -> None:
    """Three panels; one without results stays empty and says so."""
    import matplotlib as mpl

    mpl.use("agg")
    import matplotlib.pyplot as plt

    drawn, panels = plt.subplots(1, 3, figsize=(13, 4), layout="constrained")
    for axes, draw in zip(panels, (draw_pages, draw_growth, draw_memory), strict=True):
        axes.spines[["top", "right"]].set_visible(False)
        if not draw(axes, steps):
            axes.set_axis_off()
            axes.text(0.5, 0.5, "not measured", transform=axes.transAxes, ha="center", color="grey")
    drawn.savefig(path, dpi=110)
    plt.close(drawn)


def draw_pages(axes: Any, steps: dict[str, Any]) -> bool:
    """Pages a second, ours and others'; False if nothing is known."""
    axes.set_title("Pages a second, two processes", loc="left", fontsize=10)
    bars = {}
    for name, label in (("whole_ingest", "smewatch run"), ("peers", "smewatch run, beside peers")):
        if one := steps.get(name):
            bars[label] = one["printed"]["smewatch"]["pages_per_s"]
    if one := steps.get("whole_ingest"):
        bars |= {
            "bare extraction, fast": one["printed"]["fast_pages_per_s"],
            "bare extraction, default": one["printed"]["default_pages_per_s"],
        }
    if one := steps.get("peers"):
        bars |= {name: one["printed"][name]["pages_per_s"] for name in ("newspaper4k", "news-please")}
    names = list(bars)[::-1]
    colours = ["#1f6f8b" if name.startswith("smewatch") else "#b8c4cc" for name in names]
    axes.bar_label(axes.barh(names, [bars[name] for name in names], color=colours), fmt="%.3g", padding=3, fontsize=8)
    axes.tick_params(labelsize=8)
    return bool(bars)


def draw_growth(axes: Any, steps: dict[str, Any]) -> bool:
    """Seconds by articles in the warehouse; False if nothing is known."""
    axes.set_title("Seconds, by articles in the warehouse", loc="left", fontsize=10)
    costs = growth(steps)
    for name, by_size in costs.items():
        axes.plot(list(by_size), list(by_size.values()), marker="o", markersize=3, label=name)
    if costs:
        axes.set(xscale="log", yscale="log")
        axes.xaxis.set_major_formatter("{x:,.0f}")
        axes.yaxis.set_major_formatter("{x:g}")
        axes.legend(fontsize=7, frameon=False)
    axes.tick_params(labelsize=8)
    return bool(costs)


def draw_memory(axes: Any, steps: dict[str, Any]) -> bool:
    """Peak of all processes by articles of the run; False if nothing is known."""
    axes.set_title("Peak of all processes in MiB, by articles of the run", loc="left", fontsize=10)
    runs = steps["memory"]["printed"]["runs"] if "memory" in steps else []
    axes.plot([run["articles"] for run in runs], [run["peak_mib"] for run in runs], marker="o", color="#1f6f8b")
    if runs:
        axes.axhline(1.2 * 1024, color="#b8c4cc", linestyle="--")
        axes.annotate("asked: under 1.2 GiB", (runs[0]["articles"], 1.2 * 1024), fontsize=7, va="top")
        axes.set(xscale="log", ylim=(0, 1400))
        axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.tick_params(labelsize=8)
    return bool(runs)


def write(folder: Path) -> None:
    """Table and figure beside the results."""
    results = json.loads((folder / "results.json").read_text())
    (folder / "RESULTS.md").write_text(text(results))
    figure(results["steps"], folder / "results.png")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
