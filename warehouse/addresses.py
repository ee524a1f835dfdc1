"""Where a warehouse is: a file, or a lake that several machines share. As people write it, and as we open it."""

import re
from dataclasses import dataclass
from pathlib import Path

_LAKE = "ducklake:"
_POSTGRES = "ducklake:postgres:"
_DATA = re.compile(r"\s*\bdata_path=('(?P<quoted>[^']+)'|(?P<plain>[^\s']+))\s*")
_PASSWORD = re.compile(r"\bpassword\s*=")


@dataclass(frozen=True, slots=True)
class LakeAddress:
    """A DuckLake: a PostgreSQL database as its catalogue, Parquet files in a folder that all who use it see."""

    catalogue: str  # as PostgreSQL's own programs take it: "host=db.example port=5432 dbname=news user=smewatch"
    data: str  # the folder of the Parquet files, absolute; the same for all who use the lake

    def __str__(self) -> str:
        """As it is written in the setting."""
        return f"{_POSTGRES}{self.catalogue} data_path='{self.data}'"


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
        raise ValueError("must say where the lake's files lie, such as data_path=/srv/news")
    folder = Path(data["quoted"] or data["plain"])
    if "://" in str(data[0]) or not folder.is_absolute():
        raise ValueError("must name an absolute folder as data_path, which all who use the lake see")
    return LakeAddress(_DATA.sub(" ", text.removeprefix(_POSTGRES)).strip(), str(folder))


def is_there(address: Address) -> bool:
    """False if nothing was ever stored there. Whether a lake is there, opening it tells."""
    return not isinstance(address, Path) or address.exists()
