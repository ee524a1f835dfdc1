"""`smewatch feeds probe, backfill`: what a person wants asked of the web now."""

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from flows.commands.common import console, echo, echo_json, with_settings
from flows.commands.telling import in_sentences
from flows.settings import Settings

if TYPE_CHECKING:
    from flows.steps.feeds.probing import Probe


@click.command("probe")
@click.argument("urls", metavar="[URL]...", nargs=-1)
@click.option("--all", "every_feed", is_flag=True, help="Probe every active feed.")
@click.option("--dry-run", is_flag=True, help="Look, and write nothing down.")
@click.option("--allow-private", is_flag=True, help="Let feeds lead to loopback and private networks.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a feed.")
@with_settings
def probe(
    settings: Settings, urls: tuple[str, ...], every_feed: bool, dry_run: bool, allow_private: bool, as_json: bool
) -> None:
    """Ask feeds once and show what came: status, format, entries, newest date, final address, robots.txt.

    No entry is stored and no schedule changes. Without --dry-run, a known feed that proves good is marked as
    confirmed. Ends with 1 if any is not good.

    Example: smewatch feeds probe https://example.org/feed.xml --dry-run
    """
    from flows.collecting import feed_keeping, feed_probing
    from flows.progress import bars

    if not urls and not every_feed:
        raise click.UsageError("Name addresses, or say --all.")
    if allow_private:
        settings = settings.model_copy(update={"allow_private_addresses": True})
    now = datetime.now(UTC)
    with in_sentences():
        asked = feed_keeping.to_probe(settings, urls, every_feed=every_feed)
        with bars() as progress:
            progress.expect("feeds", len(asked))
            found = feed_probing.probe_feeds(settings, list(asked), now, lambda: progress.done("feeds"))
        good = [feed_id for one in found if one.is_good and (feed_id := asked[one.url])]
        if good and not dry_run:
            feed_keeping.confirm(settings, good, now)
    if as_json:
        for one in found:
            values = {"feed_id": asked[one.url], **feed_probing.probe_values(one)}
            echo_json(values)
    else:
        _print_probes(found, now)
    raise SystemExit(0 if all(one.is_good for one in found) else 1)


def _print_probes(found: "list[Probe]", now: datetime) -> None:
    from rich.table import Table

    from flows.collecting.feed_words import ago

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("feed", "good", "status", "format", "entries", "newest", "robots.txt", "said"):
        table.add_column(heading, overflow="fold", justify="right" if heading == "entries" else "left")
    for one in found:
        table.add_row(
            one.url,
            "yes" if one.is_good else "no",
            str(one.http_status or one.outcome.value),
            one.format or "",
            str(one.n_entries) if one.format else "",
            ago(one.newest_at, now),
            one.robots,
            _said(one),
        )
    console().print(table)


def _said(one: "Probe") -> str:
    where = f"answered at {one.final_url}" if one.final_url and one.final_url != one.url else ""
    word = one.outcome.value if one.http_status and not one.format else ""
    return "; ".join(part for part in (word, one.detail, where) if part)


@click.command("backfill")
@click.argument("url")
@click.option(
    "--pages", type=click.IntRange(1, 1000), default=10, show_default=True, help="Read at most so many pages."
)
@click.option("--allow-private", is_flag=True, help="Let feed and links lead to loopback and private networks.")
@click.option("--json", "as_json", is_flag=True, help="The report as one JSON object on standard output.")
@with_settings
def backfill(settings: Settings, url: str, pages: int, allow_private: bool, as_json: bool) -> None:
    """Read the past of a known feed, as far as it keeps one: from page to page of its archive (RFC 5005).

    Each page is stored before the next is asked for. Ends with 1 if the feed keeps no archive, or a page failed.

    Example: smewatch feeds backfill https://example.org/feed.xml --pages 5
    """
    from dataclasses import fields

    from flows.collecting.backfilling import backfill as fill
    from flows.progress import bars
    from flows.reports import print_counts
    from flows.running import end_with

    if allow_private:
        settings = settings.model_copy(update={"allow_private_addresses": True})

    def run() -> int:
        with in_sentences(), bars() as progress:
            report = fill(settings, url, pages, datetime.now(UTC), progress)
        if as_json:
            click.echo(json.dumps({item.name: getattr(report, item.name) for item in fields(report)}))
            return report.exit_code
        print_counts("Entries of the archive", report.ends, console())
        echo(f"{report.n_pages} pages of the archive read, {report.n_articles} new articles. {report.end}")
        return report.exit_code

    end_with(run)
