"""Logs for machines: one JSON object a line, one line an event, the run's id on each."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

from flows.settings import Settings
from flows.steps.text.neutral import json_line, tame_logging

STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """Records as JSON objects: time (UTC), level, logger, event, what was set up for the process, what was given."""

    def __init__(self, common: dict[str, str]) -> None:
        super().__init__()
        self.common = common

    def format(self, record: logging.LogRecord) -> str:
        """One line, however many the message and its traceback have. What `extra=` gave stands beside the event."""
        values: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            **self.common,
            **{name: value for name, value in vars(record).items() if name not in STANDARD},
        }
        if record.exc_info:
            values["traceback"] = record.exc_text or self.formatException(record.exc_info)
        return json_line(json.dumps(values, ensure_ascii=False, default=str))


def set_up(settings: Settings, *, run_id: str | None = None, flow: str | None = None) -> None:
    """Send the log of this process to standard error, as JSON if the settings say so. The last call counts.

    Prefect's own records come along; its handler for people is taken away, so that no event is told twice.
    """
    if not settings.log_json:
        return
    tame_logging()
    handler = logging.StreamHandler(sys.stderr)
    given = {"run_id": run_id, "flow": flow}
    handler.setFormatter(JsonLines({name: value for name, value in given.items() if value}))
    logging.root.handlers = [handler]
    logging.getLogger("smewatch").setLevel(logging.INFO)
    for name in ("prefect", "prefect.flow_runs", "prefect.task_runs", "prefect.runner"):
        logger = logging.getLogger(name)
        logger.handlers = [one for one in logger.handlers if "API" in type(one).__name__]
        logger.propagate = True
