"""Commands on a lake whose files lie in a bucket: what people start, with real servers for all that it speaks to."""

from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from tests.flows.small_web import N_FEEDS, N_PAGES, SHARED, conditional, page, rss, small_web
from tests.steps.digests.post_office import Box, post_office
from tests.warehouse.lake_tools import (
    answer,
    begun,
    dump,
    lake_servers,
    new_lake,
    smewatch,
    start,
)

pytestmark = pytest.mark.server

FAST = {
    "SMEWATCH_HOST_DELAY_S": "0",
    "SMEWATCH_PAGES_PER_HOST": "8",
    "SMEWATCH_FEEDS_PER_BATCH": "6",
    "SMEWATCH_WORKER_PROCESSES": "1",
    "SMEWATCH_WAREHOUSE_WAIT_S": "20",
}
SETTINGS = (
    "select value from duckdb_settings() where name like 's3%' union all select secret_string from duckdb_secrets()"
)
# The first articles of a week, judged by a model that says of itself what a digest asks.
A_WEEK = """
from dataclasses import replace
counts = {"seed_documents": 5, "relevant_examples": 9, "other_examples": 9}
cases.MODEL = replace(cases.MODEL, card=json.dumps({"counts": counts, "thresholds": {}, "results": {}}))
with open_warehouse(address, now=cases.NOW) as lake:
    cases.begin(lake, "r1")
    lake.store_batch(cases.batch())
    lake.finish_run("r1", "completed", None, cases.NOW)
    print(lake.query("select count(*) from core.articles").rows[0][0])
"""
# What the runs stored: articles, texts and verdicts, how entries ended, the runs' own ends. Who was first is chance.
CONTENTS = """
asked = (
    "select count(*), count(distinct article_id), count(distinct url) from core.articles",
    "select count(*), count(distinct article_id) from core.article_texts",
    "select count(*), count(distinct article_id) from core.verdicts",
    "select if(outcome = 'known', 'stored', outcome) as ended, count(*) from raw.entries group by all order by all",
    "select status from ops.runs order by started_at",
)
with open_warehouse(address, now=cases.NOW) as warehouse:
    found = [[list(row) for row in warehouse.query(sql).rows] for sql in asked]
    print(json.dumps([*found, warehouse.failed_checks()]))
"""


@pytest.fixture(scope="module")
def servers(tmp_path_factory):
    """The port of a PostgreSQL, and an object store."""
    with lake_servers(tmp_path_factory.mktemp("store") / "log") as both:
        yield both


@pytest.fixture(scope="module")
def with_keys(servers, prefect_api):
    """The environment of a program with the right keys that collects in a hurry."""
    return FAST | servers[1].environment | {"PREFECT_API_URL": prefect_api}


def collecting(address, folder, catalogue, environment):
    """`smewatch run` at work, reading every feed whether it is due or not."""
    return begun(address, folder, "run", "--feeds", catalogue, "--all", "--allow-private", **environment)


def ended(process):
    told, _ = process.communicate(timeout=120)
    return process.returncode, told


@dataclass
class Used:
    """A lake on which the keys were withdrawn from the first run; two ran at once after they were given back."""

    lake: str
    folders: list[Path]
    first: tuple[int, str]
    n_spooled: int
    both: list[tuple[int, str]]


@pytest.fixture(scope="module")
def used(servers, with_keys, with_model, tmp_path_factory):
    folder, (port, store) = tmp_path_factory.mktemp("used"), servers
    lake = new_lake(port, "used", "s3://news/used")
    ours, theirs = (with_model(folder / name) for name in ("ours", "theirs"))
    with small_web(folder, latency_s=0.05) as (server, catalogue):
        with keys_withdrawn_at("/3/0", server, store):
            first = ended(collecting(lake, ours, catalogue, with_keys))
        n_spooled = len(list((ours / "spool").glob("*.json")))
        announce_more(server)
        runs = [collecting(lake, place, catalogue, with_keys) for place in (ours, theirs)]
        return Used(lake, [ours, theirs], first, n_spooled, [ended(run) for run in runs])


