"""Who gets an edition by mail: each once, and a correction only on request."""

import pytest

from flows.steps.digests.dispatch import Past, Reason, plan, recipient_hash

ADA = "ada@example.net"


def past(**statuses):
    """first="sent" -> what is known of mailing edition 1 to Ada; second: edition 2."""
    return [Past({"first": 1, "second": 2}[name], recipient_hash(ADA), status) for name, status in statuses.items()]


@pytest.mark.parametrize(
    ("known", "edition", "reason"),
    [
        ({}, 1, None),
        ({"first": "deferred"}, 1, None),
        ({"first": "sent"}, 1, Reason.SENT),
        ({"first": "refused"}, 1, Reason.REFUSED),
        ({"first": "doubtful"}, 1, Reason.DOUBTFUL),
        ({"first": "claimed"}, 1, Reason.DOUBTFUL),  # being sent by another process, or by one that died
        ({"first": "sent"}, 2, Reason.EARLIER),
        ({"first": "claimed"}, 2, Reason.EARLIER),
        ({"first": "deferred"}, 2, None),  # the first never arrived: the second is news
        ({"first": "refused"}, 2, None),
        ({"first": "sent", "second": "sent"}, 2, Reason.SENT),
    ],
)
def test_by_itself_everybody_gets_a_week_once(known, edition, reason):
    made = plan([ADA], edition, past(**known))
    assert (made.due, made.left) == (((ADA,), ()) if reason is None else ((), ((ADA, reason),)))
    assert made.reopened == ()


@pytest.mark.parametrize(
    ("known", "edition", "is_due"),
    [({"first": "sent"}, 2, True), ({"first": "sent"}, 1, False), ({"first": "sent", "second": "sent"}, 2, False)],
)
def test_a_correction_goes_once_to_those_who_have_the_first(known, edition, is_due):
    assert bool(plan([ADA], edition, past(**known), correction=True).due) is is_due


@pytest.mark.parametrize("status", ["refused", "doubtful", "claimed", "sent"])
def test_insisting_tries_again_all_but_what_surely_arrived(status):
    made = plan([ADA], 1, past(first=status), insist=True)
    assert made.due == made.reopened == (() if status == "sent" else (ADA,))


def test_an_address_is_the_same_in_any_case_and_is_not_remembered_in_the_clear():
    assert recipient_hash("Ada@Example.NET") == recipient_hash(ADA)
    assert "ada" not in recipient_hash(ADA)


def test_everybody_on_the_list_is_due_or_left_out_exactly_once():
    people = [f"p{n}@example.net" for n in range(6)]
    known = [Past(1, recipient_hash(people[0]), "sent"), Past(1, recipient_hash(people[3]), "refused")]
    made = plan(people, 1, known)
    assert sorted([*made.due, *(address for address, _ in made.left)]) == people
