"""Articles of one story in, one card out."""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import quote
from zoneinfo import ZoneInfo

from flows.steps.digests.content import Answer, Place, Source, Story
from flows.steps.digests.inputs import DigestArticle, Reprint
from flows.steps.digests.leads import lead_of
from flows.steps.digests.reasons import doubts, grounds, reasons
from flows.steps.digests.stories import story_key
from flows.steps.digests.weeks import IsoWeek
from flows.steps.digests.words import clean_line, date_words, language_tag, safe_link

MAX_TITLE_CHARS = 300
MAX_NAME_CHARS = 80
MAX_ADDRESS_CHARS = 300
MAX_SOURCES = 5  # shown under "also in"
MAX_PLACES = 40  # kept for counting; forms show the first few

_PLAIN_ID = re.compile(r"[0-9A-Za-z_-]{1,64}", re.ASCII)  # what may stand in a command that people copy

BAND_WORDS = {
    "sure": "sure",
    "likely": "likely",
    "borderline": "could go either way",
}


def card(
    members: Sequence[DigestArticle],
    week: IsoWeek,
    zone: ZoneInfo,
    economy_name: Mapping[str, str],
    *,
    lead: bool = True,
    feedback_mail: str = "",
) -> Story:
    """The story as it is shown. The first member leads; `lead=False` leaves out its sentences (a brief).

    `feedback_mail` is the address that reads what readers say of it; "" for none.
    """
    head, sources = members[0], _sources(members)
    extract = lead_of(head, economy_name) if lead else ""
    title = clean_line(head.title, MAX_TITLE_CHARS)
    return Story(
        anchor=f"story-{head.article_id}",
        article_ids=tuple(member.article_id for member in members),
        title=title or "(no headline)",
        link=safe_link(head.url),
        address=clean_line(head.url, MAX_ADDRESS_CHARS),
        outlet=_name(head.outlet) or "unnamed outlet",
        outlet_country=head.outlet_country,
        language=language_tag(head.language),
        published_at=head.published.at if head.published else None,
        first_seen_at=head.first_seen_at,
        date=date_words(head.published, head.first_seen_at, week, zone),
        kind=head.kind,
        places=places_of(members, economy_name),
        sectors=tuple(_name(sector) for sector in head.sectors),
        lead=extract,
        grounds=grounds(head.why, title, extract),
        reasons=reasons(head.why),
        doubts=doubts(head.why) if head.band == "borderline" else (),
        band=head.band,
        band_words=BAND_WORDS.get(head.band, head.band),
        score=head.score,
        also_in=sources[:MAX_SOURCES],
        also_in_more=max(0, len(sources) - MAX_SOURCES),
        story_id=story_key(head),
        told_before=head.told_before,
        answers=_answers(head, title, feedback_mail),
    )


def places_of(members: Sequence[DigestArticle], economy_name: Mapping[str, str]) -> tuple[Place, ...]:
    """The economies and blocs of a story: those of the lead; where it names none, those of the next that does.

    Borderline and late reports are not asked unless the lead is one: a number of the issue must not hang on them.
    """
    head = members[0]
    peers = [m for m in members if (m.is_late, m.band == "borderline") == (head.is_late, head.band == "borderline")]
    named = next((member for member in peers if member.countries or member.blocs), head)
    economies = [Place(code, _name(economy_name.get(code, code))) for code in dict.fromkeys(named.countries)]
    # The European Union is a party like an economy; said once is enough.
    others = [bloc for bloc in dict.fromkeys(named.blocs) if bloc not in named.countries]
    blocs = [Place(bloc, _name(bloc), is_bloc=True) for bloc in others]
    return tuple(economies[:MAX_PLACES] + blocs[:MAX_PLACES])


def _answers(head: DigestArticle, title: str, feedback_mail: str) -> tuple[Answer, ...]:
    """What a reader can say of a card: of one that is told, that it is not relevant; of a borderline one, either."""
    if _PLAIN_ID.fullmatch(head.article_id) is None:
        return ()
    labels = ("relevant", "not relevant") if head.band == "borderline" else ("not relevant",)
    return tuple(_answer(head.article_id, label, title, feedback_mail) for label in labels)


def _answer(article_id: str, label: str, title: str, feedback_mail: str) -> Answer:
    command = f"smewatch label {article_id} {label.replace(' ', '-')}"
    if not feedback_mail:
        return Answer(label, command, None)
    # The title is scraped: quoted whole, it cannot add a recipient or a header to the mail.
    subject, body = quote(f"{label}: {article_id}", safe=""), quote(f"{title}\n\n{command}\n", safe="")
    return Answer(label, command, f"mailto:{quote(feedback_mail, safe='@')}?subject={subject}&body={body}")


def _sources(members: Sequence[DigestArticle]) -> tuple[Source, ...]:
    """Every further address of the story once, in the order of its articles."""
    head, *others = members
    found: dict[str, Reprint] = {reprint.url: reprint for reprint in head.also_in}
    for other in others:
        found.setdefault(other.url, Reprint(other.outlet, other.url, other.title))
        for reprint in other.also_in:
            found.setdefault(reprint.url, reprint)
    found.pop(head.url, None)
    return tuple(
        Source(
            outlet=_name(reprint.outlet) or "unnamed outlet",
            title=clean_line(reprint.title, MAX_TITLE_CHARS),
            link=safe_link(reprint.url),
            address=clean_line(reprint.url, MAX_ADDRESS_CHARS),
        )
        for reprint in found.values()
    )


def _name(text: str) -> str:
    return clean_line(text, MAX_NAME_CHARS)
