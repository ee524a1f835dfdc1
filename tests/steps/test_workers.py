import asyncio
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from flows.steps import workers
from flows.steps.workers import CallFailed, Overrun, Pool
from tests.steps import misbehaving as m

LONG_S, SHORT_S = 60.0, 0.3
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def pool():
    with Pool(2) as pool:
        yield pool


# --- What a call ends as


def test_a_call_returns_what_the_function_returns(pool):
    assert pool.run_sync(m.add, 1, 2, timeout_s=LONG_S) == 3


def test_work_is_done_in_another_process(pool):
    assert pool.run_sync(m.pid, timeout_s=LONG_S) != os.getpid()


@pytest.mark.parametrize(
    ("misdeed", "reason"),
    [
        (m.hang_in_python, "too slow"),
        (m.hang_in_c, "too slow"),
        (m.hang_in_the_kernel, "too slow"),
        (m.take_all_memory, "too much memory"),
        (m.be_killed, "crashed"),
        (m.leave, "crashed"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_an_overrun_is_a_value_and_the_next_call_works(pool, misdeed, reason):
    timeout_s = SHORT_S if reason == "too slow" else LONG_S
    assert pool.run_sync(misdeed, timeout_s=timeout_s).reason == reason
    assert pool.run_sync(m.add, 1, 2, timeout_s=LONG_S) == 3


def test_a_crash_says_how_the_worker_ended(pool):
    assert pool.run_sync(m.be_killed, timeout_s=LONG_S) == Overrun("crashed", "SIGKILL")
    assert pool.run_sync(m.leave, timeout_s=LONG_S) == Overrun("crashed", "exit code 7")


def test_a_worker_that_was_stopped_is_killed_from_outside(monkeypatch):
    monkeypatch.setattr(workers, "_GRACE_S", 0.2)
    with Pool(1) as pool:
        pool.run_sync(m.add, 1, 2, timeout_s=LONG_S)
        assert pool.run_sync(m.stop, timeout_s=SHORT_S).reason == "too slow"
        assert pool.run_sync(m.add, 1, 2, timeout_s=LONG_S) == 3


def test_an_error_in_the_function_reaches_the_caller_with_its_traceback_and_spares_the_worker():
    with Pool(1) as pool:
        before = pool.run_sync(m.pid, timeout_s=LONG_S)
        with pytest.raises(CallFailed, match="no such thing") as caught:
            pool.run_sync(m.raise_error, timeout_s=LONG_S)
        assert caught.value.kind == "LookupError"
        assert "in raise_error" in caught.value.trace
        assert pool.run_sync(m.pid, timeout_s=LONG_S) == before


@pytest.mark.parametrize(
    ("fn", "args"),
    [
        (m.raise_what_cannot_be_unpickled, ()),
        (m.return_what_cannot_be_pickled, ()),
        (m.add, (1, m.CannotBeUnpickled())),
    ],
    ids=["error", "result", "argument"],
)
def test_what_cannot_travel_fails_its_own_call_only(pool, fn, args):
    with pytest.raises(CallFailed):
        pool.run_sync(fn, *args, timeout_s=LONG_S)
    assert pool.run_sync(m.add, 1, 2, timeout_s=LONG_S) == 3


def test_what_cannot_be_sent_is_raised_to_the_caller(pool):
    with pytest.raises((pickle.PicklingError, AttributeError)):
        pool.run_sync(lambda: None, timeout_s=LONG_S)


# --- Limits and replacement


def test_a_worker_never_holds_more_memory_than_its_limit():
    limit_bytes = 128 * 1_048_576
    with Pool(1, memory_bytes=limit_bytes) as pool:
        at_start = pool.run_sync(m.peak_memory_bytes, timeout_s=LONG_S)
        assert (
            limit_bytes / 2 < pool.run_sync(m.take_memory_until_refused, timeout_s=LONG_S) - at_start <= limit_bytes
        )
        assert pool.run_sync(m.take_all_memory, timeout_s=LONG_S) == Overrun("too much memory")


def test_a_worker_killed_while_idle_is_replaced(pool):
    with Pool(1) as pool:
        first = pool.run_sync(m.pid, timeout_s=LONG_S)
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: not is_running(first))
        assert pool.run_sync(m.add, 1, 2, timeout_s=LONG_S) == 3


def test_a_worker_is_replaced_after_its_share_of_calls(monkeypatch):
    monkeypatch.setattr(workers, "_CALLS_A_WORKER", 3)
    with Pool(1) as pool:
        pids = [pool.run_sync(m.pid, timeout_s=LONG_S) for _ in range(7)]
    assert [pids.count(pid) for pid in dict.fromkeys(pids)] == [3, 3, 1]


def test_no_call_is_lost_among_calls_that_kill_their_worker(pool):
    results = list(pool.map_sync(die_if_divisible_by_seven, range(70), timeout_s=LONG_S))
    expected = [Overrun("crashed", "SIGKILL") if n % 7 == 0 else n for n in range(70)]
    assert results == expected


def die_if_divisible_by_seven(number):
    return m.die_if_divisible(number, 7)


# --- Callers


def test_event_loops_in_several_threads_get_each_their_own_answers(pool):
    answers = {}

    async def ask(start):
        calls = (pool.run(m.add, start, n, timeout_s=LONG_S) for n in range(50))
        answers[start] = await asyncio.gather(*calls)

    threads = [threading.Thread(target=lambda s=s: asyncio.run(ask(s))) for s in (1000, 2000, 3000)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {s: [s + n for n in range(50)] for s in (1000, 2000, 3000)}


def test_a_caller_that_gives_up_does_not_disturb_the_others():
    async def give_up_then_ask(pool):
        slow = asyncio.create_task(pool.run(m.hang_in_the_kernel, timeout_s=1.0))
        waiting = asyncio.create_task(pool.run(m.add, 1, 1, timeout_s=LONG_S))
        await asyncio.sleep(0.1)
        slow.cancel()
        waiting.cancel()
        return await pool.run(m.add, 1, 2, timeout_s=LONG_S)

    with Pool(1) as pool:
        assert asyncio.run(give_up_then_ask(pool)) == 3


@pytest.mark.parametrize("timeout_s", [0, -1])
def test_a_time_limit_must_be_above_zero(pool, timeout_s):
    with pytest.raises(ValueError, match="above zero"):
        pool.run_sync(m.add, 1, 2, timeout_s=timeout_s)


def test_a_pool_needs_a_worker():
    with pytest.raises(ValueError, match="at least one"):
        Pool(0)


# --- The end


def test_closing_ends_the_call_that_runs_and_refuses_those_that_wait():
    pool = Pool(1)
    pid = pool.run_sync(m.pid, timeout_s=LONG_S)
    outcomes = []

    def ask(fn):
        try:
            pool.run_sync(fn, timeout_s=LONG_S)
        except RuntimeError as error:
            outcomes.append(str(error))

    callers = [threading.Thread(target=ask, args=(fn,)) for fn in (m.hang_in_c, m.pid, m.pid)]
    for caller in callers:
        caller.start()
    time.sleep(0.2)
    pool.close()
    for caller in callers:
        caller.join()
    assert outcomes == ["the pool is closed"] * 3
    assert not is_running(pid)


def test_a_closed_pool_says_so_and_may_be_closed_again():
    pool = Pool(1)
    pool.close()
    pool.close()
    with pytest.raises(RuntimeError, match="closed"):
        pool.run_sync(m.add, 1, 2, timeout_s=LONG_S)


CALLER = """
import signal, sys, threading
from flows.steps.workers import Pool
from tests.steps import misbehaving as m

if __name__ == "__main__":
    # A shell without a terminal starts what runs in its background with Ctrl-C ignored, and all below inherits that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with Pool(2, preload=()) as pool:
        print(*{pool.run_sync(m.pid, timeout_s=60) for _ in range(20)}, flush=True)
        for hang in (m.hang_in_python, m.hang_in_c):
            threading.Thread(target=lambda h=hang: pool.run_sync(h, timeout_s=600), daemon=True).start()
        print("busy", flush=True)
        threading.Event().wait(60)
"""


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGINT], ids=["kill -9", "Ctrl-C"])
def test_no_worker_outlives_its_caller(ending, tmp_path):
    script = tmp_path / "caller.py"
    script.write_text(CALLER)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    caller = subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    )
    with caller:
        pids = [int(word) for word in caller.stdout.readline().split()]
        caller.stdout.readline()
        time.sleep(0.5)
        caller.send_signal(ending)
        caller.wait(30)
        wait_until(lambda: not any(is_running(pid) for pid in pids))


def is_running(pid):
    """Whether a process exists and is no zombie, which is only a record waiting to be read."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def wait_until(condition, patience_s=20.0):
    deadline = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.02)
