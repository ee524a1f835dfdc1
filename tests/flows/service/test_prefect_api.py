"""Prefect's REST API as we ask it: patient with a busy server, plain about a silent one."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from flows.service import prefect_api
from flows.service.prefect_api import PrefectApi, PrefectSilent


@contextmanager
def server(*statuses):
    """Answers with these statuses, one after the other, and keeps the headers of what was asked."""
    asked, left = [], list(statuses)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(dict(self.headers))
            self.send_response(left.pop(0))
            self.end_headers()
            self.wfile.write(json.dumps("3.8.8").encode())

        def log_message(self, *args):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        try:
            yield PrefectApi(f"http://127.0.0.1:{listening.server_port}/api"), asked
        finally:
            listening.shutdown()
            thread.join()


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch):
    monkeypatch.setattr(prefect_api, "PAUSES_S", (0.0, 0.0, 0.0))


@pytest.mark.parametrize("statuses", [(200,), (503, 200), (429, 503, 503, 200)])
def test_a_server_whose_database_is_locked_for_a_moment_is_asked_again(statuses):
    with server(*statuses) as (api, asked):
        assert api.version() == "3.8.8"
    assert len(asked) == len(statuses)


@pytest.mark.parametrize("statuses", [(503,) * 4, (404,), (500,)])
def test_a_server_that_does_not_get_well_is_told(statuses):
    with server(*statuses) as (api, _), pytest.raises(PrefectSilent, match=str(statuses[0])):
        api.version()


def test_a_server_that_is_not_there_is_told_with_its_address():
    with pytest.raises(PrefectSilent, match=r"127\.0\.0\.1:9"):
        PrefectApi("http://127.0.0.1:9/api").version()


@pytest.mark.parametrize(
    ("name", "value", "sent"),
    [
        ("PREFECT_API_KEY", "abc", "Bearer abc"),
        ("PREFECT_API_AUTH_STRING", "me:pass", "Basic bWU6cGFzcw=="),
    ],
)
def test_a_server_of_a_team_gets_what_it_asks_for(monkeypatch, name, value, sent):
    monkeypatch.setenv(name, value)
    with server(200) as (api, asked):
        api.version()
    assert asked[0]["Authorization"] == sent
