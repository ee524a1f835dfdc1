import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.steps.web.decoding import MAX_MEMBERS, Decoder, TooMuch, Undecodable


def in_members(body: bytes) -> bytes:
    size = len(body) // 9 + 1
    return b"".join(gzip.compress(body[start : start + size]) for start in range(0, len(body) + 1, size))


PACKERS = {
    "": lambda body: body,
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "deflate, raw": lambda body: zlib.compress(body, wbits=-15),
    "gzip, many": in_members,
}


def decode(coding: str, packed: bytes, *, piece: int = 65536, max_bytes: int = 2**20) -> bytes:
    decoder = Decoder([coding] if coding else [], max_bytes)
    for start in range(0, len(packed), piece):
        decoder.feed(packed[start : start + piece])
    return decoder.finish()


@pytest.mark.parametrize("packer", PACKERS)
@given(body=st.binary(max_size=300) | st.integers(0, 300_000).map(bytes), piece=st.integers(1, 70_000))
def test_body_comes_out_as_it_was_in_pieces_of_any_size(packer, body, piece):
    coding, packed = packer.partition(",")[0], PACKERS[packer](body)
    assert decode(coding, packed, piece=max(piece, len(packed) // 50)) == body


@pytest.mark.parametrize("packer", [name for name in PACKERS if name])
@given(body=st.binary(min_size=20, max_size=300), kept=st.floats(0.05, 0.95))
def test_body_cut_off_is_never_taken_for_the_whole(packer, body, kept):
    packed = PACKERS[packer](body)
    coding = packer.partition(",")[0]
    try:
        got = decode(coding, packed[: int(len(packed) * kept)])
    except Undecodable:
        return
    assert packer == "gzip, many" or packer == "deflate, raw" or got == b""
    assert body.startswith(got)


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
@given(st.binary(max_size=200))
def test_any_bytes_are_a_body_or_undecodable(coding, packed):
    try:
        decode(coding, packed, max_bytes=1000)
    except (Undecodable, TooMuch):
        return


@pytest.mark.parametrize("coding", ["", "gzip", "deflate"])
@pytest.mark.parametrize("size", [0, 1, 99, 100, 101, 65536, 200_000])
def test_limit_is_exact(coding, size):
    packed = PACKERS[coding](bytes(size))
    if size <= 100:
        assert decode(coding, packed, max_bytes=100) == bytes(size)
        return
    decoder = Decoder([coding] if coding else [], 100)
    with pytest.raises(TooMuch):
        decoder.feed(packed)
    assert decoder.body == bytes(100)


@pytest.mark.parametrize("codings", [["gzip", "gzip"], ["br"], ["zstd"], ["gzip", "br"], ["compress"]])
def test_coding_we_did_not_ask_for_is_refused(codings):
    with pytest.raises(Undecodable, match="did not ask for"):
        Decoder(codings, 100)


def test_members_are_counted():
    few, many = gzip.compress(b"") * MAX_MEMBERS, gzip.compress(b"") * (MAX_MEMBERS + 2)
    assert decode("gzip", few) == b""
    with pytest.raises(Undecodable, match="members"):
        decode("gzip", many)
