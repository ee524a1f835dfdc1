"""`smewatch feeds add, import, export, pause, resume, remove`: what a person decides about feeds."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from flows.commands.common import echo, echo_json, with_settings
from flows.commands.telling import in_sentences
from flows.settings import Settings

if TYPE_CHECKING:
    from flows.steps.feeds.feed import Feed
    from flows.steps.feeds.probing import Probe
    from warehouse.feed_rows import FeedCard


@click.command("add")
@click.argument("url")
@click.option("--title", help="Its title; default: the feed's own.")
@click.option("--outlet", help="The publisher as readers know it; default: the title.")
@click.option("--country", help="Country of the publisher, ISO 3166 alpha-2, EU or INT.")
@click.option("--language", help="Language of the feed, such as en; default: what the feed says.")
@click.option("--topic", help="A word of your own for what it is about.")
@click.option("--all", "want_all", is_flag=True, help="Add every good feed the page names, not only the first.")
@click.option("--dry-run", is_flag=True, help="Look, and add nothing.")
@click.option("--allow-private", is_flag=True, help="Let the address lead to loopback and private networks.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a feed that was found.")
@with_settings
def add(
    settings: Settings,
    url: str,
    want_all: bool,
    dry_run: bool,
    allow_private: bool,
    as_json: bool,
    **about: str | None,
) -> None:
    """Add a feed, or the feed of a page: the one it declares, links to, or keeps at a usual address.

    What is added stays, whatever the catalogue lists. Ends with 1 if no feed with entries was found.

    Example: smewatch feeds add https://example.org/news --topic trade
    """
    from flows.collecting import feed_keeping, feed_probing
    from flows.steps.web.urls import clean_link

    address = clean_link("", url if "://" in url else f"https://{url}")
    if address is None:
        raise click.UsageError(f"{url!r} is no http(s) address.")
    if allow_private:
        settings = settings.model_copy(update={"allow_private_addresses": True})
    now = datetime.now(UTC)
    found = feed_probing.find_feeds(
        settings, address, now, lambda asked: echo(f"Asking {asked} ...", err=True), want_all=want_all
    )
    if not found.good:
        raise click.ClickException(f"No feed with entries was found at {address}, nor by way of its page.")
    added: list[tuple[FeedCard, bool]] = []
    if not dry_run:
        with in_sentences():
            feeds = [_feed(one, about) for one in found.good]
            added = feed_keeping.add(settings, feeds, now, is_confirmed=True)
    _report(found.good, added, as_json=as_json)
    for other in found.others:
        echo(f"Also named there: {other.url}  {other.title}".rstrip(), err=True)


def _feed(found: "Probe", about: dict[str, str | None]) -> "Feed":
    from flows.steps.feeds.feed import Feed

    title = about["title"] or found.title or found.title_of_link
    return Feed(
        url=found.permanent_url or found.url,
        title=title,
        outlet=about["outlet"] or title,
        country=(about["country"] or "").upper() or None,
        language=about["language"] or found.language,
        topic=about["topic"],
    )


def _report(good: "Sequence[Probe]", added: "list[tuple[FeedCard, bool]]", *, as_json: bool) -> None:
    if as_json:
        from flows.collecting.feed_probing import probe_values

        words = {card.feed.url: "added" if is_new else "known" for card, is_new in added}
        for found in good:
            verdict = words.get(found.permanent_url or found.url, "known" if added else "found")
            echo_json({**probe_values(found), "result": verdict})
        return
    for found in good if not added else ():
        echo(f"Found: {found.url}  {found.title}, {found.n_entries} entries")
    for card, is_new in added:
        word = "Added" if is_new else "Known already, and now kept whatever the catalogue lists"
        echo(f"{word}: {card.feed.url}  {card.feed.title}")


@click.command("import")
@click.argument("file")
@click.option("--dry-run", is_flag=True, help="Read the file, and add nothing.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object: how many were added and known.")
@with_settings
def import_feeds(settings: Settings, file: str, dry_run: bool, as_json: bool) -> None:
    """Add the feeds of a CSV or OPML file, or of its http(s) address, to those of the catalogue.

    What is added stays, whatever the catalogue lists.

    Example: smewatch feeds import subscriptions.opml
    """
    from flows.collecting import feed_keeping
    from flows.collecting.catalogue import read_feeds

    with in_sentences():
        feeds = read_feeds(settings, file)
        added = [] if dry_run else feed_keeping.add(settings, feeds, datetime.now(UTC))
    n_new = sum(is_new for _, is_new in added)
    if as_json:
        echo_json({"read": len(feeds), "added": n_new, "known": len(added) - n_new})
    elif dry_run:
        click.echo(f"{len(feeds)} feeds read; nothing added.")
    else:
        click.echo(f"{len(feeds)} feeds read, {n_new} added, {len(added) - n_new} known already.")


@click.command("export")
@click.option("--csv", "form", flag_value="csv", default=True, help="As CSV, which keeps everything (the default).")
@click.option("--opml", "form", flag_value="opml", help="As OPML, which every feed reader takes.")
@with_settings
def export_feeds(settings: Settings, form: str) -> None:
    """Write the active feeds as a catalogue to standard output, each at the address at which it is asked.

    Example: smewatch feeds export --opml
    """
    from flows.collecting import feed_keeping
    from flows.steps.feeds.catalogue import catalogue_to_csv, catalogue_to_opml

    with in_sentences():
        feeds = feed_keeping.exported(settings)
    click.echo(catalogue_to_opml(feeds) if form == "opml" else catalogue_to_csv(feeds), nl=False)


@click.command("pause")
@click.argument("urls", metavar="URL...", nargs=-1, required=True)
@with_settings
def pause(settings: Settings, urls: tuple[str, ...]) -> None:
    """Ask feeds no more until they are resumed; no catalogue changes that.

    Example: smewatch feeds pause https://example.org/feed.xml
    """
    from flows.collecting import feed_keeping

    with in_sentences():
        for card in feed_keeping.pause(settings, urls, datetime.now(UTC)):
            echo(f"Paused: {card.feed.url}")


@click.command("resume")
@click.argument("urls", metavar="URL...", nargs=-1, required=True)
@with_settings
def resume(settings: Settings, urls: tuple[str, ...]) -> None:
    """Ask paused feeds again.

    Example: smewatch feeds resume https://example.org/feed.xml
    """
    from flows.collecting import feed_keeping

    with in_sentences():
        for card in feed_keeping.resume(settings, urls, datetime.now(UTC)):
            echo(f"Resumed: {card.feed.url}")


@click.command("retry")
@click.argument("urls", metavar="URL...", nargs=-1, required=True)
@with_settings
def retry(settings: Settings, urls: tuple[str, ...]) -> None:
    """Try entries again that were given up after six tries; the next run reads them (mart.quarantine lists them).

    Example: smewatch feeds retry https://example.org/feed.xml
    """
    from flows.collecting import feed_keeping

    with in_sentences():
        n_entries = feed_keeping.retry(settings, urls, datetime.now(UTC))
    click.echo(f"{n_entries} entries are tried again by the next run.")


@click.command("remove")
@click.argument("urls", metavar="URL...", nargs=-1, required=True)
@with_settings
def remove(settings: Settings, urls: tuple[str, ...]) -> None:
    """Let go of feeds that were added by hand. What they brought stays; pause a feed of the catalogue instead.

    Example: smewatch feeds remove https://example.org/feed.xml
    """
    from flows.collecting import feed_keeping

    with in_sentences():
        for card in feed_keeping.remove(settings, urls, datetime.now(UTC)):
            echo(f"Removed: {card.feed.url}")
