"""The bucket of a lake: opened to a connection with its keys, asked whether it answers, and what went wrong in words.

The keys live in the connection's own memory, in a secret of DuckDB that holds for this lake's place alone.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import duckdb

from warehouse.addresses import LakeAddress, ObjectStore
from warehouse.connecting import GaveUp, patiently
from warehouse.errors import NoLake, StoreSilent

EXTENSION = "httpfs"
_OF_STORE = re.compile(r"\bHTTP (GET|HEAD|PUT|POST|DELETE)\b|\bHTTP (code )?\d{3}\b")
_PASSES = re.compile(r"error for HTTP|\bHTTP (code )?5\d\d\b")  # no connection, or a server in trouble
_CODE = re.compile(r"^(?P<code>[A-Z]\w+): .+$", re.MULTILINE)  # S3's own word, such as NoSuchBucket: ...
# What loading the extension takes from the environment by itself, for anybody who opens a connection to read.
_TAKEN = ("s3_access_key_id", "s3_secret_access_key", "s3_session_token", "s3_endpoint", "s3_region")
_KEYS = (
    "Look at the keys (SMEWATCH_S3_KEY_ID and SMEWATCH_S3_SECRET, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; "
    "for keys lent for a time the session token, too): they must allow to list, read, write and delete there."
)
_REMEDIES = (
    (r"NoSuchBucket", "Make the bucket, or name another in data_path of SMEWATCH_WAREHOUSE."),
    (r"\bHTTP (code )?40[13]\b|ExpiredToken|InvalidToken|TokenRefresh", _KEYS),
    (r"\bHTTP (code )?(30\d|400)\b", "Look at the region, SMEWATCH_S3_REGION or AWS_REGION."),
    (r"\bHTTP (code )?404\b", "A file of the lake is missing there; was it deleted by hand?"),
)


def let_in(connection: duckdb.DuckDBPyConnection, address: LakeAddress, wait_s: float) -> None:
    """Give a connection, which has the extension, the keys of the lake's bucket, and ask the bucket for a listing.

    Raises NoLake without keys, StoreSilent if the store refuses us or does not answer for `wait_s` seconds.
    """
    store = address.store
    if not (store.key_id and store.secret):
        raise NoLake(
            f"{address.data} needs keys: set SMEWATCH_S3_KEY_ID and SMEWATCH_S3_SECRET, or AWS_ACCESS_KEY_ID and "
            "AWS_SECRET_ACCESS_KEY."
        )
    for name in _TAKEN:
        connection.execute(f"set {name} = ''")
    options = _options(store)
    named = "".join(f", {name} ?" for name in options)  # values are bound: none can be read as SQL, or shown with it
    connection.execute(f"create secret smewatch (type s3, scope '{address.data}'{named})", list(options.values()))
    listing = f"{address.data}/.smewatch*"  # of nothing: what counts is whether it is answered
    try:
        with in_words(address):
            patiently(
                lambda: connection.execute("from glob(?)", [listing]), wait_s, lambda said: bool(_PASSES.search(said))
            )
    except GaveUp as end:
        raise _silent(address, end.__cause__, end.waited_s) from end.__cause__


@contextmanager
def in_words(address: LakeAddress) -> Iterator[None]:
    """Turn what DuckDB says of the object store into StoreSilent; other errors stay what they are."""
    try:
        yield
    except duckdb.Error as problem:
        if address.is_in_store and _OF_STORE.search(str(problem)):
            raise _silent(address, problem, 0.0) from problem
        raise


def _silent(address: LakeAddress, problem: BaseException | None, waited_s: float) -> StoreSilent:
    said = str(problem)
    code = _CODE.search(said)
    elsewhere = f"Look at the endpoint ({address.store.endpoint or 'none is set: Amazon'}), and whether it is up."
    remedy = next((remedy for words, remedy in _REMEDIES if re.search(words, said)), elsewhere)
    return StoreSilent(address.data, code[0] if code else said.splitlines()[0], waited_s, remedy)


def _options(store: ObjectStore) -> dict[str, str | bool]:
    """The parameters of DuckDB's secret of type s3."""
    at = urlsplit(store.endpoint)
    given = {
        "key_id": store.key_id,
        "secret": store.secret,
        "session_token": store.session_token,
        "region": store.region,
        "endpoint": at.netloc,
        "url_style": store.url_style or ("path" if store.endpoint else ""),
    }
    return {name: value for name, value in given.items() if value} | {"use_ssl": at.scheme != "http"}
