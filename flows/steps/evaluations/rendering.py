"""An evaluation as one page: no script, no request; its style is allowed by hash and nothing else."""

from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from flows.steps.evaluations.figures import figures_of
from flows.steps.text.neutral import one_line

_STYLES = ("digest.css", "figures.css", "evaluation.css")  # the digest's look; a reader of one knows the other
_MOST_ERRORS = 60  # told one by one; --json has all


def evaluation_page(evaluation: Mapping[str, Any], data_name: str) -> str:
    """The page for an evaluation as plain values (Evaluation.as_dict of the classifiers) on the file `data_name`."""
    css = "".join(map(_source, _STYLES))
    figures = {
        name: {"title": figure.title, "svg": Markup(figure.svg())}  # noqa: S704 - built element by element, and escaped
        for name, figure in figures_of(evaluation).items()
    }
    return (
        _templates()
        .get_template("evaluation.html.j2")
        .render(
            found=evaluation,
            data_name=data_name,
            figures=figures,
            shown=_shown(evaluation),
            most_errors=_MOST_ERRORS,
            css=Markup(css),  # noqa: S704 - our own files, and escaping would change what the hash allows
            css_hash=b64encode(sha256(css.encode()).digest()).decode(),
        )
    )


def _shown(evaluation: Mapping[str, Any]) -> dict[str, int]:
    """What a reader would see: texts in the bands sure and likely, and how many of them are relevant."""
    bands = [band for band in evaluation["bands"] if band["band"] in ("sure", "likely")]
    return {"texts": sum(band["texts"] for band in bands), "relevant": sum(band["relevant"] for band in bands)}


def percent(share: float | None) -> str:
    """A share for people. Examples: 0.837 -> 84 %; null -> –."""
    return "–" if share is None else f"{100 * share:.0f} %"


def between(interval: Mapping[str, float] | None) -> str:
    """An interval of shares for people. Example: {"low": 0.72, "high": 0.93} -> 72 to 93 %; null -> nothing."""
    return "" if interval is None else f"{100 * interval['low']:.0f} to {100 * interval['high']:.0f} %"


def hundredths(share: float | None) -> str:
    """A score or an average precision. Examples: 0.9112 -> 0.91; null -> –."""
    return "–" if share is None else f"{share:.2f}"


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("flows", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update({f.__name__: f for f in (percent, between, hundredths, one_line)})
    return environment


def _source(name: str) -> str:
    environment = _templates()
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0]
