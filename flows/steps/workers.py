"""Work that may hang or explode, done in processes that may be killed.

Each worker process has a pipe of its own and does one call at a time, so a call that dies takes nothing with it but
itself: the caller sees the pipe close, knows which call it was, and a fresh worker takes the place. (Workers that
share one queue lose the call that was taken but not yet acknowledged, and their locks, when one is killed; pebble's
pool breaks for good when a call cannot be unpickled.)

    run(fn, *args) -> a free worker | send | time and memory limits, kept by the kernel | receive -> result or Overrun
"""

import asyncio
import atexit
import contextlib
import fcntl
import gc
import importlib
import multiprocessing
import os
import pickle
import queue
import resource
import signal
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

T = TypeVar("T")

# Beside 215 MiB of libraries, mostly shared; of 185 real pages none took over 37 MiB.
DEFAULT_MEMORY_BYTES = 320 * 1_048_576
PRELOADED = (
    "flows.steps.feeds.sitemap",
    "flows.steps.feeds.xml_feed",
    "flows.steps.pages.extracting",
    "flows.steps.text.identifier",
)
_CALLS_A_WORKER = 2_000  # then it is replaced, which costs 0.05 s; its memory did not grow from page 200 to 1,500
_GRACE_S = 5.0  # what sending, starting and receiving may take beside the call itself, on a busy machine
_DONE, _FAILED = "done", "failed"


@dataclass(frozen=True, slots=True)
class Overrun:
    """Why a call ended without a result: the worker that did it is gone, and only this call with it."""

    reason: str  # "too slow", "too much memory" or "crashed"
    detail: str = ""


class CallFailed(Exception):
    """The function itself raised, in its worker. `.kind` is the exception's type, `.trace` its traceback as text."""

    def __init__(self, kind: str, message: str, trace: str) -> None:
        super().__init__(kind, message, trace)  # so that it can be pickled
        self.kind, self.message, self.trace = kind, message, trace

    def __str__(self) -> str:
        return f"{self.kind}: {self.message}\n{self.trace}"


class Pool:
    """Worker processes with limits of time and memory. Safe for any number of threads and event loops at once.

    At most `n_workers` calls run; more wait for their turn in order, and so do their callers. `memory_bytes` is
    what a worker may take beside the libraries it starts with; it is counted in address space, which is never less
    than memory. Workers start with the first call that needs them. Use it as a context manager, or call `close`.
    """

    def __init__(
        self, n_workers: int, *, memory_bytes: int = DEFAULT_MEMORY_BYTES, preload: Sequence[str] = PRELOADED
    ) -> None:
        """No process starts yet. `preload` names the modules that every worker has ready when it starts."""
        if n_workers < 1:
            raise ValueError(f"a pool needs at least one worker, not {n_workers}")
        self.n_workers = n_workers
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        limits = _Limits(memory_bytes, tuple(preload))
        context = _context(preload)
        self._slots = [_Slot(self._jobs, context, limits) for _ in range(n_workers)]
        self._lock = threading.Lock()
        self._is_closed = False
        atexit.register(self.close)

    async def run(self, fn: Callable[..., T], *args: Any, timeout_s: float) -> T | Overrun:
        """What `fn(*args)` returns, or how it overran. `fn` is a function of a module; what travels is pickled.

        Raises CallFailed if `fn` itself raised, PicklingError if it cannot be sent, RuntimeError if the pool is or
        gets closed. Cancelling gives up the wait; a call that has begun ends within its own limits.
        """
        return await asyncio.wrap_future(self.submit(fn, *args, timeout_s=timeout_s))

    def submit(self, fn: Callable[..., T], *args: Any, timeout_s: float) -> "Future[T | Overrun]":
        """As `run`, for callers who go on with something else meanwhile."""
        if timeout_s <= 0:
            raise ValueError(f"timeout_s must be above zero, not {timeout_s}")
        # Pickled here, not in the slot's thread: what cannot be pickled is the caller's mistake and raised to it.
        job = _Job(pickle.dumps((fn, args), pickle.HIGHEST_PROTOCOL), timeout_s)
        with self._lock:
            if self._is_closed:
                raise RuntimeError(_CLOSED)
            self._jobs.put(job)
        return job.future

    def run_sync(self, fn: Callable[..., T], *args: Any, timeout_s: float) -> T | Overrun:
        """As `run`, for callers without an event loop."""
        return self.submit(fn, *args, timeout_s=timeout_s).result()

    def map_sync(self, fn: Callable[..., T], items: Iterable[Any], *, timeout_s: float) -> Iterator[T | Overrun]:
        """`fn(item)` for every item, in their order, as many at a time as there are workers; `timeout_s` each."""
        futures = [self.submit(fn, item, timeout_s=timeout_s) for item in items]
        for future in futures:
            yield future.result()

    def close(self) -> None:
        """End all workers at once; calls still running or waiting raise RuntimeError. May be called again."""
        with self._lock:
            if self._is_closed:
                return
            self._is_closed = True
        atexit.unregister(self.close)
        for slot in self._slots:
            slot.close()
        for _ in self._slots:  # any slot may take any of these, so all are there before one is waited for
            self._jobs.put(None)
        for slot in self._slots:
            slot.join()
        with contextlib.suppress(queue.Empty):
            while True:
                if (job := self._jobs.get_nowait()) is not None:
                    job.refuse()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


