"""Bytes to text, when nobody can be trusted to say in which charset they are.

The ladder: byte order mark; valid UTF-8; the HTTP header; the document's own declaration; a detector; windows-1252.
Valid UTF-8 comes before what was declared because text in another charset is hardly ever valid UTF-8 by accident,
while UTF-8 labelled as latin-1 is common.
"""

import re
from collections.abc import Iterator

from charset_normalizer import from_bytes
from w3lib.encoding import html_body_declared_encoding, read_bom, resolve_encoding

MAX_REPLACED_SHARE = 0.001  # a broken byte in a thousand characters is an accident, more is the wrong charset
_SAMPLE_BYTES = 32_768  # the detector's time grows with its input: 32 KiB take it 50 ms
_MIN_EVIDENCE_BYTES = 12  # of three bytes above ASCII, the detector made Baltic letters of "Zürich – Köln"
_HIGH_BYTE = re.compile(rb"[\x80-\xff]")
_DECLARATION_BYTES = 4_096
_ESCAPED = re.compile(rb"\x1b[$(]")  # ISO 2022 writes Japanese in ASCII bytes, so it is valid UTF-8 as well
_REFUSED = frozenset({"utf-7", "utf_7", "punycode", "idna", "unicode-escape", "raw-unicode-escape"})


def decode(body: bytes, header_charset: str | None = None) -> str:
    """The text of a document, without a byte order mark. Never raises: what cannot be read becomes U+FFFD.

    UTF-7 and other encodings that can hide markup from a check of the bytes are never used, whoever declares them.
    """
    bom_charset, bom = read_bom(body)
    if bom_charset:
        return body[len(bom or b"") :].decode(bom_charset, "replace")
    if sniffed := _wide(body):
        return body.decode(sniffed, "replace")
    if not _ESCAPED.search(body):
        try:
            return body.decode("utf-8")
        except UnicodeDecodeError:
            pass
    best = min(_readings(body, header_charset), key=lambda reading: reading.count("\ufffd"))
    return best


def _readings(body: bytes, header_charset: str | None) -> Iterator[str]:
    """The text by each charset worth trying; the last one read is the first good one."""
    for charset in _candidates(body, header_charset):
        text = body.decode(charset, "replace")
        yield text
        if text.count("\ufffd") <= len(text) * MAX_REPLACED_SHARE:
            return


def _candidates(body: bytes, header_charset: str | None) -> Iterator[str]:
    declared = html_body_declared_encoding(body[:_DECLARATION_BYTES])
    for label in (header_charset, declared):
        if label and (charset := _known(label)):
            yield charset
    yield "utf-8"
    sample = body[:_SAMPLE_BYTES]
    if len(_HIGH_BYTE.findall(sample)) >= _MIN_EVIDENCE_BYTES:
        guess = from_bytes(sample).best()
        if guess is not None and guess.encoding not in _REFUSED:
            yield guess.encoding
    yield "windows-1252"


def _known(label: str) -> str | None:
    """Python's name of a charset, by the labels browsers know: gb2312 is read as gb18030, latin-1 as windows-1252."""
    charset = resolve_encoding(label)
    if charset is None or charset in _REFUSED:
        return None
    try:
        b" ".decode(charset, "replace")
    except (LookupError, UnicodeError):  # codecs that give no text (hex, zlib) or nothing at all (undefined)
        return None
    return charset


def _wide(body: bytes) -> str | None:
    """UTF-16 or UTF-32 without a byte order mark, told by the zeros beside the first `<` (XML 1.0, appendix F)."""
    head = body[:4]
    marks = {b"<\x00\x00\x00": "utf-32-le", b"\x00\x00\x00<": "utf-32-be"}
    if head in marks:
        return marks[head]
    if head[:2] == b"<\x00" and head[3:4] == b"\x00":
        return "utf-16-le"
    return "utf-16-be" if head[:2] == b"\x00<" and head[2:3] == b"\x00" else None
