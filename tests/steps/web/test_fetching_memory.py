"""Bombs of 256 MiB, in every kind of answer, cost less than 32 MiB; measured in a process of their own."""

import gzip
import json
import subprocess
import sys
import zlib
from functools import cache
from pathlib import Path

import pytest

from tests.faults.server import FaultServer, answer

PEAK = Path(__file__).parents[2] / "faults" / "peak.py"
MOST_MIB = 32
pytestmark = pytest.mark.skipif(
    not Path("/proc/self/clear_refs").exists(), reason="peaks are read from Linux's /proc"
)


@cache
def bomb(bits: int = 31) -> bytes:
    """256 MiB of zeros in 256 KiB."""
    packer = zlib.compressobj(9, zlib.DEFLATED, bits)
    return b"".join(packer.compress(bytes(2**20)) for _ in range(256)) + packer.flush()


def endless(head: bytes):
    return lambda _: (head if i == 0 else b"x" * 65536 for i in range(4096))


def test_bombs_cost_little():
    twice = gzip.compress(bomb())
    kinds = {
        "gzip": (answer(200, bomb(), Content_Encoding="gzip"), "too large"),
        "deflate": (answer(200, bomb(15), Content_Encoding="deflate"), "too large"),
        "gzip-in-gzip": (answer(200, twice, Content_Encoding="gzip"), "too large"),
        "gzip,gzip": (answer(200, twice, Content_Encoding="gzip, gzip"), "unreachable"),
        "redirect": (answer(302, bomb(), Content_Encoding="gzip", Location="/plain"), "read"),
        "404": (answer(404, bomb(), Content_Encoding="gzip"), "gone"),
        "503": (answer(503, bomb(), Content_Encoding="gzip"), "unreachable"),
        "endless-body": (endless(b"HTTP/1.1 200 OK\r\n\r\n"), "too large"),
        "endless-header": (endless(b"HTTP/1.1 200 OK\r\nX-A: "), "unreachable"),
        "endless-error": (endless(b"HTTP/1.1 404 Gone\r\n\r\n"), "gone"),
    }
    scripts = {f"/{kind}": script for kind, (script, _) in kinds.items()}
    with FaultServer({**scripts, "/plain": answer(200, b"feed")}) as server:
        run = [sys.executable, str(PEAK), *(server.url(path) for path in scripts)]
        done = subprocess.run(run, capture_output=True, text=True, timeout=60, check=True)
    costs = dict(zip(kinds, json.loads(done.stdout), strict=True))
    assert {kind: cost["outcome"] for kind, cost in costs.items()} == {
        k: outcome for k, (_, outcome) in kinds.items()
    }
    assert {kind: cost for kind, cost in costs.items() if cost["extra_mib"] >= MOST_MIB} == {}