# --- In the caller's process ----------------------------------------------------------------------------------------

_CLOSED = "the pool is closed"
# multiprocessing asks after all its children whenever it starts one, and an exit code read by two threads is read by
# neither (it becomes 255).
_process_table = threading.Lock()


class _Job:
    """A call that waits for its turn, and the promise of its result."""

    def __init__(self, call: bytes, timeout_s: float) -> None:
        self.call, self.timeout_s = call, timeout_s
        self.future: Future[Any] = Future()

    def refuse(self) -> None:
        if self.future.set_running_or_notify_cancel():
            self.future.set_exception(RuntimeError(_CLOSED))


@dataclass(frozen=True, slots=True)
class _Limits:
    memory_bytes: int
    preload: tuple[str, ...]


class _Slot:
    """A thread that keeps one worker process busy, and replaces it."""

    def __init__(self, jobs: "queue.SimpleQueue[_Job | None]", context: BaseContext, limits: _Limits) -> None:
        self._jobs, self._context, self._limits = jobs, context, limits
        self._worker: _Worker | None = None
        self._lock = threading.Lock()
        self._is_closed = False
        # A daemon: at the interpreter's end nobody waits for it, and `close` runs.
        self._thread = threading.Thread(target=self._serve, name="smewatch-pool", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the worker, whatever it does; the job it had is refused."""
        with self._lock:
            self._is_closed = True
            if self._worker is not None:
                self._worker.process.kill()

    def join(self) -> None:
        """Wait for the thread, which ends after `close` with its next job or with a null among them."""
        self._thread.join()

    def _serve(self) -> None:
        while (job := self._jobs.get()) is not None:
            if job.future.set_running_or_notify_cancel():
                try:
                    job.future.set_result(self._result(job))
                except BaseException as error:  # whatever it is belongs to the caller; the slot goes on
                    job.future.set_exception(error)
            if self._is_closed:
                break
        self._replace()

    def _result(self, job: _Job) -> Any:
        worker = self._living_worker()
        answer = worker.ask(job.call, job.timeout_s)
        if isinstance(answer, Overrun) or worker.n_calls >= _CALLS_A_WORKER:
            self._replace()
        if self._is_closed and isinstance(answer, Overrun):
            raise RuntimeError(_CLOSED)
        if isinstance(answer, Overrun):
            return answer
        outcome, value = pickle.loads(answer)  # noqa: S301 our own worker wrote it
        if outcome == _FAILED:
            raise CallFailed(*value)
        return value

    def _living_worker(self) -> "_Worker":
        if self._worker is not None and not self._worker.is_alive():
            self._replace()
        with self._lock:
            if self._is_closed:
                raise RuntimeError(_CLOSED)
            if self._worker is None:
                self._worker = _Worker(self._context, self._limits)
            return self._worker

    def _replace(self) -> None:
        """Stop the worker; the next call starts another."""
        with self._lock:
            worker, self._worker = self._worker, None
        if worker is not None:
            worker.stop()


class _Worker:
    """The caller's side of one worker process."""

    def __init__(self, context: BaseContext, limits: _Limits) -> None:
        self.n_calls = 0
        self._pipe, theirs = context.Pipe()
        # Nobody writes to the lifeline. Its writing end is ours alone: when we die, the kernel tells the worker.
        lifeline, self._lifeline = context.Pipe(duplex=False)
        self.process: BaseProcess = context.Process(  # type: ignore[attr-defined]  # typeshed's base leaves it out
            target=_serve, args=(theirs, lifeline, limits), name="smewatch-worker", daemon=True
        )
        with _process_table:
            self.process.start()
        theirs.close()
        lifeline.close()

    def is_alive(self) -> bool:
        with _process_table:
            return self.process.is_alive()

    def ask(self, call: bytes, timeout_s: float) -> bytes | Overrun:
        """The answer to a call, or how the process ended instead of giving one."""
        self.n_calls += 1
        try:
            self._pipe.send(timeout_s)
            self._pipe.send_bytes(call)
            # The worker's own timer ends it in time. This is for a worker that was stopped from outside.
            if not self._pipe.poll(timeout_s + _GRACE_S):
                self.process.kill()
                return Overrun("too slow", f"over {timeout_s:g} s, and killed from outside")
            answer = self._pipe.recv_bytes()
        except (EOFError, OSError):
            return self._ending(timeout_s)
        return Overrun("too much memory") if answer == _OUT_OF_MEMORY else answer

    def stop(self) -> None:
        """End the process and free what it held here."""
        with _process_table:
            self.process.kill()
            self.process.join(_GRACE_S)
        self._pipe.close()
        self._lifeline.close()
        with contextlib.suppress(ValueError):  # it does not end, perhaps in a stuck system call; nothing more to do
            self.process.close()

    def _ending(self, timeout_s: float) -> Overrun:
        with _process_table:
            self.process.join(_GRACE_S)
        code = self.process.exitcode
        if code == -signal.SIGALRM:
            return Overrun("too slow", f"over {timeout_s:g} s")
        if code is not None and code < 0:
            return Overrun("crashed", signal.Signals(-code).name)
        return Overrun("crashed", f"exit code {code}")


def _context(preload: Sequence[str]) -> BaseContext:
    """How workers are started: forked off a server that has the libraries loaded (15 ms), else from nothing (1 s)."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(preload))  # heard once a process; later pools import in their workers
    return context


# --- In the worker process ------------------------------------------------------------------------------------------

_OUT_OF_MEMORY = b"out of memory"  # written before there was none


def _serve(pipe: Connection, lifeline: Connection, limits: _Limits) -> None:
    """Answer calls until the pipe closes. Limits are the kernel's, for Python code cannot interrupt C code."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the caller, who then closes us
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _die_with(lifeline)
    for module in limits.preload:
        importlib.import_module(module)
    if (mapped_bytes := _mapped_bytes()) is not None:
        resource.setrlimit(resource.RLIMIT_AS, (mapped_bytes + limits.memory_bytes,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    gc.freeze()  # a collection writes to every object it visits, and what is written to is no longer shared
    while True:
        try:
            timeout_s, call = pipe.recv(), pipe.recv_bytes()
        except (EOFError, OSError):
            return
        signal.setitimer(signal.ITIMER_REAL, timeout_s)
        answer = _answer(call)
        signal.setitimer(signal.ITIMER_REAL, 0)
        with contextlib.suppress(OSError):  # the caller is gone; the next receive ends us
            pipe.send_bytes(answer)


def _mapped_bytes() -> int | None:
    """The address space used so far, most of it libraries that take no memory; null where Linux is not."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except OSError:
        return None
    return pages * resource.getpagesize()


def _answer(call: bytes) -> bytes:
    try:
        fn, args = pickle.loads(call)  # noqa: S301
        return pickle.dumps((_DONE, fn(*args)), pickle.HIGHEST_PROTOCOL)
    except MemoryError:
        return _OUT_OF_MEMORY
    except Exception as error:
        failure = (type(error).__name__, str(error)[:2_000], traceback.format_exc()[-8_000:])
        return pickle.dumps((_FAILED, failure))


def _die_with(lifeline: Connection) -> None:
    """Let the kernel end this process when the caller's end of the pipe closes, be it by kill -9.

    SIGIO's default action is to end the process. PR_SET_PDEATHSIG would not do: our parent is the fork server.
    """
    signal.signal(signal.SIGIO, signal.SIG_DFL)
    fd = lifeline.fileno()
    # On a kernel without it the timer, or the closed pipe after the call, ends us all the same.
    with contextlib.suppress(OSError, AttributeError):
        fcntl.fcntl(fd, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(fd, fcntl.F_SETFL, fcntl.fcntl(fd, fcntl.F_GETFL) | os.O_ASYNC)
    if lifeline.poll(0):  # it closed before we listened
        os._exit(1)
