"""The digest as e-mail: what mail programs, list managers and hostile headlines make of it."""

import email
import re
from dataclasses import replace
from email import policy
from email.utils import parsedate_to_datetime

import pytest
from lxml import html

from flows.steps.digests.figures import figures_of
from flows.steps.digests.mail import MailingList, addressed, draft_of, message_id, render_mail_html
from flows.steps.digests.rendering import render_text
from tests.steps.digests.issue_cases import MONDAY, corrected, digest_named, heavy, titled

LIST = MailingList("news@smes.example.org", site_url="https://smes.example.org/digests/")


@pytest.fixture(scope="module")
def digest():
    return digest_named("ordinary-week")


@pytest.fixture(scope="module")
def draft(digest):
    return draft_of(digest, MONDAY, LIST)


@pytest.fixture(scope="module")
def parsed(draft):
    return email.message_from_bytes(addressed(draft, "ada@example.net").as_bytes(), policy=policy.default)


@pytest.fixture(scope="module")
def page(digest):
    return render_mail_html(digest, LIST)


# --- Structure ------------------------------------------------------------------------------------------------------


def test_a_message_is_text_or_html_with_its_figures(parsed):
    assert [part.get_content_type() for part in parsed.walk()] == [
        *("multipart/alternative", "text/plain", "multipart/related", "text/html"),
        *("image/png", "image/png", "image/png"),
    ]


def test_the_plain_text_is_the_hand_shaped_one(parsed, digest):
    text = parsed.get_body(("plain",)).get_content()
    way_out = ["", "-- ", "Unsubscribe: mailto:news@smes.example.org?subject=unsubscribe"]
    assert text.splitlines() == [*render_text(digest).splitlines(), *way_out]


@pytest.mark.parametrize("name", ["ordinary-week", "quiet-week"])
def test_every_picture_is_shown_and_says_its_numbers(name):
    digest = digest_named(name)
    parsed = email.message_from_bytes(draft_of(digest, MONDAY, LIST).as_bytes(), policy=policy.default)
    tree = html.document_fromstring(parsed.get_body(("html",)).get_content())
    shown = {image.get("src"): image.get("alt") for image in tree.iter("img")}
    carried = [f"cid:{part['Content-ID'][1:-1]}" for part in parsed.walk() if part.get_content_maintype() == "image"]
    assert sorted(shown) == sorted(carried)
    assert sorted(shown.values()) == sorted(figure.alt for figure in figures_of(digest.trends, digest.matrix))


def test_the_same_edition_gives_the_same_bytes_to_each_recipient(digest, draft):
    again = draft_of(digest, MONDAY, LIST)
    assert addressed(again, "ada@example.net").as_bytes() == addressed(draft, "ada@example.net").as_bytes()
    assert "To" not in draft


# --- Headers --------------------------------------------------------------------------------------------------------


def test_the_headers_of_a_list_by_their_standards(parsed, digest):
    assert parsed["From"] == "smewatch <news@smes.example.org>"
    assert parsed["To"] == "ada@example.net"
    assert parsed["Subject"] == digest.title
    assert parsedate_to_datetime(parsed["Date"]) == MONDAY
    assert parsed["Message-ID"] == "<2026-W47.1.Europe-Berlin@smewatch.smes.example.org>"
    assert parsed["List-Id"] == "Weekly briefing <smewatch.smes.example.org>"
    assert parsed["List-Archive"] == "<https://smes.example.org/digests/>"
    assert parsed["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize(
    ("unsubscribe", "header", "is_one_click"),
    [
        ("", "<mailto:news@smes.example.org?subject=unsubscribe>", False),
        ("mailto:leave@example.org", "<mailto:leave@example.org>", False),
        ("https://example.org/leave?list=1", "<https://example.org/leave?list=1>", True),
    ],
)
def test_one_click_is_offered_where_there_is_a_server_to_post_to(unsubscribe, header, is_one_click):
    message = draft_of(titled("A headline"), MONDAY, replace(LIST, unsubscribe=unsubscribe))
    assert message["List-Unsubscribe"] == header
    assert message["List-Unsubscribe-Post"] == ("List-Unsubscribe=One-Click" if is_one_click else None)


