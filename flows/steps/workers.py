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
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar

T = TypeVar("T")
P = ParamSpec("P")

DEFAULT_MEMORY_BYTES = 1_610_612_736  # of address space; 1.5 GiB holds a worker's libraries and 512 MiB of work
PRELOADED = ("flows.steps.parsing", "flows.steps.extracting")
_CALLS_A_WORKER = 500  # then it is replaced: the extractors' caches and the heap's holes grow with every page
_GRACE_S = 5.0  # what sending, starting and receiving may take beside the call itself, on a busy machine
_TOO_MUCH_MEMORY = "too much memory"


@dataclass(frozen=True, slots=True)
class Overrun:
    """Why a call ended without a result: the worker that did it is gone, and only this call with it."""

    reason: str  # "too slow", "too much memory" or "crashed"
    detail: str = ""


class CallFailed(Exception):
    """The function itself raised, in its worker. `.kind` is the exception's type, `.trace` its traceback as text."""

    def __init__(self, kind: str, message: str, trace: str) -> None:
        super().__init__(f"{kind}: {message}\n{trace}")
        self.kind, self.message, self.trace = kind, message, trace


class Pool:
    """Worker processes with limits of time and memory. Safe for any number of threads and event loops at once.

    At most `n_workers` calls run; more wait for their turn in order. `memory_bytes` limits the address space of each
    worker. Workers start with the first call. Use it as a context manager, or call `close`.
    """

    def __init__(
        self, n_workers: int, *, memory_bytes: int = DEFAULT_MEMORY_BYTES, preload: Sequence[str] = PRELOADED
    ) -> None:
        """Nothing starts yet. `preload` names the modules that every worker has ready when it starts."""
        if n_workers < 1:
            raise ValueError(f"a pool needs at least one worker, not {n_workers}")
        self.n_workers = n_workers
        self._memory_bytes = memory_bytes
        self._context = _context(preload)
        self._preload = tuple(preload)
        self._threads = ThreadPoolExecutor(n_workers, thread_name_prefix="smewatch-pool")
        self._idle: queue.LifoQueue[_Worker] = queue.LifoQueue()
        self._workers: set[_Worker] = set()
        self._lock = threading.Lock()
        self._is_closed = False
        self._lifeline = os.pipe()  # its writing end is ours alone: when we die, the kernel tells the workers
        atexit.register(self.close)

    async def run(self, fn: Callable[..., T], *args: Any, timeout_s: float) -> T | Overrun:
        """What `fn(*args)` returns, or how it overran. `fn` is a function of a module; what travels is pickled.

        Raises CallFailed if `fn` itself raised, PicklingError if it cannot be sent, RuntimeError if the pool is or
        gets closed. Cancelling gives up the wait; a call that has begun ends within its own limits.
        """
        return await asyncio.wrap_future(self._submit(fn, args, timeout_s))

    def run_sync(self, fn: Callable[..., T], *args: Any, timeout_s: float) -> T | Overrun:
        """As `run`, for callers without an event loop."""
        return self._submit(fn, args, timeout_s).result()

    def map_sync(self, fn: Callable[..., T], items: Iterable[Any], *, timeout_s: float) -> Iterator[T | Overrun]:
        """`fn(item)` for every item, in their order, as many at a time as there are workers; `timeout_s` each."""
        futures = [self._submit(fn, (item,), timeout_s) for item in items]
        for future in futures:
            yield future.result()

    def close(self) -> None:
        """End all workers at once; calls still running or waiting raise RuntimeError. May be called again."""
        with self._lock:
            if self._is_closed:
                return
            self._is_closed = True
            workers = list(self._workers)
        atexit.unregister(self.close)
        for worker in workers:
            worker.process.kill()  # their threads see the pipes close and return
        self._threads.shutdown(wait=True, cancel_futures=True)
        for worker in workers:
            worker.stop()
        for end in self._lifeline:
            os.close(end)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # --- In the caller's process, one thread a worker ---

    def _submit(self, fn: Callable[..., T], args: tuple[Any, ...], timeout_s: float) -> "Future[T | Overrun]":
        if timeout_s <= 0:
            raise ValueError(f"timeout_s must be above zero, not {timeout_s}")
        # Pickled here, not in the thread: what cannot be pickled is the caller's mistake and is raised to the caller.
        call = pickle.dumps((timeout_s, pickle.dumps((fn, args), pickle.HIGHEST_PROTOCOL)))
        if self._is_closed:
            raise RuntimeError("the pool is closed")
        return self._threads.submit(self._call, call, timeout_s)

    def _call(self, call: bytes, timeout_s: float) -> Any:
        worker = self._worker()
        answer = worker.ask(call, timeout_s)
        if self._is_closed:
            raise RuntimeError("the pool was closed while the call ran")
        if isinstance(answer, Overrun) or worker.n_calls >= _CALLS_A_WORKER:
            self._retire(worker)
        else:
            self._idle.put(worker)
        if isinstance(answer, Overrun):
            return answer
        kind, value = pickle.loads(answer)  # noqa: S301 our own worker wrote it
        if kind == "failed":
            raise CallFailed(*value)
        return value

    def _worker(self) -> "_Worker":
        """An idle worker that still lives, else a new one. There are never more than threads to use them."""
        while True:
            try:
                worker = self._idle.get_nowait()
            except queue.Empty:
                break
            if worker.process.is_alive():
                return worker
            self._retire(worker)
        with self._lock:
            if self._is_closed:
                raise RuntimeError("the pool is closed")
            worker = _Worker(self._context, self._lifeline[0], self._memory_bytes, self._preload)
            self._workers.add(worker)
        return worker

    def _retire(self, worker: "_Worker") -> None:
        with self._lock:
            self._workers.discard(worker)
        worker.stop()


