"""`smewatch models`"""

import getpass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from flows.commands.common import console, echo, echo_json, with_settings
from flows.settings import Settings

if TYPE_CHECKING:
    from warehouse.model_rows import KnownModel


@click.group("models")
def command() -> None:
    """Models: which there are, what each was made from, which one judges and why.

    Example: smewatch models list
    """


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a model.")
@with_settings
def list_models(settings: Settings, as_json: bool) -> None:
    """Every model the warehouse knows, the newest first.

    Example: smewatch models list
    """
    from rich.table import Table

    from flows.commands.telling import in_sentences
    from warehouse.opening import open_for_reading

    with in_sentences(), open_for_reading(settings.warehouse, wait_s=settings.warehouse_wait_s) as warehouse:
        models = warehouse.known_models()
    if as_json:
        for model in models:
            echo_json(_as_dict(model))
        return
    table = Table("model", "trained", "verdicts", "state", box=None)
    for model in models:
        table.add_row(
            model.model_id, f"{model.created_at:%Y-%m-%d %H:%M}", str(model.n_verdicts), _state(settings, model)
        )
    console().print(table)


def _as_dict(model: "KnownModel") -> dict[str, object]:
    promoted_at = model.promoted_at.isoformat() if model.promoted_at else None
    return {
        "model_id": model.model_id,
        "created_at": model.created_at.isoformat(),
        "promoted_at": promoted_at,
        "is_in_force": model.is_in_force,
        "n_verdicts": model.n_verdicts,
        "folder": model.folder,
    }


def _state(settings: Settings, model: "KnownModel") -> str:
    from flows.models import why_unusable

    if model.is_in_force:
        return "in use"
    reason = why_unusable(settings.models_dir / model.model_id)
    if reason:
        return f"cannot be used: it {reason}"
    return "was in use" if model.promoted_at else "never in use"


@command.command("show")
@click.argument("model_id", required=False)
@with_settings
def show_model(settings: Settings, model_id: str | None) -> None:
    """The card of a model, of the one in use without MODEL_ID: what it is for, made from, how good, its limits.

    Example: smewatch models show
    """
    from flows.models import current_model

    folder = settings.models_dir / model_id if model_id else current_model(settings)
    if folder is None:
        raise click.ClickException("there is no model yet; `smewatch train` makes one")
    try:
        echo((folder / "card.md").read_text(encoding="utf-8"))
    except OSError as problem:
        raise click.ClickException(f"{folder.name} has no card: {problem}") from problem


@command.command("history")
@with_settings
def show_history(settings: Settings) -> None:
    """Every decision about a model, oldest first, with who decided and why.

    Example: smewatch models history
    """
    from flows.commands.telling import in_sentences
    from warehouse.opening import open_for_reading

    with in_sentences(), open_for_reading(settings.warehouse, wait_s=settings.warehouse_wait_s) as warehouse:
        decisions = warehouse.model_decisions()
    for one in decisions:
        said = (
            f"{one.decided_at:%Y-%m-%d %H:%M}  {one.decision:9} {one.model_id}  by {one.decided_by or 'nobody named'}"
        )
        echo(f"{said}: {one.reason or 'no reason given'}")


@command.command("promote")
@click.argument("model_id")
@click.option("--reason", help="Why, in your words; kept with the decision.")
@with_settings
def promote_model(settings: Settings, model_id: str, reason: str | None) -> None:
    """Let another model judge from now on. Verdicts of others stay; it adds its own on all there is.

    Views and digests show what it says once it has judged the past: 1,000 texts take some 2 s. If that is cut off,
    the next run or digest goes on.

    Example: smewatch models promote rel-3f2a9c0d1e5b --reason "finds the trade missions"
    """
    _promote(settings, model_id, reason or "by hand")


@command.command("rollback")
@click.option("--reason", help="Why, in your words; kept with the decision.")
@with_settings
def roll_back(settings: Settings, reason: str | None) -> None:
    """Let the model judge again that did before the present one.

    Example: smewatch models rollback --reason "too many summits"
    """
    from flows.models import decision_in

    decision = decision_in(settings.models_dir)
    before = decision.instead_of if decision else None
    if before is None:
        raise click.ClickException("no model was in use before the present one")
    _promote(settings, before, reason or "rolled back")


def _promote(settings: Settings, model_id: str, reason: str) -> None:
    from flows import models
    from flows.commands.telling import in_sentences
    from flows.judging_past import judge_past
    from flows.progress import bars
    from flows.publish import publish
    from warehouse.opening import open_warehouse

    now, folder = datetime.now(UTC), settings.models_dir / model_id
    unusable = models.why_unusable(folder)
    if unusable:
        raise click.ClickException(f"model {model_id} {unusable}; `smewatch models list` says which can be used")
    current = models.current_model(settings)
    instead_of = current.name if current else None
    decision = models.Decision(model_id, now.isoformat(), getpass.getuser(), reason, instead_of)
    with in_sentences(), bars() as progress:
        # Opened first: a warehouse that is held leaves the model in use that its history names.
        with open_warehouse(settings.warehouse, now=now, wait_s=settings.warehouse_wait_s) as warehouse:
            if instead_of != model_id:
                models.make_current(settings, decision)
            models.register(warehouse, folder, now)
        report = judge_past(settings, folder, now, progress)
    publish(settings)
    already = " already" if instead_of == model_id else ""
    echo(f"Model {model_id} is in use{already}; it judged {report.n_judged:,} texts of the past.")
