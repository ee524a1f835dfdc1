"""The command line as people and scripts meet it: help, settings, SQL, judging, and errors as sentences."""

import csv
import io
import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import click
import pytest
from click.testing import CliRunner

from flows.cli import COMMANDS, main
from flows.demo.content import outlets
from flows.settings import Settings
from flows.steps.outcomes import Outcome, PollOutcome
from flows.train import train
from tests.flows.tools import QuickCli, rows
from warehouse.opening import open_warehouse

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def said_in_a_sentence(done, code):
    """An error that a person understands: the code, nothing on standard output, one line that is no traceback."""
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("Error: ")
    return done.stderr


@pytest.fixture
def quick(tmp_path):
    """`smewatch` in an empty folder, within this process."""
    return QuickCli(tmp_path)


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


LOADED = """
import sys
sys.argv = ["smewatch", *{arguments!r}]
from flows.cli import main
try:
    main(standalone_mode=False)
finally:
    print("LOADED", *sorted({heavy!r} & set(sys.modules)))
"""


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
    program = LOADED.format(arguments=arguments, heavy=heavy)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert done.stdout.splitlines()[-1] == "LOADED"


def test_judging_needs_neither_prefect_nor_a_warehouse(with_model, tmp_path):
    with_model(tmp_path / "var")
    (tmp_path / "some.jsonl").write_text(json.dumps(TEXT) + "\n")
    program = LOADED.format(arguments=["classify", "some.jsonl"], heavy={"prefect", "trafilatura", "aiohttp"})
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert done.stdout.splitlines()[-1] == "LOADED"
    assert not (tmp_path / "var" / "warehouse.duckdb").exists()


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


# --- SQL ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def asking(tmp_path_factory):
    """`smewatch` in a folder that holds an empty warehouse."""
    folder = tmp_path_factory.mktemp("asking")
    with open_warehouse(folder / "var" / "warehouse.duckdb", now=NOW):
        pass
    return QuickCli(folder)


QUESTION = "select 1 as n, 'a, \"b\"' as said, null as nothing, timestamptz '2026-11-20 12:00:00+09' as at"


def test_sql_prints_a_table(asking):
    header, row = asking("sql", QUESTION).stdout.splitlines()
    assert header.split() == ["n", "said", "nothing", "at"]
    assert row.split() == ["1", "a,", '"b"', "2026-11-20T03:00:00Z"]


def test_sql_prints_csv(asking):
    read = list(csv.reader(io.StringIO(asking("sql", "--csv", QUESTION).stdout)))
    assert read == [["n", "said", "nothing", "at"], ["1", 'a, "b"', "", "2026-11-20T03:00:00Z"]]


def test_sql_prints_a_json_object_a_row(asking):
    done = asking("sql", "--json", QUESTION + " union all " + QUESTION)
    expected = {"n": 1, "said": 'a, "b"', "nothing": None, "at": "2026-11-20T03:00:00Z"}
    assert [json.loads(line) for line in done.stdout.splitlines()] == [expected, expected]


def test_sql_reads_a_file(asking):
    (asking.folder / "question.sql").write_text("-- A comment.\n" + QUESTION + ";\n")
    for form in ("--csv", "--json"):
        assert asking("sql", form, "-f", "question.sql").stdout == asking("sql", form, QUESTION).stdout


def test_a_long_table_is_cut_and_says_so_and_csv_is_not(asking):
    question = "select * from range(250)"
    table = asking("sql", question)
    assert len(table.stdout.splitlines()) == 1 + 200
    assert "--csv" in table.stderr
    assert len(asking("sql", "--csv", question).stdout.splitlines()) == 1 + 250


@pytest.mark.parametrize(
    ("question", "named"),
    [("selct 1", "selct"), ("select * from mart.no_such_view", "no_such_view"), ("select 1/'x'", "x")],
)
def test_wrong_sql_ends_with_a_sentence(question, named, asking):
    done = asking("sql", question)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: ")
    assert "Traceback" not in done.stderr
    assert named in done.stderr


@pytest.mark.parametrize(
    "statement",
    [
        "delete from core.articles",
        "insert into ops.runs (run_id, flow, started_at, status) values ('x', 'x', now(), 'running')",
        "create table mart.mine as select 1",
        "drop view mart.articles",
    ],
)
def test_sql_changes_nothing_in_the_warehouse(statement, asking):
    done = asking("sql", statement)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: ")
    assert "read-only" in done.stderr


@pytest.mark.parametrize("arguments", [(), ("select 1", "-f", "question.sql")], ids=["neither", "both"])
def test_sql_wants_a_query_or_a_file(arguments, asking):
    (asking.folder / "question.sql").write_text("select 1")
    said_in_a_sentence(asking("sql", *arguments), 2)


def test_without_a_warehouse_sql_says_how_to_get_one(quick):
    assert "smewatch run" in said_in_a_sentence(quick("sql", "select 1"), 1)


def test_the_queries_the_demo_recommends_run(asking):
    from flows.reports import DEMO_QUERIES

    for query in DEMO_QUERIES:
        done = asking("sql", query)
        assert done.returncode == 0, done.stderr


