"""What publishers say against machine learning and data mining with what they publish: read, to be kept beside it.

Where it is said: robots.txt (Content-Signal lines, contentsignals.org; crawlers of model makers shut out), the
headers `X-Robots-Tag: noai` and `TDM-Reservation: 1` (W3C TDM Reservation Protocol), meta tags of the same names.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from flows.steps.web.headers import one_line

# Crawlers that gather texts for training, by the names their makers give for robots.txt.
TRAINING_AGENTS = (
    "ai2bot",
    "anthropic-ai",
    "applebot-extended",
    "bytespider",
    "ccbot",
    "claudebot",
    "cohere-ai",
    "google-extended",
    "gptbot",
    "meta-externalagent",
)
_LINE = re.compile(r"\s*(user-agent|disallow|allow|content-signal)\s*:\s*([^#]*)", re.IGNORECASE)
_SIGNAL = re.compile(r"\bai-(?:train|input)\s*=\s*no\b", re.IGNORECASE)
_NO_AI = re.compile(r"\bno(?:image)?ai\b", re.IGNORECASE)


def of_robots(text: str) -> tuple[str, ...]:
    """What a robots.txt reserves, each statement once, in its order; empty if nothing.

    Example: a group of GPTBot with `Disallow: /` -> ("robots.txt: closed to gptbot",)
    """
    return tuple(dict.fromkeys(f"robots.txt: {what}" for what in _of_lines(text.splitlines())))


def _of_lines(lines: Iterable[str]) -> Iterator[str]:
    agents, is_heading = set[str](), False
    for line in lines:
        if (found := _LINE.match(line)) is None:
            continue
        name, value = found[1].lower(), found[2].strip()
        if name == "user-agent":
            agents = (agents if is_heading else set()) | ({value.lower()} & set(TRAINING_AGENTS))
        elif name == "content-signal":
            yield from (f"Content-Signal {signal[0].lower()}" for signal in _SIGNAL.finditer(value))
        elif name == "disallow" and value in ("/", "/*"):
            yield from (f"closed to {agent}" for agent in sorted(agents))
        is_heading = name == "user-agent"


def of_headers(headers: Mapping[str, str]) -> tuple[str, ...]:
    """What the headers of a page reserve, each statement once; a header may come several times."""
    return tuple(dict.fromkeys(_named("header", "x-robots-tag", headers.items())))


def of_metas(metas: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """What the meta tags of a page reserve, each statement once, from all pairs of name and content."""
    return tuple(dict.fromkeys(_named("meta", "robots", metas)))


def _named(where: str, robots: str, said: Iterable[tuple[str, str]]) -> Iterator[str]:
    for name, value in said:
        if name.lower() == robots and (found := _NO_AI.search(value)):
            yield f"{where}: robots {found[0].lower()}"
        elif name.lower() == "tdm-reservation" and one_line(value) == "1":
            yield f"{where}: tdm-reservation 1"