@contextmanager
def keys_withdrawn_at(path, server, store):
    """When that page is asked for, the keys lose the right to write, and have it again at the end."""
    as_ever = server.scripts[path]

    def withdrawn(_):
        store.may("s3:ListBucket", "s3:GetObject")
        return as_ever[-1]

    server.scripts[path] = withdrawn
    yield
    server.scripts[path] = as_ever
    store.may("s3:*")


def announce_more(server):
    """Let each feed announce one more page, so that whoever polls has something to store."""
    for feed in range(N_FEEDS):
        paths = [*(f"/{feed}/{n}" for n in range(N_PAGES)), f"/{feed}/gone", f"/private/{feed}"]
        links = [server.url(path) for path in (*paths, *([SHARED] if feed < 2 else []), f"/{feed}/late")]
        server.scripts[f"/{feed}/late"] = page(f"late {feed}", 100 + feed)
        server.scripts[f"/{feed}/feed.xml"] = conditional(rss(links), f'"late {feed}"')


def test_what_withdrawn_keys_keep_from_the_lake_waits_and_the_run_says_why(used):
    _, told = used.first
    assert "s3://news/used cannot be reached (AccessDenied" in told
    assert "Look at the keys (SMEWATCH_S3_KEY_ID" in told
    assert used.n_spooled > 0
    assert not list((used.folders[0] / "spool").glob("*.json"))


def test_two_runs_at_once_on_one_lake_lose_and_double_nothing(used, with_keys):
    assert [code for code, _ in used.both] == [0, 0], used.both
    articles, texts, verdicts, entries, runs, failed = answer(start(CONTENTS, used.lake, **with_keys))
    n = N_FEEDS * (N_PAGES + 1) + 1
    assert (articles, texts, verdicts) == ([[n, n, n]], [[n, n]], [[n, n]])
    # The shared page is an entry of two feeds.
    assert entries == [["gone", N_FEEDS], ["refused by robots", N_FEEDS], ["stored", n + 1]]
    assert (runs[1:], failed) == ([["completed"]] * 2, {})


def test_keys_are_shown_and_kept_nowhere(used, servers, with_keys):
    asked = (("status",), ("doctor",), ("sql", SETTINGS))
    status, doctor, settings = (smewatch(used.lake, used.folders[0], *words, **with_keys)[1] for words in asked)
    assert "data_path='s3://news/used'" in status
    assert "in the lake ducklake:postgres:" in doctor
    assert "secret=redacted" in settings
    told = [status, doctor, settings, used.first[1], *(told for _, told in used.both)]
    files = [path for place in used.folders for path in place.rglob("*") if path.is_file()]
    kept = [path.read_bytes() for path in files] + [dump(servers[0], "used")]
    for name in ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        secret = with_keys[name]
        assert not [text for text in told if secret in text]
        assert not [text for text in kept if secret.encode() in text]


def test_a_digest_from_a_lake_is_mailed_to_everybody_once(servers, with_keys, tmp_path):
    lake, box = new_lake(servers[0], "mailed", "s3://news/mailed"), Box()
    assert answer(start(A_WEEK, lake, **with_keys)) == 4
    with post_office(box) as port:
        mail = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(port), "SMTP_SECURITY": "none"}
        mail |= {"MAIL_SENDER": "news@example.org", "MAIL_RECIPIENTS": "ada@example.net, bob@example.net"}
        environment = with_keys | {f"SMEWATCH_{name}": value for name, value in mail.items()}
        for _ in range(2):
            code, told = smewatch(lake, tmp_path, "digest", "--week", "2026-W47", "--send", **environment)
            assert code == 0, told
    assert (tmp_path / "digests" / "2026-W47" / "index.html").exists()
    assert sorted(box.recipients) == ["ada@example.net", "bob@example.net"]
    message = message_from_bytes(box.received[0][1], policy=policy.default)
    assert "https://outlet.test/0" in message.get_body(("plain",)).get_content()
