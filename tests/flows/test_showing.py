"""The digest in Prefect's pages: an artifact whose history is kept, and which never fails a run."""

import pytest
from prefect import flow
from prefect.artifacts import Artifact

from flows import showing
from flows.showing import show_digest
from flows.steps.digests.markdown import render_markdown
from tests.steps.digests.issue_cases import corrected, titled

DIGEST = titled("A <b>headline</b>")


@pytest.mark.server
def test_each_edition_is_an_artifact_of_one_key(prefect_api):
    @flow
    def run():
        show_digest(DIGEST)
        show_digest(corrected(DIGEST))

    run()
    kept = Artifact.get("digest")
    assert kept.data == render_markdown(corrected(DIGEST))
    assert kept.description == "Digest of 2026-W47, edition 2"
    assert "\\<b\\>headline" in kept.data


def test_outside_of_a_run_nothing_is_shown(monkeypatch):
    monkeypatch.setattr(showing, "create_markdown_artifact", pytest.fail)
    show_digest(DIGEST)


def test_a_digest_that_cannot_be_shown_is_written_all_the_same(monkeypatch, caplog):
    def fail(*args, **kwargs):
        raise OSError("Prefect is gone")

    monkeypatch.setattr(showing, "create_markdown_artifact", fail)
    monkeypatch.setattr(showing.FlowRunContext, "get", lambda: "a run")
    show_digest(DIGEST)
    assert "made no artifact" in caplog.text
