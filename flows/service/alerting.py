"""Look, tell what changed, remember what was told. What was told lies in a file: it must be known while the warehouse
is held, damaged or on a full disk, for that is what alerts are about.
"""

import json
import logging
import socket
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from flows.service import looking
from flows.settings import Settings, addresses_in
from flows.steps.digests.sending import MailServer
from flows.steps.service.alerts import Alert, Changes, changes, notice, remembered
from flows.steps.service.findings import BESIDE_THE_WAREHOUSE, Finding, findings, worst
from flows.steps.service.telling import NotTold, alert_mail, ping, post_alert, send_mail

log = logging.getLogger("smewatch")
_alerts: TypeAdapter[dict[str, Alert]] = TypeAdapter(dict[str, Alert])


def look_after(settings: Settings, now: datetime) -> list[Finding]:
    """One look: what is wrong. New trouble and its end are told; what cannot be told now is told at the next look."""
    signs = looking.signs_of(settings, now)
    found = findings(signs, looking.limits_of(settings))
    told = read_told(settings)
    if signs.unknown:  # nothing may seem to be over only because nobody could look
        known = {one.key for one in found} | BESIDE_THE_WAREHOUSE
        found = [*found, *(still(alert) for key, alert in told.items() if key not in known)]
    due = changes(told, found, now)
    done = due if not due or tell(settings, due, now) else Changes((), ())
    write_told(settings, remembered(told, found, done, now))
    if worst(found) < 2 and (address := settings.alert_ping.get_secret_value()):
        try:
            ping(address)
        except NotTold as problem:
            log.warning("%s", problem)
    return found


def still(alert: Alert) -> Finding:
    """A trouble that was told and cannot be looked at now."""
    return Finding(alert.key, alert.level, alert.what, "")


def mail_server(settings: Settings) -> MailServer:
    """Where mail is handed in, by the settings."""
    return MailServer(
        settings.smtp_host,
        settings.smtp_port,
        settings.smtp_security,
        settings.smtp_user,
        settings.smtp_password.get_secret_value(),
        settings.smtp_timeout_s,
    )


def tell(settings: Settings, due: Changes, now: datetime) -> bool:
    """Tell changes over every channel; true unless each channel failed. Without a channel the log has to do."""
    where = f"{socket.gethostname()}:{settings.data_dir.resolve()}"
    message = notice(due, where, now)
    for line in filter(None, message.text.splitlines()):
        log.warning("%s", line.strip())
    channels: list[Callable[[], None]] = []
    if settings.smtp_host and (recipients := addresses_in(settings.alert_recipients)):
        sender = settings.mail_sender or recipients[0]
        mail = alert_mail(message, sender, recipients, now)
        channels.append(lambda: send_mail(mail, sender, recipients, mail_server(settings)))
    if address := settings.alert_webhook.get_secret_value():
        channels.append(lambda: post_alert(address, message, due, where))
    n_failed = 0
    for send in channels:
        try:
            send()
        except NotTold as problem:
            n_failed += 1
            log.error("an alert was not told: %s", problem)
    return not channels or n_failed < len(channels)


def read_told(settings: Settings) -> dict[str, Alert]:
    """What was told and is not over. A file that cannot be read counts as empty: a trouble told twice harms less."""
    try:
        return _alerts.validate_json(_file(settings).read_bytes())
    except (OSError, ValidationError):
        return {}


def write_told(settings: Settings, told: dict[str, Alert]) -> None:
    """Remember what was told. The file is replaced in one step; a full disk is logged."""
    file = _file(settings)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_suffix(".new")
        draft.write_text(json.dumps(_alerts.dump_python(told, mode="json"), indent=1), encoding="utf-8")
        draft.replace(file)
    except OSError as problem:
        log.error("what was told cannot be remembered: %s", problem)


def open_alerts(settings: Settings) -> Sequence[Alert]:
    """Troubles that were told and are not over, oldest first; for `smewatch status`."""
    return sorted(read_told(settings).values(), key=lambda alert: alert.since)


def _file(settings: Settings) -> Path:
    return settings.data_dir / "service" / "alerts.json"
