"""The command line as people and scripts meet it: help, settings, and errors as sentences before anything starts."""

import json
import re
import traceback
from datetime import UTC, datetime

import click
import pytest
from click.testing import CliRunner

from flows.cli import COMMANDS, main
from flows.demo.content import outlets
from flows.settings import Settings, SettingsError, load_settings
from flows.steps.outcomes import Outcome, PollOutcome
from flows.train import train
from tests.flows.tools import loaded, rows, said_in_a_sentence

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


# --- Help -----------------------------------------------------------------------------------------------------------


def leaves(command, path=()):
    """Every command that does something, with its name; groups are opened."""
    context = click.Context(command)
    if not isinstance(command, click.Group):
        yield " ".join(path), command
        return
    for name in command.list_commands(context):
        yield from leaves(command.get_command(context, name), (*path, name))


LEAVES = dict(leaves(main))


@pytest.mark.parametrize("name", LEAVES)
def test_help_explains_a_command_with_an_example(name):
    shown = CliRunner().invoke(main, [*name.split(), "--help"])
    assert shown.exit_code == 0
    example = re.search(r"Example: (.+)", shown.output)
    assert example, shown.output
    assert f"smewatch {name}" in example[1]


@pytest.mark.parametrize("name", LEAVES)
def test_help_has_a_sentence_for_each_option(name):
    for option in LEAVES[name].params:
        if isinstance(option, click.Option) and not option.hidden:
            assert re.match(r"[A-Z].{8,}[.\]]$", option.help or ""), f"{option.opts}: {option.help!r}"


@pytest.mark.parametrize("name", LEAVES)
def test_an_example_of_help_is_a_command_that_exists(name):
    example = re.search(r"Example: (.+)", LEAVES[name].help or "")[1]
    options = {option for param in LEAVES[name].params for option in (*param.opts, *param.secondary_opts)}
    assert set(re.findall(r"(?<= )--?[a-z][a-z-]*", example.partition('"')[0])) <= options


def test_help_lists_every_command_once_in_the_order_of_a_newcomers_way():
    listed = re.findall(r"^  ([a-z]+)  ", CliRunner().invoke(main, ["--help"]).output, flags=re.M)
    assert listed == list(COMMANDS)


@pytest.mark.parametrize(
    ("arguments", "heavy"),
    [
        (["--help"], {"prefect", "sklearn", "duckdb", "pandas", "pydantic", "pyarrow", "rich", "aiohttp"}),
        (["run", "--help"], {"prefect", "sklearn", "duckdb", "trafilatura"}),
        (["config", "--json"], {"prefect", "sklearn", "duckdb", "trafilatura"}),
    ],
    ids=["help", "help of a command", "config"],
)
def test_a_command_loads_no_more_than_it_needs(arguments, heavy, tmp_path):
    assert loaded(tmp_path, arguments, heavy) == []


def test_an_unknown_command_is_told_with_a_hint(quick):
    said_in_a_sentence(quick("colect"), 2)


def test_the_version_is_told(cli):
    assert re.fullmatch(r"smewatch \d+\.\d+\.\d+\n", cli("--version").stdout)


def test_every_name_under_which_things_end_has_a_meaning_in_the_report():
    from flows.reports import MEANING

    assert {one.value for one in (*Outcome, *PollOutcome)} <= set(MEANING)


# --- Settings -------------------------------------------------------------------------------------------------------


def test_config_shows_value_origin_and_meaning_of_every_setting(quick, tmp_path):
    (tmp_path / "smewatch.toml").write_text('zone = "Asia/Tokyo"\nconnections = 7\n')
    done = quick("config", "--json", SMEWATCH_CONNECTIONS="9", SMEWATCH_CONTACT="news@us.test")
    assert done.returncode == 0, done.stderr
    shown = json.loads(done.stdout)
    assert list(shown) == list(Settings.model_fields)
    assert (shown["zone"]["value"], shown["zone"]["origin"]) == ("Asia/Tokyo", "smewatch.toml")
    assert (shown["connections"]["value"], shown["connections"]["origin"]) == ("9", "environment")
    assert (shown["host_delay_s"]["value"], shown["host_delay_s"]["origin"]) == ("5.0", "default")
    assert all(knob["meaning"].endswith(".") for knob in shown.values())


def test_config_is_a_table_for_people(quick):
    lines = quick("config", SMEWATCH_ZONE="Europe/Berlin").stdout.splitlines()
    assert lines[0].split() == ["setting", "value", "from", "meaning"]
    (zone,) = [line for line in lines if line.startswith("zone ")]
    assert zone.split()[:3] == ["zone", "Europe/Berlin", "environment"]


def test_a_number_with_a_unit_says_it_in_its_name_or_its_meaning():
    units = re.compile(r"\b(seconds|bytes|days|hours|minutes|feeds|pages|processes|connections)\b", re.I)
    for name, field in Settings.model_fields.items():
        if field.annotation in (int, float):
            assert units.search(f"{name.replace('_', ' ')} {field.description}"), name


