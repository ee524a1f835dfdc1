"""A digest as Markdown, for pages that show nothing else: Prefect's."""

import re

from markupsafe import Markup

from flows.steps.digests.content import Digest
from flows.steps.digests.rendering import templates

# What means something to CommonMark or its common extensions anywhere in a line, or at its beginning only; a
# backslash before it makes it a plain character.
_ANYWHERE = re.compile(r"([\\`*_{}\[\]<>()#|!&~:@$])")
_FIRST = re.compile(r"^(\d*)([-+=.)])")


def render_markdown(digest: Digest) -> str:
    """Headline, numbers and stories. Everything scraped is text in it, whatever it holds."""
    environment = templates().overlay()
    environment.filters = environment.filters | {"mark": marked, "target": target}
    text = environment.get_template("digest.md.j2").render(digest=digest)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def marked(text: str) -> Markup:
    r"""The text with every sign that Markdown knows taken as it stands. Example: *a* -> \*a\*."""
    line = _ANYWHERE.sub(r"\\\1", " ".join(text.split()))
    return Markup(_FIRST.sub(r"\1\\\2", line))  # noqa: S704 - "<" and "&" are escaped here too


def target(link: str) -> Markup:
    """An address fit to stand between < and >, which it cannot leave."""
    return Markup(link.replace("\\", "%5C").replace("<", "%3C").replace(">", "%3E"))  # noqa: S704 - likewise
