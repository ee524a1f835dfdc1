"""How much of the web we let in, in each direction."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one exchange. Sizes hold for the bytes on the wire and, apart, for the decoded bytes."""

    feed_bytes: int = 8 * 2**20
    page_bytes: int = 3 * 2**20  # trafilatura runs for minutes on larger ones
    robots_bytes: int = 512 * 2**10  # RFC 9309, 2.5 asks for at least 500 KiB; what lies beyond is cut off
    dns_s: float = 8.0  # one lost query is sent again after 5 s
    connect_s: float = 5.0  # TCP and TLS
    read_gap_s: float = 15.0  # longest silence between two pieces of an answer
    total_s: float = 45.0  # first hop to last byte, redirects included, waiting for our own pace not
    redirects: int = 10
    headers: int = 200  # lines; real answers have 10 to 60
    header_line_bytes: int = 16 * 2**10  # content security policies reach 8 KiB
    header_bytes: int = 64 * 2**10  # all lines together
