"""Which IP addresses we may talk to. A feed is hostile: its links may point into our own network."""

import unicodedata
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

IPAddress = IPv4Address | IPv6Address

# Special-purpose blocks (IANA registries, RFC 6890 and successors) that Python 3.11's `is_global` lets pass.
_SPECIAL_V4 = tuple(ip_network(block) for block in ("192.0.0.0/24", "192.88.99.0/24", "224.0.0.0/4", "240.0.0.0/4"))
_SPECIAL_V6 = tuple(
    ip_network(block)
    for block in (
        "2001::/23",  # protocol assignments, Teredo (2001::/32) among them
        "2002::/16",  # 6to4: reaches any IPv4 address; switched off on the public internet (RFC 7526)
        "3fff::/20",  # documentation (RFC 9637)
    )
)
_GLOBAL_UNICAST = IPv6Network("2000::/3")  # the only part of IPv6 from which public addresses are given out
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: a v6-only network reaches IPv4 sites through it
_OWN_NETWORKS = tuple(
    ip_network(block)
    for block in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7")
)


def is_public(ip: IPAddress) -> bool:
    """Whether an address belongs to the public internet, in whatever form it wraps an IPv4 address.

    False for loopback, private, link-local, carrier-grade NAT, multicast, unspecified, documentation and reserved
    blocks, for IPv4-compatible addresses (`::127.0.0.1`, of which `is_global` is True) and for 6to4 and Teredo.
    """
    ip = _unwrapped(ip)
    if isinstance(ip, IPv4Address):
        return ip.is_global and not any(ip in block for block in _SPECIAL_V4)
    return ip.is_global and ip in _GLOBAL_UNICAST and not any(ip in block for block in _SPECIAL_V6)


def is_allowed(ip: IPAddress, allow_private: bool) -> bool:
    """Whether we may connect: public addresses, and loopback and private networks where the setting opens them.

    Link-local addresses stay closed even then: 169.254.169.254 hands out the credentials of cloud machines.
    """
    if is_public(ip):
        return True
    ip = _unwrapped(ip)
    return allow_private and any(ip in block for block in _OWN_NETWORKS if block.version == ip.version)


def _unwrapped(ip: IPAddress) -> IPAddress:
    """The IPv4 address that a mapped (`::ffff:a.b.c.d`) or NAT64 address reaches; any other address itself."""
    if isinstance(ip, IPv4Address):
        return ip
    if ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    return IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else ip


def literal_address(host: str) -> IPAddress | None:
    """The address a host is, written out in its one usual form; null for a name. Brackets of IPv6 are optional."""
    try:
        return ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return None


def is_disguised(host: str) -> bool:
    """Whether a host is an IP address in a spelling that no honest link uses.

    Decimal (2130706433), hexadecimal, octal, short (127.1), dotted at the end, in full-width or circled digits: the
    system's resolver or the IDNA mapping would turn each into an address. The URL standard's rule: a host whose last
    label is a number is an IPv4 address.
    """
    plain = unicodedata.normalize("NFKC", host).replace("\u3002", ".").lower()
    last = plain.removesuffix(".").rpartition(".")[2]
    is_number = (last.isascii() and last.isdigit()) or (last.startswith("0x") and _is_hex(last[2:]))
    return is_number and (plain != host.lower() or literal_address(plain) is None)


def _is_hex(digits: str) -> bool:
    return all(digit in "0123456789abcdef" for digit in digits)