def test_the_queries_a_digest_shows_run(asking):
    from flows.briefing import queries_of
    from flows.steps.digests.weeks import IsoWeek

    for query in queries_of(IsoWeek.at(NOW, ZoneInfo("Asia/Tokyo")), ZoneInfo("Asia/Tokyo"), NOW):
        done = asking("sql", query.sql)
        assert done.returncode == 0, done.stderr


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


# --- Judging --------------------------------------------------------------------------------------------------------

TEXT = {
    "id": "a1",
    "title": "Kazakh and Turkish chambers open desks for small firms",
    "text": "The chambers of commerce of Almaty and Bursa signed a cooperation agreement. Each will keep a desk for "
    "small and medium-sized enterprises in the other's building, look for partners and hold matchmaking meetings. "
    * 3,
    "language": "en",
}
OTHER = {"id": 7, "title": "Rain", "text": "Rain is expected in the north on Thursday, with wind from the west. " * 8}


@pytest.fixture(scope="module")
def judging(with_model, tmp_path_factory):
    """`smewatch` in a folder that has a model."""
    folder = tmp_path_factory.mktemp("judging")
    with_model(folder / "var")
    return QuickCli(folder)


def write(folder, *some, name="some.jsonl"):
    (folder / name).write_text("".join(line if isinstance(line, str) else json.dumps(line) + "\n" for line in some))
    return name


def test_classify_writes_a_line_for_each_text_in_order(judging):
    done = judging("classify", write(judging.folder, TEXT, "\n", OTHER))
    assert done.returncode == 0, done.stderr
    first, second = [json.loads(line) for line in done.stdout.splitlines()]
    assert (first["id"], second["id"]) == ("a1", 7)
    for answer in (first, second):
        assert {"id", "score", "relevant", "kind", "countries", "why"} <= set(answer)
        assert 0 <= answer["score"] <= 1
        assert isinstance(answer["relevant"], bool)
        assert all(re.fullmatch(r"[A-Z]{2}", code) for code in answer["countries"])
    assert (first["relevant"], second["relevant"]) == (True, False)
    assert set(first["countries"]) == {"KZ", "TR"}
    whole = f"{TEXT['title']}\n{TEXT['text']}"
    assert first["why"]
    assert all(one["phrase"] in whole for one in first["why"])


def test_classify_writes_to_a_file(judging):
    name = write(judging.folder, TEXT)
    assert judging("classify", name, "-o", "out.jsonl").stdout == ""
    assert (judging.folder / "out.jsonl").read_text() == judging("classify", name).stdout


def test_classify_of_nothing_is_nothing(judging):
    done = judging("classify", write(judging.folder))
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("command", ["classify", "evaluate"])
@pytest.mark.parametrize(
    "bad",
    ["{not json}\n", '"a text"\n', json.dumps({"id": 1}) + "\n", json.dumps({"id": 1, "text": 7}) + "\n"],
    ids=["no json", "no object", "no text", "text is a number"],
)
def test_a_bad_line_is_named_by_its_number(command, bad, judging):
    labelled = TEXT | {"label": 1, "kind": "agreement"}
    done = judging(command, write(judging.folder, labelled, "\n", bad))
    assert "line 3" in said_in_a_sentence(done, 1)


def test_evaluate_leaves_out_the_borderline(judging):
    texts = [TEXT | {"label": 1, "kind": "agreement"}, OTHER | {"label": 0, "kind": "general"}]
    unsure = OTHER | {"id": "unsure", "label": -1, "kind": "general"}
    done = judging("evaluate", write(judging.folder, *texts, unsure), "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert (answer["texts"], answer["relevant"], answer["left_out"]) == (2, 1, 1)
    assert {"average_precision", "precision", "recall", "threshold"} <= set(answer)
    for_people = judging("evaluate", write(judging.folder, *texts, unsure)).stdout
    assert "average precision" in for_people.lower()


@pytest.mark.parametrize("label", [{}, {"label": 3}, {"label": "yes"}], ids=["none", "3", "yes"])
def test_evaluate_wants_a_label(label, judging):
    done = judging("evaluate", write(judging.folder, TEXT | {"label": 1}, TEXT | label))
    assert "line 2" in said_in_a_sentence(done, 1)


def test_evaluate_of_nothing_is_told(judging):
    said_in_a_sentence(judging("evaluate", write(judging.folder, TEXT | {"label": -1})), 1)


@pytest.mark.parametrize("command", ["classify", "evaluate"])
def test_a_folder_that_is_no_model_is_told(command, judging):
    (judging.folder / "empty").mkdir(exist_ok=True)
    name = write(judging.folder, TEXT | {"label": 1})
    said_in_a_sentence(judging(command, name, "--model", "empty"), 1)


@pytest.mark.parametrize("command", ["classify", "evaluate"])
def test_a_file_that_is_not_there_is_told(command, judging):
    said_in_a_sentence(judging(command, "nowhere.jsonl"), 2)


# --- Digest and training --------------------------------------------------------------------------------------------


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