class _Worker:
    """The caller's side of one worker process."""

    def __init__(self, context: BaseContext, lifeline: int, memory_bytes: int, preload: Sequence[str]) -> None:
        self.n_calls = 0
        self._pipe, theirs = context.Pipe()
        lifeline_end = Connection(os.dup(lifeline), writable=False)
        self.process: BaseProcess = context.Process(  # type: ignore[attr-defined]  # typeshed leaves it out of the base
            target=_serve, args=(theirs, lifeline_end, memory_bytes, preload), name="smewatch-worker", daemon=True
        )
        self.process.start()
        theirs.close()
        lifeline_end.close()

    def ask(self, call: bytes, timeout_s: float) -> bytes | Overrun:
        """The answer to a call, or how the process ended instead of giving one."""
        self.n_calls += 1
        try:
            self._pipe.send_bytes(call)
            # The worker's own timer ends it in time. This is for a worker that was stopped, or a kernel without one.
            if not self._pipe.poll(timeout_s + _GRACE_S):
                self.process.kill()
                return Overrun("too slow", f"over {timeout_s:g} s, and killed from outside")
            answer = self._pipe.recv_bytes()
        except (EOFError, OSError):
            return self._ending(timeout_s)
        return Overrun(_TOO_MUCH_MEMORY) if answer == _OUT_OF_MEMORY else answer

    def stop(self) -> None:
        """End the process and free what it held here."""
        self.process.kill()
        self.process.join(_GRACE_S)
        self._pipe.close()
        with contextlib.suppress(ValueError):  # still running: it cannot be waited for now, its parent will
            self.process.close()

    def _ending(self, timeout_s: float) -> Overrun:
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
    context.set_forkserver_preload(
        list(preload)
    )  # the first pool of a process decides; others import in their workers
    return context


# --- In the worker process ------------------------------------------------------------------------------------------

_OUT_OF_MEMORY = b"out of memory"  # written before there was none


def _serve(pipe: Connection, lifeline: Connection, memory_bytes: int, preload: Sequence[str]) -> None:
    """Answer calls until the pipe closes. Limits are the kernel's, for Python code cannot interrupt C code."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the caller, who then closes us
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _die_with(lifeline)
    for module in preload:
        importlib.import_module(module)
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while True:
        try:
            timeout_s, call = pickle.loads(pipe.recv_bytes())  # noqa: S301 our own caller wrote it
        except (EOFError, OSError):
            return
        signal.setitimer(signal.ITIMER_REAL, timeout_s)
        answer = _answer(call)
        signal.setitimer(signal.ITIMER_REAL, 0)
        with contextlib.suppress(OSError):  # the caller is gone; the next receive ends us
            pipe.send_bytes(answer)


def _answer(call: bytes) -> bytes:
    try:
        fn, args = pickle.loads(call)  # noqa: S301
        return pickle.dumps(("done", fn(*args)), pickle.HIGHEST_PROTOCOL)
    except MemoryError:
        return _OUT_OF_MEMORY
    except Exception as error:
        failure = (type(error).__name__, str(error)[:2_000], traceback.format_exc()[-8_000:])
        return pickle.dumps(("failed", failure))


def _die_with(lifeline: Connection) -> None:
    """Let the kernel end this process when the caller's end of the pipe closes, be it by kill -9.

    SIGIO's default action is to end the process. PR_SET_PDEATHSIG would not do: our parent is the fork server.
    """
    signal.signal(signal.SIGIO, signal.SIG_DFL)
    fd = lifeline.fileno()
    with contextlib.suppress(
        OSError, AttributeError
    ):  # a kernel without it: the timer and the closed pipe still end us
        fcntl.fcntl(fd, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(fd, fcntl.F_SETFL, fcntl.fcntl(fd, fcntl.F_GETFL) | os.O_ASYNC)
    if lifeline.poll(0):  # it closed before we listened
        os._exit(1)
