"""A digest in Prefect's own pages."""

import logging

from prefect.artifacts import create_markdown_artifact
from prefect.context import FlowRunContext

from flows.steps.digests.content import Digest
from flows.steps.digests.markdown import render_markdown

log = logging.getLogger("smewatch")


def show_digest(content: Digest) -> None:
    """Keep the digest as an artifact, the latest of the key "digest"; outside of a run there is nothing to do.

    An artifact that cannot be made is logged: the digest is written all the same.
    """
    if FlowRunContext.get() is None:
        return
    try:
        create_markdown_artifact(
            render_markdown(content),
            key="digest",
            description=f"Digest of {content.week}, edition {content.edition.number}",
        )
    except Exception:
        log.exception("the digest of %s made no artifact", content.week)
