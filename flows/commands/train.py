"""`smewatch train`"""

import click

from flows.commands.common import console, with_settings
from flows.settings import Settings


@click.command()
@with_settings
def command(settings: Settings) -> None:
    """Fit the model from seeds/, save its folder, register it in the warehouse and let it judge from now on.

    The same seeds give the same model. Its card says what it was made from and how good it is.

    Example: smewatch train
    """
    from flows.running import end_with, run_train

    def run() -> int:
        folder = run_train(settings)
        console().print(f"Model {folder.name} is in use. Its card: {folder / 'card.md'}")
        return 0

    end_with(run)
