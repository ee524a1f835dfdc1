"""Addresses: the key under which we know a page, apart from the address we fetch."""

import re
from functools import lru_cache
from hashlib import sha256
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

import tldextract
from w3lib.url import canonicalize_url, safe_url_string

from flows.steps.web.addresses import is_disguised, literal_address

MAX_URL_CHARS = 2048  # the longest address browsers, proxies and the sitemap protocol agree on

# Parameters that say who sent the reader, never which page is meant. Only names seen in use are listed: an unknown
# parameter stays, because `?id=33` is the article on many ministries' sites.
TRACKING_PREFIXES = ("utm_", "mtm_", "hsa_", "at_custom", "at_link_", "vero_", "fb_action_")
TRACKING_PARAMETERS = frozenset(
    """
    fbclid fb_source fb_ref gclid gclsrc gbraid wbraid dclid msclkid yclid ysclid twclid ttclid li_fat_id igshid
    igsh epik rb_clickid irclickid mc_cid mc_eid mkt_tok _hsenc _hsmi __hstc __hssc __hsfp hsctatracking
    oly_anon_id oly_enc_id _openstat _ga _gl _branch_match_id __twitter_impression __tn__ guccounter
    guce_referrer guce_referrer_sig pk_campaign pk_kwd pk_source pk_medium pk_content ns_source ns_mchannel
    ns_campaign ns_linkname ns_fee at_medium at_campaign at_ptr_name at_format at_bbc_team xtor wt_mc wt.mc_id
    wtmc ocid cmpid icid ncid smid ito mbid taid tpcc cndid spm maca s_cid sc_cid sc_channel sc_campaign
    sc_content sc_medium dicbo
    """.split()  # noqa: SIM905  # as a literal it would be seventy lines
)

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_SCHEMES = ("http", "https")
_psl = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


def short_hash(text: str) -> str:
    """The first 16 hex digits of the SHA-256 of a text: the form of every id made from an address or a text."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@lru_cache(maxsize=16_384)  # asked seven times for an entry between its feed and its row, 0.1 ms each
def url_key(url: str) -> str:
    """The normal form under which we know a page; never the address we fetch.

    Same key: http and https, letter case and port of the host, order of parameters, tracking parameters, fragment,
    slash at the end, AMP variants. Applying it twice changes nothing. What is no http(s) address is its own key.
    Example: HTTPS://News.test:443/a/?utm_source=x&id=7#top -> https://news.test/a?id=7
    """
    seen = ""
    for _ in range(8):  # unwrapping an AMP cache may bring to light another address to normalise; 2 rounds are usual
        seen, url = url, _normalised(url)
        if seen == url:
            break
    return url


def _normalised(url: str) -> str:
    try:
        parts = urlsplit(canonicalize_url(_out_of_amp_cache(url)))
        host, port = parts.hostname, parts.port
    except ValueError:
        return url
    if parts.scheme not in _SCHEMES or not host:
        return url
    host = f"[{host}]" if ":" in host else host.rstrip(".")
    netloc = host if port in (None, 80, 443) else f"{host}:{port}"
    kept = [(name, value) for name, value in _pairs(parts.query) if not _is_tracking(name, value)]
    query = urlencode(kept, errors="surrogateescape")  # bytes that are no UTF-8 go out as they came
    return urlunsplit(("https", netloc, _without_amp(parts.path).rstrip("/") or "/", query, ""))


def _pairs(query: str) -> list[tuple[str, str]]:
    return parse_qsl(query, keep_blank_values=True, errors="surrogateescape")


def _is_tracking(name: str, value: str) -> bool:
    name = name.lower()
    if name in TRACKING_PARAMETERS or name.startswith(TRACKING_PREFIXES):
        return True
    return (name == "amp" and value in ("", "1", "true")) or (name == "outputtype" and value.lower() == "amp")


# /c/ is a page, /s/ says that the origin speaks https; the origin's address follows without its scheme.
_AMP_CACHE = re.compile(
    r"^https?://(?:[\w.-]+\.cdn\.ampproject\.org/[cv]|(?:www\.)?google\.[a-z.]{2,6}/amp)/(s/)?(?=[\w-]+\.)", re.I
)


def _out_of_amp_cache(url: str) -> str:
    found = _AMP_CACHE.match(url)
    return f"https://{url[found.end() :]}" if found else url


def _without_amp(path: str) -> str:
    """The path of the page an AMP path stands for: `/a/amp/` and `/a.amp.html`; `/amp` alone is left alone."""
    shorter = re.sub(r"(?<=[^/])(?:/+amp)+/*$", "", path, flags=re.I)
    return re.sub(r"(?<=[^/])\.amp\.html$", ".html", shorter, flags=re.I)


def clean_link(base: str, href: str) -> str | None:
    """The absolute http(s) address a link of a feed or a redirect means, or null if it means none we accept.

    Refused: other schemes, control characters and line breaks, addresses without a host or with a host that hides an
    IP address, more than 2,048 characters. User names and passwords are cut out, spaces and non-ASCII encoded.
    """
    href = href.strip(" \t\r\n")
    if not href or _CONTROL.search(href):
        return None
    if re.match(r"https?:(?!//[^/])", href, re.I):
        return None  # no host: urljoin would lend it the base's, and make `https:////host/a` a page of the feed
    try:
        parts = urlsplit(urljoin(base, href))
        if parts.scheme not in _SCHEMES or not _is_host(parts.hostname) or "\\" in parts.netloc:
            return None
        _ = parts.port  # raises ValueError when it is no number up to 65535
        clean: str = safe_url_string(urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])))
        return clean if len(clean) <= MAX_URL_CHARS and _is_host(urlsplit(clean).hostname) else None
    except ValueError:  # a broken IPv6 literal, port or international name (UnicodeError is one of these)
        return None


def _is_host(host: str | None) -> bool:
    if not host or is_disguised(host) or "%" in host:
        return False
    return literal_address(host) is not None or re.fullmatch(r"[^\s/?#@:\[\]<>^|]+", host) is not None


@lru_cache(maxsize=4096)
def registrable_domain(host: str) -> str:
    """The domain somebody registered: `www.meti.go.jp` -> `meti.go.jp`, by the public suffix list tldextract ships.

    IP literals, single labels and public suffixes return themselves. Under a top-level domain the list does not know,
    the last two labels count (its rule `*`). Hosts of one blog platform differ: `a.github.io` is not `b.github.io`.
    """
    host = host.lower().strip(".")
    if literal_address(host) is not None or "." not in host:
        return host
    found = _psl(host)
    if found.suffix:
        return found.top_domain_under_public_suffix or host
    return ".".join(host.split(".")[-2:])


def same_site(a: str, b: str) -> bool:
    """Whether two addresses lie under one registrable domain, whatever their scheme, port and subdomain."""
    host_a, host_b = host_of(a), host_of(b)
    return bool(host_a) and bool(host_b) and registrable_domain(host_a) == registrable_domain(host_b)


def host_of(url: str) -> str:
    """The host of an address in lower case, IPv6 without brackets; "" if it has none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
