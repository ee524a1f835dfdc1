"""What publishers say against machine learning, in each place where it may be said."""

import pytest
from multidict import CIMultiDict

from flows.steps.web.reservations import of_headers, of_metas, of_robots


@pytest.mark.parametrize(
    ("robots", "statements"),
    [
        ("User-agent: *\nContent-Signal: search=yes, ai-train=no\nAllow: /", ["Content-Signal ai-train=no"]),
        ("content-signal: AI-Train=NO,ai-input = no", ["Content-Signal ai-train=no", "Content-Signal ai-input = no"]),
        ("Content-Signal: search=yes, ai-train=yes", []),
        ("User-agent: GPTBot\nDisallow: /", ["closed to gptbot"]),
        ("User-agent: GPTBot\nUser-agent: CCBot\nDisallow: / # all", ["closed to ccbot", "closed to gptbot"]),
        ("User-agent: GPTBot\nDisallow: /private/", []),
        ("User-agent: GPTBot\nDisallow:\nUser-agent: *\nDisallow: /", []),
        ("User-agent: *\nDisallow: /", []),
        ("<html>User-agent", []),
        ("", []),
    ],
)
def test_robots_txt_that_says(robots, statements):
    assert list(of_robots(robots)) == [f"robots.txt: {statement}" for statement in statements]


@pytest.mark.parametrize(
    ("headers", "statements"),
    [
        ({"x-robots-tag": "noindex, noai"}, ("header: robots noai",)),
        ({"TDM-Reservation": " 1 "}, ("header: tdm-reservation 1",)),
        ({"TDM-Reservation": "0", "X-Robots-Tag": "noindex"}, ()),
        ([("X-Robots-Tag", "noindex"), ("X-Robots-Tag", "noai"), ("x-robots-tag", "noai")], ("header: robots noai",)),
        ([("TDM-Reservation", "0"), ("TDM-Reservation", "1")], ("header: tdm-reservation 1",)),
        ({}, ()),
    ],
)
def test_headers_that_say(headers, statements):
    assert of_headers(CIMultiDict(headers)) == statements


def test_meta_tags_that_say():
    metas = [("robots", "index"), ("robots", "NOAI, noimageai"), ("tdm-reservation", "0"), ("tdm-reservation", "1")]
    assert of_metas(metas) == ("meta: robots noai", "meta: tdm-reservation 1")
    assert of_metas([("description", "noai"), ("robots", "all")]) == ()
