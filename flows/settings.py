"""The knobs. One object, read once at the edge; nothing below the flows reads the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tomllib import TOMLDecodeError
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

PREFIX = "SMEWATCH_"
FILE = "smewatch.toml"


class SettingsError(Exception):
    """A knob holds a value that cannot be used. The message names the knob, the value and what is wanted."""


class Settings(BaseSettings):
    """Every knob of smewatch, with its unit.

    `SMEWATCH_<NAME>` in the environment beats `smewatch.toml` in the current folder, which beats the default.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid", toml_file=FILE)

    data_dir: Path = Field(
        Path("var"), description="Folder for everything a run makes: warehouse, models, digests, Prefect."
    )
    feeds_file: Path | None = Field(None, description="Catalogue of feeds, CSV or OPML; empty: the one in seeds/.")
    zone: str = Field("UTC", description="Time zone of the weekly digest and its schedule, e.g. Europe/Berlin.")
    contact: str = Field(
        "", description="Mail address or page put into the user agent, so that publishers can reach you."
    )

    feeds_per_batch: int = Field(25, ge=1, le=1000, description="Feeds that are polled, read and stored together.")
    host_delay_s: float = Field(5.0, ge=0, description="Seconds between two requests for pages of one site.")
    pages_per_host: int = Field(2, ge=1, le=8, description="Pages of one site asked for at the same time.")
    connections: int = Field(32, ge=1, le=500, description="Connections open at the same time, all sites together.")
    connect_timeout_s: float = Field(5.0, gt=0, description="Seconds to wait for a connection.")
    read_timeout_s: float = Field(15.0, gt=0, description="Seconds to wait for the next bytes of an answer.")
    total_timeout_s: float = Field(
        45.0, gt=0, description="Seconds from first to last byte of one answer, redirects included."
    )
    max_feed_bytes: int = Field(8 * 2**20, ge=1024, description="Bytes of a feed we read, decoded.")
    max_page_bytes: int = Field(3 * 2**20, ge=1024, description="Bytes of a page we read, decoded.")
    feeds_obey_robots: bool = Field(
        True, description="Leave feeds alone whose robots.txt closes them to smewatch by name; pages always obey."
    )
    allow_private_addresses: bool = Field(
        False, description="Let feeds and links lead to loopback and private networks."
    )

    archive_pages: bool = Field(
        True, description="Keep every page as it came, in WARC files; `smewatch reextract` reads them."
    )
    archive_days: int = Field(90, ge=1, description="Days after which archived pages are deleted.")

    worker_processes: int = Field(
        default_factory=lambda: os.cpu_count() or 2,
        ge=1,
        le=256,
        description="Processes that read feeds and pages; default: one a core.",
    )
    worker_memory_bytes: int = Field(
        352 * 2**20, ge=2**27, description="Memory a worker process may take beyond its loaded libraries."
    )
    read_limit_s: float = Field(
        20.0, gt=0, description="Seconds a worker may spend on one feed or page before it is stopped."
    )

    warehouse_wait_s: float = Field(
        60.0, ge=0, description="Seconds to wait while another process holds the warehouse."
    )
    prefect_start_s: int = Field(90, ge=10, description="Seconds Prefect's own server may take to start.")
    ingest_cron: str = Field("7 * * * *", description="When `smewatch serve` collects, in the zone above.")
    digest_cron: str = Field(
        "0 6 * * 1", description="When `smewatch serve` writes the digest of the last full week."
    )

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("is no time zone; write it like Europe/Berlin or Asia/Tokyo")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then environment, then the file; no .env and no secrets folder."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @property
    def tz(self) -> ZoneInfo:
        """The zone as an object."""
        return ZoneInfo(self.zone)

    @property
    def warehouse(self) -> Path:
        """The one DuckDB file."""
        return self.data_dir / "warehouse.duckdb"

    @property
    def archive_dir(self) -> Path:
        """Archived pages, one WARC file a run, in folders by year and month."""
        return self.data_dir / "archive"

    @property
    def spool_dir(self) -> Path:
        """Batches that could not be stored because somebody held the warehouse."""
        return self.data_dir / "spool"

    @property
    def models_dir(self) -> Path:
        """Model folders, one a model, named by its id."""
        return self.data_dir / "models"

    @property
    def digests_dir(self) -> Path:
        """Written digests, one HTML page and one text a week."""
        return self.data_dir / "digests"

    @property
    def user_agent(self) -> str:
        """How we introduce ourselves to publishers."""
        return f"smewatch/0.1 (+{self.contact})" if self.contact else "smewatch/0.1"


@dataclass(frozen=True, slots=True)
class Knob:
    """One setting as it stands, for `smewatch config`."""

    name: str
    value: str
    origin: str  # "default", "environment" or "smewatch.toml"
    meaning: str


def load_settings(**given: Any) -> Settings:
    """The settings of this process. `given` values (command-line options) beat all else.

    Raises SettingsError in words for the person who set the knob.
    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as problem:
        raise SettingsError("; ".join(_in_words(error) for error in problem.errors())) from problem
    except TOMLDecodeError as problem:
        raise SettingsError(f"{FILE} is not TOML: {problem}.") from problem


# What a flow may be called with: settings, the plain form in which a schedule keeps them, or nothing.
Given = Settings | Mapping[str, Any] | None


def settings_of(given: Given) -> Settings:
    """The settings a flow was called with; without any, those of this process."""
    return given if isinstance(given, Settings) else load_settings(**(given or {}))


def _in_words(error: Any) -> str:
    knob = str(error["loc"][0]) if error["loc"] else "settings"
    return f"{PREFIX}{knob.upper()} = {error['input']!r}: {error['msg']}. See `smewatch config`."


def knobs(settings: Settings) -> list[Knob]:
    """Every setting with value and origin, in the order they are declared."""
    in_file = TomlConfigSettingsSource(Settings)()
    return [
        Knob(name, str(getattr(settings, name)), _origin(name, in_file), field.description or "")
        for name, field in Settings.model_fields.items()
    ]


def _origin(name: str, in_file: dict[str, Any]) -> str:
    if (PREFIX + name).upper() in {key.upper() for key in os.environ}:
        return "environment"
    return FILE if name in in_file else "default"
