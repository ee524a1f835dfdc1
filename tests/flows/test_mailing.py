"""Mailing a week from a real warehouse to a real server: everybody once, whatever breaks on the way."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from hashlib import sha256
from shutil import copy

import pytest
from click.testing import CliRunner

from flows import mailing
from flows.archive import issues_of, weeks_to_write, write_archive
from flows.cli import main
from flows.mailing import NoMailSettings, mail_week, send, write_eml
from flows.settings import Settings, SettingsError, load_settings
from flows.steps.digests import site
from flows.steps.digests.dispatch import Reason
from flows.steps.digests.keeping import to_json
from flows.steps.digests.rendering import render_html
from tests.steps.digests.issue_cases import corrected, titled
from tests.steps.digests.post_office import Box, breaking_office, free_port, post_office
from warehouse.digest_rows import DigestRow
from warehouse.opening import open_warehouse

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
WEEK = "2026-W47"
ADA, BOB, EVE = "ada@example.net", "bob@example.net", "eve@example.net"
DIGEST = titled("A headline")


def settings_for(folder, port, recipients=(ADA, BOB), **changes):
    mail = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "none", "smtp_timeout_s": 5.0}
    who = {"mail_sender": "news@example.org", "mail_recipients": ", ".join(recipients), "zone": "Europe/Berlin"}
    return Settings(data_dir=folder, **mail | who | changes)


def publish(folder, digest=DIGEST, now=NOW):
    row = DigestRow(
        week=digest.week,
        zone=digest.zone,
        created_at=now,
        model_id=None,
        html_sha256=sha256(render_html(digest).encode()).hexdigest(),
        text_sha256="t" * 64,
        html_path=f"digests/{digest.week}/index.html",
        edition=digest.edition.number,
        facts_sha256=f"facts {digest.edition.number}",
        content=to_json(digest),
    )
    with open_warehouse(folder / "warehouse.duckdb", now=now) as warehouse:
        warehouse.store_digest(row, ())


@pytest.fixture(scope="module")
def first_edition(tmp_path_factory):
    """A warehouse that keeps one edition of the week."""
    folder = tmp_path_factory.mktemp("published")
    publish(folder)
    return folder / "warehouse.duckdb"


@pytest.fixture
def folder(first_edition, tmp_path):
    """A data folder with a copy of it."""
    copy(first_edition, tmp_path)
    return tmp_path


def statuses(folder):
    with open_warehouse(folder / "warehouse.duckdb", now=NOW) as warehouse:
        return sorted((one.edition, one.status) for one in warehouse.week_deliveries(WEEK, "Europe/Berlin"))


def test_everybody_gets_a_week_once_however_often_it_is_sent(folder):
    box = Box()
    with post_office(box) as port:
        first = mail_week(settings_for(folder, port), WEEK, now=NOW)
        again = mail_week(settings_for(folder, port), WEEK, now=NOW)
    assert sorted(box.recipients) == [ADA, BOB]
    assert (first.ends, first.is_good, first.left) == ({"sent": 2}, True, ())
    assert (again.ends, again.is_good) == ({}, True)
    assert again.left == ((ADA, Reason.SENT), (BOB, Reason.SENT))


def test_each_recipient_gets_a_message_of_their_own_dated_as_the_edition(folder):
    box = Box()
    with post_office(box) as port:
        mail_week(settings_for(folder, port), WEEK, now=NOW + timedelta(days=2))
    for recipients, content in box.received:
        message = message_from_bytes(content, policy=policy.default)
        assert [message["To"]] == recipients
        assert message["Date"].datetime == NOW
        assert message["Subject"] == DIGEST.title


def test_what_the_server_put_off_is_sent_by_the_next_run_and_what_it_refused_is_not(folder):
    people = (ADA, BOB, EVE)
    with post_office(Box(bob="451 later", eve="550 no such mailbox")) as port:
        first = mail_week(settings_for(folder, port, people), WEEK, now=NOW)
    assert first.ends == {"sent": 1, "deferred": 1, "refused": 1}
    assert first.problems == ("451 later", "550 no such mailbox")
    assert not first.is_good
    box = Box()
    with post_office(box) as port:
        second = mail_week(settings_for(folder, port, people), WEEK, now=NOW)
        third = mail_week(settings_for(folder, port, people), WEEK, now=NOW, insist=True)
    assert second.ends == third.ends == {"sent": 1}
    assert box.recipients == [BOB, EVE]


def test_without_a_server_nobody_is_claimed_and_all_are_due_later(folder):
    report = mail_week(settings_for(folder, free_port()), WEEK, now=NOW)
    assert report.ends == {"deferred": 2}
    assert statuses(folder) == []
    box = Box()
    with post_office(box) as port:
        assert mail_week(settings_for(folder, port), WEEK, now=NOW).ends == {"sent": 2}


def test_a_mail_that_may_have_left_is_not_sent_again_unless_somebody_insists(folder):
    with breaking_office(after_content=True) as port:
        assert mail_week(settings_for(folder, port, [ADA]), WEEK, now=NOW).ends == {"doubtful": 1}
    box = Box()
    with post_office(box) as port:
        assert mail_week(settings_for(folder, port, [ADA]), WEEK, now=NOW).left == ((ADA, Reason.DOUBTFUL),)
        assert mail_week(settings_for(folder, port, [ADA]), WEEK, now=NOW, insist=True).ends == {"sent": 1}


def test_a_crash_between_claim_and_end_sends_nothing_twice(folder, monkeypatch):
    """The process dies when the server has the mail and the warehouse does not know it yet."""

    def die(*_):
        raise KeyboardInterrupt

    box = Box()
    with post_office(box) as port:
        settings = settings_for(folder, port)
        with monkeypatch.context() as patched:
            patched.setattr(mailing, "_settled", die)
            with pytest.raises(KeyboardInterrupt):
                mail_week(settings, WEEK, now=NOW)
        assert box.recipients == [ADA]
        assert statuses(folder) == [(1, "claimed")]
        assert mail_week(settings, WEEK, now=NOW).left == ((ADA, Reason.DOUBTFUL),)
    assert box.recipients == [ADA, BOB]


def test_a_correction_goes_out_only_when_asked_for_and_answers_the_first(folder):
    box = Box()
    with post_office(box) as port:
        settings = settings_for(folder, port, [ADA])
        mail_week(settings, WEEK, now=NOW)
        publish(folder, corrected(DIGEST), NOW + timedelta(days=1))
        assert mail_week(settings, WEEK, now=NOW).left == ((ADA, Reason.EARLIER),)
        assert mail_week(settings, WEEK, now=NOW, correction=True).ends == {"sent": 1}
        assert mail_week(settings, WEEK, now=NOW, correction=True).ends == {}
    first, second = (message_from_bytes(content, policy=policy.default) for _, content in box.received)
    assert second["References"] == first["Message-ID"] != second["Message-ID"]
    assert statuses(folder) == [(1, "sent"), (2, "sent")]


def test_the_warehouse_keeps_no_address(folder):
    with post_office(Box()) as port:
        mail_week(settings_for(folder, port), WEEK, now=NOW)
    assert ADA.encode() not in (folder / "warehouse.duckdb").read_bytes()


def test_a_week_without_a_digest_is_mailed_to_nobody(folder):
    with post_office(Box()) as port:
        assert mail_week(settings_for(folder, port), "2026-W40", now=NOW).edition is None


def test_the_scheduled_flow_mails_the_last_full_week_and_rests_where_no_mail_is_set(folder):
    box = Box()
    with post_office(box) as port:
        assert send.fn(settings_for(folder, port), now=NOW).week == WEEK
        assert send.fn(settings_for(folder, port, smtp_host=""), now=NOW) is None
    assert len(box.received) == 2
    with pytest.raises(NoMailSettings):
        mail_week(settings_for(folder, port, smtp_host=""), WEEK, now=NOW)


def test_a_mail_file_holds_the_message_for_the_whole_list(folder):
    path = folder / "digest.eml"
    write_eml(settings_for(folder, 25), WEEK, path, now=NOW)
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert message["To"] == f"{ADA}, {BOB}"
    assert message.get_body(("plain",)) is not None
    assert write_eml(Settings(data_dir=folder, zone="Europe/Berlin"), WEEK, path, now=NOW)["To"].startswith("undisc")


# --- The archive out of the warehouse -------------------------------------------------------------------------------


def test_the_archive_is_what_the_warehouse_keeps(folder):
    settings = settings_for(folder, 25)
    written = write_archive(settings)
    assert written == 9
    publish(folder, corrected(DIGEST), NOW + timedelta(days=1))
    write_archive(settings, WEEK)
    found = {path.name for path in (settings.digests_dir / WEEK).iterdir()}
    assert {"edition-1.html", "edition-2.html", "index.html", "digest.json"} <= found
    with open_warehouse(settings.warehouse, now=NOW) as warehouse:
        kept = warehouse.editions()
    for edition in kept:
        page = settings.digests_dir / WEEK / f"edition-{edition.edition}.html"
        assert sha256(page.read_bytes()).hexdigest() == edition.html_sha256
    [issue] = issues_of(kept)
    assert [digest.edition.number for digest in issue.editions] == [1, 2]
    # Lost, and made again to the byte from the warehouse alone.
    before = {path: path.read_bytes() for path in settings.digests_dir.rglob("*") if path.is_file()}
    for path in before:
        path.unlink()
    assert write_archive(settings) == len(before)
    assert {path: path.read_bytes() for path in before} == before


def test_a_published_page_stays_as_it_was_whatever_a_later_version_would_draw(folder, monkeypatch):
    settings = settings_for(folder, 25)
    write_archive(settings)
    week = settings.digests_dir / WEEK
    before = (week / "edition-1.html").read_bytes()
    with monkeypatch.context() as patched:
        patched.setattr(site, "render_html", lambda digest, shelf=None: f"<p>{digest.title}, drawn anew</p>")
        write_archive(settings)
    assert (week / "edition-1.html").read_bytes() == before
    assert "drawn anew" in (week / "index.html").read_text()
    (week / "edition-1.html").write_text("torn")
    write_archive(settings)
    assert (week / "edition-1.html").read_bytes() == before


def test_a_new_issue_makes_its_own_pages_those_beside_it_and_missing_ones(folder):
    settings = settings_for(folder, 25)
    with open_warehouse(settings.warehouse, now=NOW) as warehouse:
        [issue] = issues_of(warehouse.editions())
    weeks = [f"2026-W{n}" for n in range(40, 48)]
    shelf = [replace(issue, editions=(replace(issue.digest, week=week),)) for week in weeks]
    for week in weeks[1:]:
        (folder / week).mkdir()
        (folder / week / "index.html").touch()
    assert weeks_to_write(shelf, "2026-W46", folder) == {"2026-W40", "2026-W45", "2026-W46", "2026-W47"}


def test_an_issue_that_cannot_be_read_takes_no_other_with_it(folder):
    with open_warehouse(folder / "warehouse.duckdb", now=NOW) as warehouse:
        [good] = warehouse.editions()
    torn, other = replace(good, week="2026-W46", content="{"), replace(good, week="2026-W45", content='{"week": 7}')
    assert [issue.week for issue in issues_of([torn, other, good])] == [WEEK]
    assert issues_of([replace(good, content=None)]) == []


def test_a_week_written_for_two_zones_is_shown_in_the_one_in_use(folder):
    with open_warehouse(folder / "warehouse.duckdb", now=NOW) as warehouse:
        [berlin] = warehouse.editions()
    tokyo = replace(berlin, zone="Asia/Tokyo", created_at=NOW + timedelta(hours=1))
    [issue] = issues_of([tokyo, berlin])
    assert issue.published_at == (tokyo.created_at,)


# --- The command ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--send"], "SMEWATCH_SMTP_HOST"),
        (["--correction"], "belong to --send"),
        (["--insist"], "belong to --send"),
        (["--week", "2026-W54"], "has weeks 1 to 53"),
    ],
)
def test_a_question_that_cannot_be_answered_is_told_before_anything_is_done(arguments, told, tmp_path):
    done = CliRunner().invoke(main, ["digest", "--data-dir", str(tmp_path), *arguments])
    assert done.exit_code == 2
    assert told in " ".join(done.output.split())
    assert list(tmp_path.iterdir()) == []


# --- Settings -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"smtp_host": "mail.example.org"}, "mail_sender"),
        ({"mail_recipients": "ada@example.net, nobody"}, "'nobody' is no mail address"),
        ({"mail_recipients": "a@b.example\r\nBcc: c@d.example"}, "no mail address"),
        ({"mail_list_id": "two words"}, "RFC 2919"),
        ({"mail_unsubscribe": "ftp://example.org"}, "mailto: or https://"),
        ({"mail_unsubscribe": "https://example.org/>\r\nBcc: x"}, "mailto: or https://"),
        ({"site_url": "file:///tmp"}, "https://"),
        (
            {
                "smtp_host": "mail.example.org",
                "mail_sender": "a@b.example",
                "smtp_security": "none",
                "smtp_password": "open sesame",
            },
            "in the clear",
        ),
    ],
)
def test_a_mail_setting_that_cannot_work_is_told_and_tells_no_secret(given, told):
    with pytest.raises(SettingsError) as problem:
        load_settings(**given)
    assert told in str(problem.value)
    assert "open sesame" not in str(problem.value)


def test_the_password_stands_in_no_dump_and_no_words():
    settings = Settings(smtp_password="open sesame")
    assert "open sesame" not in f"{settings!r} {settings.model_dump(mode='json')} {settings.smtp_password}"
    assert "smtp_password" not in settings.model_dump()
    assert "open sesame" not in repr(mailing.mail_server(settings))
