"""Nobody gets the same edition twice, whatever breaks between the claim and the end."""

from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from warehouse.digest_rows import DigestRow
from warehouse.errors import UnknownRow

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
WEEK, ZONE = "2026-W47", "UTC"
ADA, BOB = "a" * 32, "b" * 32


@pytest.fixture
def issue(empty):
    """An empty warehouse with one edition in it, and that edition's id."""
    digest = DigestRow(WEEK, ZONE, NOW, None, "h" * 64, "t" * 64, "x.html", 1, "f" * 64, "{}")
    return empty, empty.store_digest(digest, ()).digest_id


def statuses(warehouse):
    return {one.recipient_hash: one.status for one in warehouse.week_deliveries(WEEK, ZONE)}


def test_a_first_claim_is_given_once_for_each_recipient(issue):
    warehouse, digest_id = issue
    assert warehouse.claim_delivery(digest_id, ADA, NOW)
    assert not warehouse.claim_delivery(digest_id, ADA, NOW + timedelta(days=1))
    assert warehouse.claim_delivery(digest_id, BOB, NOW)
    assert statuses(warehouse) == {ADA: "claimed", BOB: "claimed"}


@pytest.mark.parametrize(
    ("status", "is_given_again"), [("sent", False), ("refused", False), ("doubtful", False), ("deferred", True)]
)
def test_only_what_was_deferred_is_given_again(issue, status, is_given_again):
    warehouse, digest_id = issue
    warehouse.claim_delivery(digest_id, ADA, NOW)
    warehouse.settle_delivery(digest_id, ADA, status, "the server's words", NOW)
    [row] = warehouse.week_deliveries(WEEK, ZONE)
    assert (row.status, row.detail, row.n_attempts) == (status, "the server's words", 1)
    assert warehouse.claim_delivery(digest_id, ADA, NOW) is is_given_again
    assert warehouse.week_deliveries(WEEK, ZONE)[0].n_attempts == 1 + is_given_again
    assert warehouse.failed_checks() == {}


@pytest.mark.parametrize(
    ("status", "is_reopened"), [("sent", False), ("refused", True), ("doubtful", True), ("claimed", True)]
)
def test_a_person_may_have_tried_again_whatever_did_not_surely_arrive(issue, status, is_reopened):
    warehouse, digest_id = issue
    warehouse.claim_delivery(digest_id, ADA, NOW)
    if status != "claimed":
        warehouse.settle_delivery(digest_id, ADA, status, None, NOW)
    assert warehouse.reopen_delivery(digest_id, ADA, NOW) is is_reopened
    assert warehouse.claim_delivery(digest_id, ADA, NOW) is is_reopened


def test_what_was_never_claimed_cannot_be_settled(issue):
    warehouse, digest_id = issue
    with pytest.raises(UnknownRow):
        warehouse.settle_delivery(digest_id, ADA, "sent", None, NOW)


def test_the_file_itself_refuses_a_second_row_of_a_key(issue, path):
    warehouse, digest_id = issue
    warehouse.claim_delivery(digest_id, ADA, NOW)
    with pytest.raises(duckdb.ConstraintException):
        warehouse._connection.execute("insert into ops.deliveries select * from ops.deliveries")


def test_a_view_counts_how_the_mailing_of_an_edition_went(issue):
    warehouse, digest_id = issue
    for recipient, status in ((ADA, "sent"), (BOB, "deferred"), ("c" * 32, "doubtful")):
        warehouse.claim_delivery(digest_id, recipient, NOW)
        warehouse.settle_delivery(digest_id, recipient, status, None, NOW)
    asked = warehouse._connection.sql(
        "select week, edition, n_recipients, n_sent, n_deferred, n_refused, n_doubtful from mart.digest_deliveries"
    )
    assert asked.fetchall() == [(WEEK, 1, 3, 1, 1, 0, 1)]