@pytest.mark.parametrize(
    ("knob", "value"),
    [
        ("SMEWATCH_ZONE", "Mars/Olympus"),
        ("SMEWATCH_CONNECTIONS", "many"),
        ("SMEWATCH_CONNECTIONS", "0"),
        ("SMEWATCH_HOST_DELAY_S", "-1"),
        ("SMEWATCH_INGEST_CRON", "0 22-2 * * *"),
        ("SMEWATCH_DIGEST_CRON", "@weekly"),  # Prefect knows it, and our own parser does not
        ("SMEWATCH_MAINTENANCE_CRON", "0 30 4 * * *"),  # the second first, or last?
        ("SMEWATCH_TRAIN_CRON", "mondays"),
    ],
)
@pytest.mark.parametrize("command", ["config", "run"])
def test_a_setting_that_cannot_be_used_is_named_with_its_value(command, knob, value, quick):
    said = said_in_a_sentence(quick(command, **{knob: value}), 2)
    assert knob in said
    assert repr(value) in said


@pytest.mark.parametrize(
    ("text", "named"),
    [("conections = 7\n", "CONECTIONS"), ("zone = \n", "smewatch.toml")],
    ids=["unknown", "no toml"],
)
def test_a_settings_file_that_cannot_be_used_is_told(text, named, quick, tmp_path):
    (tmp_path / "smewatch.toml").write_text(text)
    assert named in said_in_a_sentence(quick("config"), 2)


@pytest.mark.parametrize(
    "text",
    [
        "smtp_password = 48151623",  # a number, for want of quotes
        'smtp_pasword = "48151623"',
        's3_secret = ["48151623"]',
        'alert_webhook = "hooks.test/48151623"',
        'alert_ping = "https://ping.test/48151623 "',
    ],
)
def test_a_refused_setting_tells_no_secret(text, quick, tmp_path, monkeypatch):
    (tmp_path / "smewatch.toml").write_text(text)
    said = said_in_a_sentence(quick("config"), 2)
    assert f"SMEWATCH_{text.split()[0].upper()} = (not shown): " in said
    assert "48151623" not in said
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsError) as refusal:  # as in a flow, whose traceback is logged
        load_settings()
    assert "48151623" not in "".join(traceback.format_exception(refusal.value))


# --- Feeds ----------------------------------------------------------------------------------------------------------


def test_before_the_first_run_feeds_list_shows_the_catalogue(quick, tmp_path):
    (tmp_path / "mine.csv").write_text("url,title\nhttps://a.test/rss,The A\nhttps://b.test/rss,The B\n")
    done = quick("feeds", "list", SMEWATCH_FEEDS_FILE="mine.csv")
    assert done.returncode == 0, done.stderr
    assert [line.split()[:3] for line in done.stdout.splitlines()[1:]] == [["The", "A", "new"], ["The", "B", "new"]]


@pytest.mark.parametrize(
    ("name", "text"),
    [("none.csv", None), ("empty.csv", ""), ("odd.csv", "address,name\nx,y\n"), ("page.opml", "<html></html>")],
)
def test_a_catalogue_that_cannot_be_read_is_named(name, text, cli, tmp_path):
    if text is not None:
        (tmp_path / name).write_text(text)
    assert name in said_in_a_sentence(cli("run", "--feeds", name), 1)


# --- Digest, training, demo -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["http://a b", "http://[a/"])
def test_a_catalogue_whose_address_is_none_is_named(address, cli):
    assert f"Error: {address}: cannot be read" in said_in_a_sentence(cli("run", "--feeds", address), 1)


@pytest.mark.parametrize("command", ["run", "digest"])
def test_a_data_folder_that_cannot_be_made_ends_a_flow_with_a_sentence(command, cli):
    (cli.folder / "taken").write_text("")
    assert "Error: taken/x" in said_in_a_sentence(cli(command, "--data-dir", "taken/x"), 1)


@pytest.mark.parametrize("week", ["nonsense", "2026-47", "2026-W54", "2025-W53", "2026-W00", "2026-W47-1", ""])
def test_a_week_that_is_none_is_told_before_anything_starts(week, quick, tmp_path):
    said = said_in_a_sentence(quick("digest", "--week", week), 2)
    assert "--week" in said
    assert not (tmp_path / "var").exists()


def test_training_again_gives_the_same_model_and_puts_it_in_use(model_folder, tmp_path):
    settings = Settings(data_dir=tmp_path / "var")
    assert train.fn(settings, now=NOW).name == model_folder.name
    assert (settings.models_dir / "current").read_text().splitlines()[0] == model_folder.name
    assert rows(settings.data_dir, "select model_id, folder from core.models") == [
        (model_folder.name, f"models/{model_folder.name}")
    ]
    assert rows(settings.data_dir, "select model_id from ops.model_promotions") == [(model_folder.name,)]


def test_the_demo_leaves_a_folder_alone_that_no_demo_made(cli, tmp_path):
    precious = tmp_path / "var" / "demo" / "thesis.txt"
    precious.parent.mkdir(parents=True)
    precious.write_text("Chapter one")
    done = cli("demo")
    assert done.returncode == 1
    assert "no demo made it" in done.stderr
    assert precious.read_text() == "Chapter one"


def test_the_demo_promises_its_hosts_and_formats():
    formats = [feed.format for outlet in outlets() for feed in outlet.feeds]
    assert len({outlet.host for outlet in outlets()}) >= 5
    assert {"rss", "rdf", "atom", "json", "sitemap", "none"} <= set(formats)
