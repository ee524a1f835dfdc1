"""Alerts over a real mail server and a real web server on loopback."""

import json
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from socket import socket

import pytest
from aiosmtpd.controller import Controller

from flows.publish import publish
from flows.service import alerting, marks
from flows.settings import Settings
from flows.steps.service.findings import Level
from warehouse.opening import open_warehouse

NOW = datetime.now(UTC)  # the age of files is part of what is looked at
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


class Inbox:
    """A mail server's memory; with an answer of its own, it refuses."""

    def __init__(self, answer="250 taken"):
        self.answer, self.mails = answer, []

    async def handle_DATA(self, server, session, envelope):
        self.mails.append(envelope)
        return self.answer


@contextmanager
def mail_server(inbox):
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


@contextmanager
def web_server(status=200):
    posted = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            posted.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
            self.end()

        def do_GET(self):
            posted.append((self.path, None))
            self.end()

        def end(self):
            self.send_response(status)
            self.end_headers()

        def log_message(self, *args):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", posted
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def settings(tmp_path):
    made = Settings(data_dir=tmp_path / "var", alert_disk_bytes=0)
    marks.note_success(made, "ingest", NOW - 7 * HOUR)  # an hour more than is normal
    return made


def keys(found):
    return [one.key for one in found]


def test_trouble_is_mailed_once_and_so_is_its_end(settings):
    inbox = Inbox()
    with mail_server(inbox) as port:
        mailed = settings.model_copy(
            update={
                "smtp_host": "127.0.0.1",
                "smtp_port": port,
                "smtp_security": "none",
                "mail_sender": "watch@box.test",
                "alert_recipients": "me@box.test, you@box.test",
            }
        )
        for minutes in (0, 5, 10):
            assert keys(alerting.look_after(mailed, NOW + minutes * MINUTE)) == ["no-ingest"]
        marks.note_success(settings, "ingest", NOW + 11 * MINUTE)
        for minutes in (15, 30, 45, 60):
            alerting.look_after(mailed, NOW + minutes * MINUTE)
    assert [mail.rcpt_tos for mail in inbox.mails] == [["me@box.test"], ["you@box.test"]] * 2
    first, last = inbox.mails[0].content.decode(), inbox.mails[2].content.decode()
    assert "Subject: smewatch: No run has succeeded for 7 hours" in first
    assert "What to do:" in first
    assert "Subject: smewatch: all clear, 1 trouble over" in last


def test_trouble_is_posted_as_json_that_chat_programs_show(settings):
    with web_server() as (url, posted):
        alerting.look_after(settings.model_copy(update={"alert_webhook": secret(f"{url}/hook")}), NOW)
    ((path, body),) = posted
    assert path == "/hook"
    assert body["text"].startswith("smewatch: No run has succeeded")
    assert [one["key"] for one in body["raised"]] == ["no-ingest"]


def test_what_no_channel_took_is_told_at_the_next_look(settings):
    with web_server(status=500) as (url, refused):
        alerting.look_after(settings.model_copy(update={"alert_webhook": secret(url)}), NOW)
    with web_server() as (url, taken):
        alerting.look_after(settings.model_copy(update={"alert_webhook": secret(url)}), NOW + 5 * MINUTE)
    assert (len(refused), len(taken)) == (1, 1)


def test_a_refusing_mail_server_does_not_keep_the_webhook_from_telling(settings, caplog):
    with mail_server(Inbox("554 no")) as port, web_server() as (url, posted):
        both = settings.model_copy(
            update={
                "smtp_host": "127.0.0.1",
                "smtp_port": port,
                "smtp_security": "none",
                "alert_recipients": "me@box.test",
                "alert_webhook": secret(url),
            }
        )
        alerting.look_after(both, NOW)
        alerting.look_after(both, NOW + MINUTE)
    assert len(posted) == 1  # told, if not to all
    assert "554 no" in caplog.text


def test_no_log_line_tells_the_address_of_a_webhook(settings, caplog):
    alerting.look_after(settings.model_copy(update={"alert_webhook": secret("http://127.0.0.1:9/hunter2")}), NOW)
    assert "an alert was not told: webhook" in caplog.text
    assert "hunter2" not in caplog.text


@pytest.mark.parametrize(
    "slip", ["hooks.test/hunter2", "http://127.0.0.1:9/two words/hunter2", "http://127.0.0.1:hunter2/"]
)
def test_an_address_that_cannot_be_asked_neither_repeats_mails_nor_is_logged(settings, caplog, slip):
    inbox = Inbox()
    with mail_server(inbox) as port:
        slipped = settings.model_copy(  # past the rules of the settings, which refuse most of these
            update={
                "smtp_host": "127.0.0.1",
                "smtp_port": port,
                "smtp_security": "none",
                "alert_recipients": "me@box.test",
                "alert_webhook": secret(slip),
                "alert_ping": secret(slip),
            }
        )
        for minutes in (0, 5):
            alerting.look_after(slipped, NOW + minutes * MINUTE)
        marks.note_success(settings, "ingest", NOW + 6 * MINUTE)
        alerting.look_after(slipped, NOW + 10 * MINUTE)  # all is well again: the ping
    assert len(inbox.mails) == 1
    assert "an alert was not told: webhook" in caplog.text
    assert "ping: " in caplog.text
    assert "hunter2" not in caplog.text


def test_the_ping_stays_away_while_something_is_critical(settings):
    with web_server() as (url, asked):
        pinged = settings.model_copy(update={"alert_ping": secret(f"{url}/alive")})
        alerting.look_after(pinged, NOW)
        assert asked == []
        marks.note_success(settings, "ingest", NOW)
        alerting.look_after(pinged, NOW + MINUTE)
    assert asked == [("/alive", None)]


def test_trouble_that_nobody_could_look_at_is_not_over(settings, tmp_path):
    """A damaged warehouse must not read as an all-clear of what was wrong in it."""
    told = {"score-drift": alerting.Alert("score-drift", Level.WARNING, "It drifts.", NOW - 9 * HOUR, NOW - 9 * HOUR)}
    alerting.write_told(settings, told)
    settings.warehouse.write_bytes(b"no warehouse")
    found = alerting.look_after(settings, NOW)
    assert "score-drift" in keys(found)
    assert "score-drift" in alerting.read_told(settings)


@pytest.mark.parametrize("has_copy", [False, True])
def test_a_damaged_warehouse_is_told_and_what_waits_in_the_spool_is_not_over(settings, has_copy):
    settings.spool_dir.mkdir(parents=True)
    for number in range(settings.alert_spooled + 1):
        (settings.spool_dir / f"r1-{number:04d}.json").write_text("{}")
    if has_copy:
        with open_warehouse(settings.warehouse, now=NOW):
            pass
        publish(settings)
    assert keys(alerting.look_after(settings, NOW)) == ["no-ingest", "spool-grows"]
    settings.warehouse.write_bytes(b"no warehouse")
    for minutes in (5, 60):
        found = alerting.look_after(settings, NOW + minutes * MINUTE)
        assert keys(found) == ["no-ingest", "warehouse-refused", "spool-grows"]
    assert "Move it away, restore a backup" in found[1].remedy
    assert set(alerting.read_told(settings)) == set(keys(found))


def test_a_broken_memory_of_what_was_told_costs_a_repetition_not_the_alerts(settings):
    alerting.write_told(settings, {})
    alerting._file(settings).write_text("{broken")
    assert keys(alerting.look_after(settings, NOW)) == ["no-ingest"]
    assert list(alerting.read_told(settings)) == ["no-ingest"]


def secret(value):
    from pydantic import SecretStr

    return SecretStr(value)
