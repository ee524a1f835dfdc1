"""Each trouble is told once, and once more when it is over."""

from datetime import UTC, datetime, timedelta

import pytest

from flows.steps.service.alerts import CALM, Alert, Changes, changes, notice, remembered
from flows.steps.service.findings import Finding, Level

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
NOTHING = Changes((), ())


def trouble(key="disk-low", level=Level.WARNING):
    return Finding(key, level, f"{key} is so.", "Mend it.")


def looks(*rounds, every=timedelta(minutes=5), is_told=True, told=None):
    """What is told at each look, as keys: + for raised, - for cleared."""
    told, said = told or {}, []
    for number, found in enumerate(rounds):
        now = NOW + number * every
        due = changes(told, found, now)
        said.append([f"+{one.key}" for one in due.raised] + [f"-{one.key}" for one in due.cleared])
        told = remembered(told, found, due if is_told else NOTHING, now)
    return said


@pytest.mark.parametrize(
    ("rounds", "said"),
    [
        ([[], []], [[], []]),
        ([[trouble()], [trouble()], [trouble()]], [["+disk-low"], [], []]),
        ([[trouble()], *[[]] * 8], [["+disk-low"], *[[]] * 5, ["-disk-low"], [], []]),
        # It comes and goes: one trouble, not three.
        ([[trouble()], [], [trouble()], [], [trouble()]], [["+disk-low"], [], [], [], []]),
        ([[trouble()], [trouble(level=Level.CRITICAL)]], [["+disk-low"], ["+disk-low"]]),
        ([[trouble(level=Level.CRITICAL)], [trouble()]], [["+disk-low"], []]),
        ([[trouble("a"), trouble("b")], [trouble("b"), trouble("c")]], [["+a", "+b"], ["+c"]]),
    ],
)
def test_what_is_told_at_each_look(rounds, said):
    assert looks(*rounds) == said


def test_what_could_not_be_told_is_told_at_the_next_look():
    assert looks([trouble()], [trouble()], is_told=False) == [["+disk-low"], ["+disk-low"]]


def test_an_end_is_told_half_an_hour_after_the_trouble_was_last_seen():
    told = {"a": Alert("a", Level.WARNING, "a is so.", NOW - 9 * CALM, NOW)}
    assert not changes(told, [], NOW + CALM - timedelta(seconds=1))
    assert changes(told, [], NOW + CALM).cleared == (told["a"],)


def test_what_was_told_by_a_clock_that_ran_ahead_is_over_in_time_and_hides_no_later_trouble():
    ahead = NOW + timedelta(days=90)
    told = {"disk-low": Alert("disk-low", Level.CRITICAL, "It is so.", ahead, ahead)}
    rounds = [[], [], [], [trouble()]]
    assert looks(*rounds, every=timedelta(minutes=15), told=told) == [[], [], ["-disk-low"], ["+disk-low"]]
    assert remembered(told, [trouble()], NOTHING, NOW)["disk-low"].since == NOW


def test_a_message_names_the_trouble_the_remedy_and_the_place_and_its_subject_is_one_line():
    due = Changes((trouble("a\nb"), trouble("c")), (Alert("d", Level.WARNING, "d is so.", NOW, NOW),))
    message = notice(due, "box:var", NOW)
    assert message.subject == "smewatch: a b is so (and 2 more)"
    assert "What to do: Mend it." in message.text
    assert "Over since 2026-11-23 12:00 UTC: d is so." in message.text
    assert message.text.endswith("From box:var.\n")


def test_an_all_clear_says_so():
    due = Changes((), (Alert("d", Level.WARNING, "d is so.", NOW, NOW),))
    assert notice(due, "box", NOW).subject == "smewatch: all clear, 1 trouble over"
