"""Functions for worker processes: some do their work, most do what scraped input makes code do."""

import os
import re
import signal
import time
from pathlib import Path


def add(a, b):
    return a + b


def pid():
    return os.getpid()


def hang_in_python():
    while True:
        pass


def hang_in_c():
    # Catastrophic backtracking: the regular expression engine never lets Python handle a signal.
    return re.match(r"(a+)+$", "a" * 64 + "b")


def hang_in_the_kernel():
    time.sleep(1000)


def take_all_memory():
    hoard = []
    while True:
        hoard.append(bytearray(16 * 1_048_576))


def take_memory_until_refused():
    """The peak it came to, in bytes."""
    try:
        take_all_memory()
    except MemoryError:
        return peak_memory_bytes()


def be_killed():
    os.kill(os.getpid(), signal.SIGKILL)


def stop():
    os.kill(os.getpid(), signal.SIGSTOP)


def leave():
    os._exit(7)


def raise_error():
    raise LookupError("no such thing")


def raise_what_cannot_be_unpickled():
    raise NeedsTwoArguments("one", "two")


def return_what_cannot_be_pickled():
    return lambda: None


def die_if_divisible(number, by):
    if number % by == 0:
        be_killed()
    return number


def peak_memory_bytes():
    """Of address space, which is what the limits count."""
    return _status_bytes("VmPeak")


def peak_resident_bytes():
    """Of memory, libraries included."""
    return _status_bytes("VmHWM")


def _status_bytes(name):
    with Path("/proc/self/status").open() as status:
        line = next(line for line in status if line.startswith(name))
    return int(line.split()[1]) * 1024


class NeedsTwoArguments(Exception):
    def __init__(self, one, two):
        super().__init__(one)


class CannotBeUnpickled:
    def __reduce__(self):
        return raise_error, ()