def test_a_correction_says_so_and_stands_in_the_thread_of_the_first(digest):
    message = draft_of(corrected(digest), MONDAY, LIST)
    assert message["Subject"] == f"Correction: {digest.title}"
    assert message["References"] == message_id(digest, LIST) != message["Message-ID"]
    assert "One story was added." in message.get_body(("html",)).get_content()


HOSTILE = [
    "Forum\r\nBcc: everybody@example.com",
    "Forum\n\nA body of its own",
    "Forum\x00\x1b[31m\u2028Bcc: x@example.com",
    "=?utf-8?q?Bcc=3A_x=40example=2Ecom?=\r\n\tBcc: x@example.com",
    "x" * 5000,
    "\u202egnp.exe \U0001f91d",
    "\ud800 half a character",
    "",
]


@pytest.mark.parametrize("title", HOSTILE)
def test_no_headline_can_add_a_header_or_end_the_head(title):
    # The subject is made of counts and places; a headline stands in it only if all our own bounds fall.
    digest = replace(titled(title), title=title)
    digest = replace(digest, title=title.encode("utf-8", "replace").decode())
    raw = addressed(draft_of(digest, MONDAY, LIST), "ada@example.net").as_bytes()
    message = email.message_from_bytes(raw, policy=policy.default)
    assert message["Bcc"] is None
    assert message.get_content_type() == "multipart/alternative"
    assert len(message["Subject"]) <= 200
    assert message["To"] == "ada@example.net"
    assert max(map(len, raw.splitlines())) <= 998  # RFC 5322, 2.1.1


def test_scraped_markup_is_shown_as_text():
    page = render_mail_html(digest_named("hostile-week"), LIST)
    tree = html.document_fromstring(page)
    assert list(tree.iter("script", "iframe", "form", "object", "link")) == []
    assert "<script>alert('one')</script> SMEs & partners \"agree\"" in tree.text_content()
    assert {link.get("href").partition(":")[0] for link in tree.iter("a")} <= {"https", "http", "mailto"}
    handlers = [name for element in tree.iter() for name in element.attrib if name.startswith("on")]
    assert handlers == []


# --- Form -----------------------------------------------------------------------------------------------------------


def test_the_html_loads_nothing(page):
    tree = html.document_fromstring(page)
    assert {image.get("src").partition(":")[0] for image in tree.iter("img")} == {"cid"}
    assert "url(" not in page
    assert "@import" not in page


def test_styles_stand_in_the_elements_and_the_head_keeps_only_what_cannot(page):
    tree = html.document_fromstring(page)
    [style] = tree.iter("style")
    outside = re.sub(r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*\s*\}", "", style.text)
    assert outside.strip() == ""
    assert all(element.get("style") for element in tree.iter("p", "h1", "h2", "h3", "img"))


def test_text_is_never_smaller_than_14_px(page):
    seen = html.document_fromstring(page).find(".//main")
    sizes = [float(size) for size in re.findall(r"font-size: ?([\d.]+)px", html.tostring(seen, encoding="unicode"))]
    assert min(sizes) >= 14


def test_the_bytes_stay_below_what_mail_programs_cut_off():
    """Gmail clips HTML beyond 102 KB, from the end: the account, the method and the way out would go first."""
    ordinary, most = (len(render_mail_html(one, LIST).encode()) for one in (digest_named("ordinary-week"), heavy()))
    assert ordinary < 80_000
    assert most < 95_000


def test_a_whole_message_is_small(parsed):
    assert len(parsed.as_bytes()) < 200_000


def test_every_headline_of_the_digest_stands_in_the_mail(digest, page):
    words = html.document_fromstring(page).text_content()
    stories = [story for group in digest.groups for story in group.stories]
    assert [story.title for story in (*stories, *digest.borderline) if story.title not in words] == []
