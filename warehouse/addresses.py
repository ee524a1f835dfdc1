"""Where a warehouse is: a file, or a lake that several machines share. As people write it, and as we open it."""

import re
from dataclasses import dataclass, field
from pathlib import Path

_LAKE = "ducklake:"
_POSTGRES = "ducklake:postgres:"
_STORE = "s3://"
_DATA = re.compile(r"\s*\bdata_path=('(?P<quoted>[^']+)'|(?P<plain>[^\s']+))\s*")
_PASSWORD = re.compile(r"\bpassword\s*=")
# A bucket by the rules of S3, and S3's safe characters: DuckDB takes * and [ for patterns, and keys after a ?.
_IN_STORE = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[\w.=-]+)*/?", re.ASCII)


@dataclass(frozen=True, slots=True)
class ObjectStore:
    """How an object store that speaks S3 is asked. An empty string: not given; then the default of S3 itself.

    The keys are shown nowhere: a secret must not get into a log with the object that carries it.
    """

    key_id: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    session_token: str = field(default="", repr=False)  # of keys lent for a time
    region: str = ""  # default us-east-1
    endpoint: str = ""  # http://host:port or https://host; default Amazon's own, of the region
    url_style: str = (
        ""  # path: http://host/bucket; vhost: http://bucket.host; default path at an endpoint, else vhost
    )


@dataclass(frozen=True, slots=True)
class LakeAddress:
    """A DuckLake: a PostgreSQL database as its catalogue, Parquet files in a place that all who use it see."""

    catalogue: str  # as PostgreSQL's own programs take it: "host=db.example port=5432 dbname=news user=smewatch"
    data: str  # where the Parquet files are, the same for all: an absolute folder, or s3://bucket/prefix
    store: ObjectStore = ObjectStore()  # where data is in a bucket; no part of what is written

    def __str__(self) -> str:
        """As it is written in the setting."""
        return f"{_POSTGRES}{self.catalogue} data_path='{self.data}'"

    @property
    def is_in_store(self) -> bool:
        """Whether its files are in a bucket of an object store."""
        return self.data.startswith(_STORE)


Address = Path | LakeAddress


def parse_address(text: str) -> Address:
    """A lake if it begins with ducklake:, else a file.

    Example: ducklake:postgres:host=db.example dbname=news user=smewatch data_path=/srv/news
    Raises ValueError, for the person who wrote it, for a lake that lacks a part or holds a password.
    """
    if not text.startswith(_LAKE):
        return Path(text)
    if not text.startswith(_POSTGRES):
        raise ValueError(
            f"is no lake we know; write it like {_POSTGRES}host=... dbname=... user=... data_path=FOLDER"
        )
    if _PASSWORD.search(text):
        raise ValueError("must not hold the password, which would be shown and kept; put it into ~/.pgpass")
    data = _DATA.search(text)
    if data is None:
        raise ValueError("must say where the lake's files lie, such as data_path=/srv/news or s3://bucket/news")
    where = data["quoted"] or data["plain"]
    return LakeAddress(_DATA.sub(" ", text.removeprefix(_POSTGRES)).strip(), _place(where))


def _place(text: str) -> str:
    """Where a lake's files are, in the form in which we keep it."""
    if text.startswith(_STORE):
        if not _IN_STORE.fullmatch(text):
            raise ValueError(
                "must name a place in a bucket as s3://bucket/prefix, of letters, digits and . _ = - alone; keys are "
                "settings of their own (SMEWATCH_S3_..., or AWS_ACCESS_KEY_ID and its like)"
            )
        return text.rstrip("/")
    if "://" in text or not Path(text).is_absolute():
        raise ValueError("must name as data_path an absolute folder, which all who use the lake see, or s3://bucket")
    return str(Path(text))


def is_there(address: Address) -> bool:
    """False if nothing was ever stored there. Whether a lake is there, opening it tells."""
    return not isinstance(address, Path) or address.exists()
