"""Prefect's REST API, as far as we ask it beside the flows: which runs there are, and what became of them.

Plain HTTP, so that `smewatch status` answers in half a second: importing Prefect's own client costs 1.3 s.
"""

import base64
import json
import os
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

LEASE_TAG = "lease:"  # on a run that a person started: its command holds the lease, under a name of its own
UNFINISHED = ("PENDING", "RUNNING", "CANCELLING")
ENDED = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")
PAUSES_S = (0.5, 1.0, 2.0)
MOST = 200  # Prefect's own limit on the rows of one answer


class PrefectSilent(Exception):
    """Prefect's server did not answer, or not as expected. The message says what it said."""


@dataclass(frozen=True, slots=True)
class FlowRun:
    """A run as Prefect knows it."""

    run_id: str
    name: str
    deployment: str | None  # id of the deployment; null for a run that a person started
    state: str  # "SCHEDULED", "PENDING", "RUNNING", "COMPLETED", ...
    state_name: str  # as shown: "Late", "AwaitingConcurrencySlot", "Skipped", ...
    message: str | None
    expected_at: datetime  # when it was to start
    entered_at: datetime | None  # when it entered its state; null for a run that has none yet
    lease: str = ""  # the name of its lease


@dataclass(frozen=True, slots=True)
class PrefectApi:
    """One server. Every method raises PrefectSilent."""

    url: str  # such as http://127.0.0.1:4200/api
    timeout_s: float = 10.0

    def runs(
        self, tag: str, states: tuple[str, ...], *, newest_first: bool = True, limit: int = MOST
    ) -> list[FlowRun]:
        """Runs that carry a tag and are in one of the states."""
        asked = {
            "flow_runs": {"tags": {"all_": [tag]}, "state": {"type": {"any_": list(states)}}},
            "sort": "EXPECTED_START_TIME_DESC" if newest_first else "EXPECTED_START_TIME_ASC",
            "limit": limit,
        }
        return [_flow_run(values) for values in self._call("POST", "/flow_runs/filter", asked)]

    def deployments(self, tag: str) -> dict[str, str]:
        """Id -> name of the deployments that carry a tag."""
        found = self._call("POST", "/deployments/filter", {"deployments": {"tags": {"all_": [tag]}}, "limit": MOST})
        return {values["id"]: values["name"] for values in found}

    def set_state(self, run_id: str, kind: str, name: str, message: str) -> str:
        """Ask for a change of state; the type of the state that the run is in afterwards."""
        state = {"type": kind, "name": name, "message": message}
        answer = self._call("POST", f"/flow_runs/{run_id}/set_state", {"state": state, "force": False})
        return str((answer.get("state") or {}).get("type", kind))

    def order(self, deployment_id: str, at: datetime) -> str:
        """Have a deployment run at some time; the id of the run."""
        state = {"type": "SCHEDULED", "state_details": {"scheduled_time": at.isoformat()}}
        return str(self._call("POST", f"/deployments/{deployment_id}/create_flow_run", {"state": state})["id"])

    def version(self) -> str:
        """The version of the server."""
        return str(self._call("GET", "/admin/version", None))

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", **_authorisation()}
        request = urllib.request.Request(self.url + path, data, headers, method=method)  # noqa: S310  # Prefect's address
        for pause_s in (*PAUSES_S, None):
            try:
                with urllib.request.urlopen(request, timeout=self.timeout_s) as answer:  # noqa: S310
                    return json.load(answer)
            except (OSError, ValueError) as problem:
                # On SQLite, a server with much to write answers 503 for "database is locked".
                if pause_s is None or getattr(problem, "code", None) not in (429, 503):
                    raise PrefectSilent(f"Prefect at {self.url}: {problem}") from problem
                time.sleep(pause_s)
        return None


def _authorisation() -> dict[str, str]:
    """What a server of a team may ask for: the very settings Prefect's own client reads."""
    if key := os.environ.get("PREFECT_API_KEY"):
        return {"Authorization": f"Bearer {key}"}
    if pair := os.environ.get("PREFECT_API_AUTH_STRING"):
        return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
    return {}


def _flow_run(values: Mapping[str, Any]) -> FlowRun:
    state = values.get("state") or {}
    entered = state.get("timestamp")
    return FlowRun(
        run_id=values["id"],
        name=values["name"],
        deployment=values.get("deployment_id"),
        state=values.get("state_type") or "SCHEDULED",
        state_name=values.get("state_name") or "",
        message=state.get("message"),
        expected_at=datetime.fromisoformat(values["expected_start_time"]),
        entered_at=datetime.fromisoformat(entered) if entered else None,
        lease=next(
            (tag.removeprefix(LEASE_TAG) for tag in values["tags"] if tag.startswith(LEASE_TAG)), values["id"]
        ),
    )
