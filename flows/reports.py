"""What a person is told after a run: plain words, numbers that were stored, and what to do next."""

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING

from flows.settings import Settings

if TYPE_CHECKING:
    from rich.console import Console

    from flows.demonstration import Demonstration
    from flows.ingest import IngestReport

# What each name means, for somebody who sees it for the first time.
MEANING = {
    "stored": "new articles, now in the warehouse",
    "revised": "a known article whose text changed: a new version",
    "known": "announced before, or by another feed",
    "same text": "another address, the very text of an article we have",
    "unreachable": "no answer, or a broken one; tried again later",
    "gone": "404 or 410",
    "refused": "the server said no; tried again later",
    "refused by robots": "robots.txt asks us to stay away",
    "forbidden address": "leads to a private network",
    "bad link": "no usable link, and no text in the feed",
    "too large": "more bytes than we read",
    "too slow": "took too long to read; stopped",
    "not html": "a PDF, an image, a film",
    "consent wall": "a page that asks for consent instead of showing the text",
    "paywall": "only the first lines are free",
    "needs javascript": "no text without running scripts",
    "soft 404": "a page that says there is nothing",
    "no text": "too little text to judge",
    "same": "the text we have",
    "different": "another text than the one we have",
    "broken record": "the archive is damaged there",
    "our reader failed": "a fault of ours; the log has it",
    "read": "answered with a feed",
    "unchanged": "nothing new since the last poll",
    "not a feed": "an answer that is no feed",
}

TOP_STORIES = 5
DEMO_QUERIES = (
    "select title, outlet, countries, kind, band from mart.relevant_articles order by score desc limit 10",
    "select outcome, count(*) as n from mart.entries group by outcome order by n desc",
    "from mart.country_pairs limit 10",
)


def print_ingest(report: "IngestReport", settings: Settings, *, as_json: bool, to: "Console") -> None:
    """The report of an ingest, as a table for people or one JSON object for scripts."""
    if as_json:
        print(json.dumps({item.name: getattr(report, item.name) for item in fields(report)}))
        return
    if not (report.polls or report.n_spooled or report.problems):
        to.print("No feed is due. `smewatch feeds list` says when the next one is; --all polls them now.")
    print_counts("Feeds polled", report.polls, to)
    print_counts("Entries announced", report.ends, to)
    print_counts("Entries tried again", report.retries, to)
    if report.polls:
        to.print(
            f"{report.n_articles} new articles, {report.n_relevant} of them relevant. Warehouse: {settings.warehouse}"
        )
    if report.polls and report.exit_code and not report.problems:
        when = "in 15 minutes" if report.is_outage else "ever more rarely"
        to.print(f"No feed answered. Is the network up? Each is tried again, {when}.", style="bold")
    print_problems(report, to)


def print_problems(report: "IngestReport", to: "Console") -> None:
    """What nobody foresaw, batch by batch."""
    for note in report.notes:
        to.print(note, style="bold")
    for problem in report.problems:
        to.print(f"A batch failed and was not stored; the next run does it again. {problem}", style="bold red")


def print_counts(heading: str, counts: Mapping[str, int], to: "Console") -> None:
    """A table of names, numbers and meanings, largest first; nothing for nothing."""
    from rich.table import Table

    if not counts:
        return
    table = Table(title=f"{heading}: {sum(counts.values())}", title_justify="left", box=None, show_header=False)
    table.add_column(justify="right")
    table.add_column(no_wrap=True)
    table.add_column(style="dim")
    for name, n in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        table.add_row(str(n), name, MEANING.get(name, ""))
    to.print(table)


def print_demo(done: "Demonstration", to: "Console") -> None:
    """The end of a demo: what was fetched, how every entry ended, the top stories, where to look next."""
    for title, report in (("First poll", done.first), ("Second poll", done.second)):
        to.rule(title, align="left", style="dim")
        print_counts("Feeds polled", report.polls, to)
        print_counts("Entries announced", report.ends, to)
        to.print(f"{report.n_articles} new articles, {report.n_relevant} of them relevant.\n")
        print_problems(report, to)
    to.rule(f"Digest of {done.digest.week}", align="left", style="dim")
    to.print(done.digest.title, style="bold")
    for headline in done.digest.headlines[:TOP_STORIES]:
        to.print(f"  - {headline}")
    to.print(f"\nRead it:   {done.digest.html}\nOr:        {done.digest.text}\n")
    to.print("Ask the warehouse:")
    for query in DEMO_QUERIES:
        to.print(f'  .venv/bin/smewatch sql --data-dir {done.settings.data_dir} "{query}"', soft_wrap=True)
