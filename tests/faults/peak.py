"""Run in a process of its own: ask for feeds, one by one, with the limits of production; print what each cost.

    python tests/faults/peak.py URL ...   ->   [{"outcome": "too large", "extra_mib": 3.1}, ...]

The peak is read from /proc, because the `ru_maxrss` of a child begins with its parent's.
"""

import asyncio
import json
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

from flows.steps.web.fetching import Client, HostPace, HostPaces, Loss, fetch_feed


def memory_mib(field: str) -> float:
    """VmRSS: now; VmHWM: the most since the start or the last reset."""
    found = re.search(rf"^{field}:\s+(\d+) kB", Path("/proc/self/status").read_text(), re.M)
    assert found
    return int(found.group(1)) / 1024


async def cost(client: Client, url: str) -> dict[str, object]:
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew here
    base = memory_mib("VmRSS")
    result = await fetch_feed(client, url, None, None, datetime.now(UTC))
    outcome = result.outcome.value if isinstance(result, Loss) else "read"
    return {"outcome": outcome, "extra_mib": round(memory_mib("VmHWM") - base, 1)}


async def main(urls: list[str]) -> list[dict[str, object]]:
    free = HostPace(0.0, 4)
    async with Client(allow_private=True, paces=HostPaces(free, free)) as client:
        await fetch_feed(client, urls[0] + "?warm-up", None, None, datetime.now(UTC))
        return [await cost(client, url) for url in urls]


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(sys.argv[1:]))))
