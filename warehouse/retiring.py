"""Retention: texts are dropped after their time, what is known of them stays."""

from datetime import datetime

from warehouse.session import Session


class Retiring(Session):
    """What is past its time."""

    def drop_texts(self, before: datetime, now: datetime) -> int:
        """Drop every text version fetched before a moment; how many. Title, hash, scores and places stay.

        The file does not shrink: what is freed holds the next texts.
        """
        with self._transaction():
            [old] = self._ask("texts_before", before=before)
            if not old["n_texts"]:
                return 0
            self._run("note_text_retirement", now=now, before=before, **old)
            return self._run("drop_texts", before=before)
