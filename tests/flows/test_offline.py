"""No network: every feed ends as unreachable, in bounded time, in plain words, and nothing else breaks."""

import socket

import pytest

from flows.digest import digest
from flows.settings import Settings
from tests.flows.tools import Cli, failed_checks, rows

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def offline(with_model, prefect_api, tmp_path_factory):
    """A run over a port where nobody listens and a name that cannot be resolved; and the folder it left behind."""
    folder = tmp_path_factory.mktemp("offline")
    data_dir = with_model(folder / "var")
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    urls = [f"http://127.0.0.1:{port}/{n}" for n in range(20)] + [f"https://feed{n}.invalid/rss" for n in range(20)]
    (folder / "feeds.csv").write_text("url,title\n" + "".join(f"{url},Feed {n}\n" for n, url in enumerate(urls)))
    cli = Cli(folder, PREFECT_API_URL=prefect_api, SMEWATCH_HOST_DELAY_S="0", SMEWATCH_DATA_DIR=str(data_dir))
    return cli, cli("run", "--feeds", "feeds.csv", "--allow-private"), data_dir


def test_the_run_ends_with_1_and_says_in_plain_words_why(offline):
    _, done, _ = offline
    assert done.returncode == 1
    assert "No feed answered. Is the network up?" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_every_feed_ends_as_unreachable_with_a_reason(offline):
    _, done, data_dir = offline
    assert rows(data_dir, "select outcome, count(*), count(detail) from raw.fetches group by all") == [
        ("unreachable", 40, 40)
    ]
    assert "40  unreachable" in done.stdout


def test_the_run_is_a_completed_run_with_nothing_in_it(offline):
    _, _, data_dir = offline
    assert failed_checks(data_dir) == {}
    assert rows(data_dir, "select status, n_polls, n_failed_polls, n_announced from mart.runs") == [
        ("completed", 40, 40, 0)
    ]


def test_every_feed_is_tried_again(offline):
    _, _, data_dir = offline
    assert rows(data_dir, "select count(*) from ops.feed_states where next_poll_at > last_polled_at") == [(40,)]


def test_feeds_list_shows_them(offline):
    cli, _, _ = offline
    done = cli("feeds", "list")
    assert done.returncode == 0
    assert sum("unreachable" in line for line in done.stdout.splitlines()) == 40


def test_a_digest_can_be_written_all_the_same(offline):
    _, _, data_dir = offline
    report = digest.fn(Settings(data_dir=data_dir), "2026-W46")
    assert report.html.exists()
    assert report.headlines == ()


def test_a_private_network_is_forbidden_unless_allowed(with_model, cli_with_server, tmp_path):
    data_dir = with_model(tmp_path / "var")
    (tmp_path / "feeds.csv").write_text("url\nhttp://127.0.0.1:9/rss\nhttp://10.0.0.1/rss\nhttp://[::1]/rss\n")
    done = cli_with_server("run", "--feeds", "feeds.csv")
    assert done.returncode == 1
    assert rows(data_dir, "select distinct outcome from raw.fetches") == [("forbidden address",)]


def test_settings_allow_no_private_network_by_default():
    assert Settings().allow_private_addresses is False
