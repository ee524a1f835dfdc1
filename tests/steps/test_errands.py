from hypothesis import given, settings
from hypothesis import strategies as st

from flows.steps.errands import Turns, shares, site_of

SITES = st.sampled_from([f"site{n}.test" for n in range(8)])


def of(url):
    return url


@settings(deadline=None)  # the first address loads the list of public suffixes
@given(st.lists(st.builds(lambda site, n: f"https://www.{site}/{n}", SITES, st.integers(0, 50))), st.integers(1, 9))
def test_every_item_is_in_one_share_and_every_site_in_one(urls, size):
    cut = shares(urls, of, size)
    assert sorted(url for share in cut for url in share.items) == sorted(urls)
    assert all(share.sites == {site_of(url) for url in share.items} for share in cut)
    assert sum(len(share.sites) for share in cut) == len({site_of(url) for url in urls})
    assert all(len(share.items) <= size or len(share.sites) == 1 for share in cut)


def test_shares_are_filled_in_the_order_of_sites():
    urls = ["https://b.test/1", "https://a.test/1", "https://c.test/1", "https://a.test/2"]
    assert [(share.items, share.sites) for share in shares(urls, of, 3)] == [
        (("https://a.test/1", "https://a.test/2", "https://b.test/1"), {"a.test", "b.test"}),
        (("https://c.test/1",), {"c.test"}),
    ]


def test_what_asks_nobody_has_no_site():
    assert [share.sites for share in shares([None, "https://a.test/"], of, 5)] == [{"a.test"}]
    assert [share.sites for share in shares([None], of, 5)] == [frozenset()]


def test_names_of_one_site_are_one_site_and_addresses_are_sites_of_their_own():
    assert site_of("https://www.news.co.uk/a") == site_of("http://feeds.news.co.uk:8080/b") == "news.co.uk"
    assert site_of("http://127.0.0.1/a") != site_of("http://127.0.0.2/a")


def test_who_shares_a_site_with_one_who_is_out_waits_until_he_is_back():
    turns = Turns()
    turns.wait("one", frozenset("ab"))
    turns.wait("two", frozenset("bc"))
    turns.wait("three", frozenset("d"))
    assert turns.start() == ["one", "three"]
    assert turns.start() == []
    assert turns.end("three") == frozenset("d")
    assert turns.start() == []
    turns.end("one")
    assert turns.start() == ["two"]
    assert turns
    turns.end("two")
    assert not turns


def test_who_waits_is_not_overtaken_at_his_sites_and_nobody_waits_for_ever():
    turns = Turns()
    turns.wait("one", frozenset("a"))
    turns.wait("two", frozenset("ab"))
    turns.wait("three", frozenset("b"))
    assert turns.start() == ["one"]
    turns.end("one")
    assert turns.start() == ["two"]
    turns.end("two")
    assert turns.start() == ["three"]


@settings(deadline=None)
@given(st.lists(st.frozensets(st.sampled_from("abcde")), max_size=12), st.randoms())
def test_no_site_is_ever_with_two_and_all_have_their_turn(wanted, chance):
    turns, out, done = Turns(), {}, []
    for number, sites in enumerate(wanted):
        turns.wait(number, sites)
    while turns:
        out |= {number: wanted[number] for number in turns.start()}
        assert sum(map(len, out.values())) == len(frozenset().union(*out.values()))
        number = chance.choice(sorted(out))
        turns.end(number)
        done.append(number)
        del out[number]
    assert sorted(done) == list(range(len(wanted)))
