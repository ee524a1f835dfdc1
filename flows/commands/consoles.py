"""The console that commands print to."""

from typing import Any

from rich.console import Console
from rich.text import Text

from flows.steps.text.neutral import lines


class PlainConsole(Console):
    """A rich console on which no text acts: what would move the cursor, ring or reorder is shown as its escape.

    Rich renders every string, in tables too, by `render_str`; the colours it adds itself come after that.
    """

    def render_str(self, text: str, **options: Any) -> Text:
        """See rich.console.Console."""
        return super().render_str(lines(text), **options)
