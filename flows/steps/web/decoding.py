"""Content codings undone in bounded steps. A kilobyte on the wire can be a gigabyte in memory."""

import zlib

ACCEPTED = "gzip, deflate"  # not br: Python brings no decoder for it; not zstd: few decoders are bounded
MAX_MEMBERS = 1000  # gzip members may be joined; honest files hold a few, and empty ones by the thousand cost time
_STEP_BYTES = 64 * 2**10
_GZIP_MAGIC = b"\x1f\x8b"


class TooMuch(Exception):
    """More decoded bytes than allowed."""


class Undecodable(Exception):
    """The body is not what its Content-Encoding says."""


class Decoder:
    """Decodes one body piece by piece; never holds more than `max_bytes` decoded bytes and one piece.

    Forgiving where it is safe: plain text that is called gzip passes as it is, raw deflate data passes as `deflate`,
    junk after the last gzip member is ignored.
    """

    def __init__(self, codings: list[str], max_bytes: int) -> None:
        """Raises Undecodable for a chain of codings, or a coding we did not ask for."""
        if len(codings) > 1 or (codings and codings[0] not in ("gzip", "deflate")):
            raise Undecodable(f"coded as {', '.join(codings)}, which we did not ask for")
        self.body = bytearray()
        self._coding = codings[0] if codings else ""
        self._max_bytes = max_bytes
        self._members = 0
        self._head = b""
        self._inflater: zlib._Decompress | None = None

    def feed(self, piece: bytes) -> None:
        """Take the next piece. Raises TooMuch or Undecodable; what was decoded until then stays in `body`."""
        if self._coding and self._inflater is None:
            self._head += piece
            if len(self._head) < len(_GZIP_MAGIC):
                return
            piece, self._head = self._head, b""
            self._begin(piece)
        if self._inflater is None:
            self._keep(piece)
            return
        try:
            self._inflate(self._inflater, piece)
        except zlib.error as broken:
            raise Undecodable(f"broken {self._coding}: {broken}") from broken

    def finish(self) -> bytes:
        """The whole body. Raises Undecodable if more should have followed."""
        if self._head or (self._inflater is not None and not self._inflater.eof):
            raise Undecodable(f"{self._coding} body cut off")
        return bytes(self.body)

    def _begin(self, head: bytes) -> None:
        if self._coding == "gzip":
            if head.startswith(_GZIP_MAGIC):
                self._inflater = zlib.decompressobj(16 + zlib.MAX_WBITS)
            else:
                self._coding = ""
            return
        has_header = head[0] & 0x0F == 8 and int.from_bytes(head[:2], "big") % 31 == 0  # RFC 1950, 2.2
        self._inflater = zlib.decompressobj(zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS)

    def _inflate(self, inflater: "zlib._Decompress", piece: bytes) -> None:
        while piece:
            if inflater.eof:
                if self._coding != "gzip" or not _GZIP_MAGIC.startswith(piece[:2]):
                    return
                inflater = self._inflater = self._next_member()
            decoded = inflater.decompress(piece, _STEP_BYTES)
            self._keep(decoded)
            while len(decoded) == _STEP_BYTES:  # there may be more, even where all of the piece was consumed
                decoded = inflater.decompress(inflater.unconsumed_tail, _STEP_BYTES)
                self._keep(decoded)
            piece = inflater.unused_data

    def _next_member(self) -> "zlib._Decompress":
        self._members += 1
        if self._members > MAX_MEMBERS:
            raise Undecodable(f"more than {MAX_MEMBERS} gzip members")
        return zlib.decompressobj(16 + zlib.MAX_WBITS)

    def _keep(self, decoded: bytes) -> None:
        room = self._max_bytes - len(self.body)
        self.body += decoded[:room]
        if len(decoded) > room:
            raise TooMuch
