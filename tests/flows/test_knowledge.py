"""What goes with an errand to another machine, and what comes back."""

from datetime import UTC, datetime

import pytest

from flows import models
from flows.collecting.knowledge import Knowledge, Lesson
from flows.steps.web.pacing import HostRest
from flows.steps.web.robots import RobotsFile

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
BEGUN_S = 1_000.0  # of the steady clock


def robots(site):
    return RobotsFile(f"https://www.{site}", b"", NOW)


def test_an_errand_is_told_the_robots_of_its_sites_and_the_rests_of_all():
    known = Knowledge([robots("a.test"), robots("b.test")], [HostRest("c.test", 90.0, 4.0)], BEGUN_S)
    told = known.for_errand({"a.test"}, BEGUN_S + 30)
    assert told.robots == (robots("a.test"),)
    assert told.rests == (HostRest("c.test", 60.0, 4.0),)  # a redirect may lead there


def test_the_next_errand_to_a_site_waits_for_its_pace():
    known = Knowledge([], [], BEGUN_S)
    known.learn(Lesson(pauses={"a.test": 12.0}, took_s=10.0), {"a.test"}, BEGUN_S + 20)
    assert known.for_errand({"a.test"}, BEGUN_S + 20).pauses == {"a.test": 2.0}
    assert known.for_errand({"a.test"}, BEGUN_S + 23).pauses == {}
    assert known.for_errand({"b.test"}, BEGUN_S + 20).pauses == {}


def test_a_rest_counts_from_when_it_was_brought_so_that_it_is_never_too_short():
    known = Knowledge([], [], BEGUN_S)
    known.learn(Lesson(rests=(HostRest("a.test", 100.0, 2.0),), took_s=40.0), {"a.test"}, BEGUN_S + 50)
    assert known.host_rests() == [HostRest("a.test", 110.0, 2.0)]  # 60 s are left at 50
    assert known.for_errand({"b.test"}, BEGUN_S + 80).rests == (HostRest("a.test", 30.0, 2.0),)


def test_a_site_is_known_by_who_asked_it_and_not_by_whom_a_redirect_led_there():
    known = Knowledge([], [HostRest("a.test", 500.0, 8.0)], BEGUN_S)
    stale = Lesson(rests=(HostRest("a.test", 500.0, 8.0),))
    known.learn(Lesson(rests=(HostRest("a.test", 0.0, 1.0),)), {"a.test"}, BEGUN_S + 1)
    assert known.host_rests() == [HostRest("a.test", 1.0, 1.0)]
    known.learn(Lesson(rests=(HostRest("a.test", 300.0, 1.0),)), {"b.test"}, BEGUN_S + 2)
    assert known.host_rests() == [HostRest("a.test", 302.0, 1.0)]
    known.learn(stale, {"b.test"}, BEGUN_S + 2)
    assert known.host_rests() == [HostRest("a.test", 502.0, 8.0)]  # the worse word holds


def test_what_sites_say_is_kept_for_the_next_run():
    known = Knowledge([robots("a.test")], [], BEGUN_S)
    known.learn(Lesson(robots=(robots("b.test"),), reservations={"https://b.test": ("noai",)}), {"b.test"}, BEGUN_S)
    assert known.robots_files(NOW) == [robots("a.test"), robots("b.test")]
    assert known.reservations() == {"https://b.test": ("noai",)}


# --- The model ------------------------------------------------------------------------------------------------------


def test_a_packed_model_is_the_same_folder_elsewhere(model_folder, tmp_path):
    files = models.packed(model_folder)
    folder = models.unpack(tmp_path / "models", model_folder.name, files)
    assert models.packed(folder) == files
    assert models.unpack(tmp_path / "models", model_folder.name, files) == folder
    assert [made.name for made in (tmp_path / "models").iterdir()] == [model_folder.name]


@pytest.mark.parametrize(("name", "file"), [("../outside", "a"), ("model", "../../a"), ("model", "/a")])
def test_a_packed_model_stays_in_its_folder(tmp_path, name, file):
    with pytest.raises(ValueError, match="lead out of"):
        models.unpack(tmp_path / "models", name, {file: b""})
    assert not (tmp_path / "models").exists()
