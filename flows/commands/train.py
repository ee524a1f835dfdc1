"""`smewatch train`"""

import getpass
from typing import TYPE_CHECKING

import click

from flows.commands.common import console, echo, with_settings
from flows.settings import Settings

if TYPE_CHECKING:
    from flows.train import Trained

NOT_BETTER = 4  # exit code: a model was trained and the one in use stays


@click.command()
@click.option(
    "--promote-if-better", is_flag=True, help="Let the new model judge only if it is better; exit code 4 if not."
)
@click.option(
    "--keep-current", is_flag=True, help="Train, compare and register, and let the model in use go on judging."
)
@click.option(
    "--background", is_flag=True, help="Learn from unlabelled articles of the warehouse too (1,000 at least)."
)
@with_settings
def command(settings: Settings, promote_if_better: bool, keep_current: bool, background: bool) -> None:
    """Fit the model from seeds/ and what people labelled, save its folder, register it, and let it judge from now on.

    Seed documents weigh most, then the examples, then labels of people. The same material gives the same model. Its
    card says what it was made from and how good it is. A new model is compared with the one in use on texts that
    neither had seen; the warehouse keeps the decision and its numbers (mart.model_decisions).

    Example: smewatch train --promote-if-better
    """
    from flows.models import Promotion, TooLittleBackground
    from flows.running import end_with, run_train

    if promote_if_better and keep_current:
        raise click.UsageError("give either --promote-if-better or --keep-current")
    promotion: Promotion = "if better" if promote_if_better else "never" if keep_current else "always"

    def run() -> int:
        try:
            trained = run_train(
                settings, promotion=promotion, with_background=background, decided_by=getpass.getuser()
            )
        except TooLittleBackground as problem:
            echo(f"Nothing trained: {problem}", err=True)
            return 1
        tell(trained)
        return NOT_BETTER if trained.end == "not better" else 0

    end_with(run)


def tell(trained: "Trained") -> None:
    """What the model learned from, how it compares, and what became of it."""
    to = console()
    counts = ", ".join(f"{n:,} {name.replace('_', ' ')}" for name, n in trained.counts.items() if n)
    to.print(f"Learned from {counts}.", soft_wrap=True)
    if found := trained.comparison:
        to.print(f"Against {found.current_id}: {found.why}.", soft_wrap=True)
        if found.labels:
            labels = f"{found.labels.candidate:.3f} against {found.labels.current:.3f} on {found.labels.texts}"
            to.print(f"On the labels of people alone: {labels}.", soft_wrap=True)
    by_hand = f"`smewatch models promote {trained.name}` puts it in use"
    use = {
        "promoted": "is in use",
        "in use already": "is in use already",
        "not better": f"is not better: {trained.current} stays in use; {by_hand} all the same",
        "kept aside": f"is kept aside; {by_hand}",
    }[trained.end]
    to.print(f"Model {trained.name} {use}. Its card: {trained.folder / 'card.md'}", soft_wrap=True)
