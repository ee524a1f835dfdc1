"""The knobs. One object, read once at the edge; nothing below the flows reads the environment."""

import os
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tomllib import TOMLDecodeError
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, available_timezones, reset_tzpath

from pydantic import (
    AfterValidator,
    Field,
    PlainSerializer,
    PlainValidator,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from flows.refusals import in_words
from flows.s3_settings import ToldToAll, endpoint, store_of
from flows.service import crons
from warehouse.addresses import Address, LakeAddress, parse_address
from warehouse.errors import NeedsAFile

# Zones are those of our lock. A machine's own may be a year older than DuckDB's: eleven of Debian 12's were an hour
# off in the winter of 2026, and a digest of Vancouver with an article in that hour contradicted its own counts.
reset_tzpath(to=())

PREFIX = "SMEWATCH_"
FILE = "smewatch.toml"
# Plain addresses only: what RFC 5321 allows beyond them, servers refuse and mail programs mangle.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", re.ASCII)
_LIST_ID = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", re.ASCII)
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_WEB = re.compile(r"https?://[!-;=?-~]+")
_NO_WEB = "must begin with https:// or http:// and hold no blanks"


def _address(value: object, info: ValidationInfo) -> Address:
    address = value if isinstance(value, Path | LakeAddress) else parse_address(str(value))
    return replace(address, store=store_of(info.data)) if isinstance(address, LakeAddress) else address


class SettingsError(Exception):
    """A knob holds a value that cannot be used. The message names the knob, the value and what is wanted."""


class Settings(BaseSettings):
    """Every knob of smewatch, with its unit.

    `SMEWATCH_<NAME>` in the environment beats `smewatch.toml` in the current folder, which beats the default.
    """

    # Inputs are hidden from tracebacks too: any of them may be a password.
    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="forbid", toml_file=FILE, hide_input_in_errors=True
    )

    data_dir: Path = Field(
        Path("var"), description="Folder for everything a run makes: warehouse, models, digests, Prefect."
    )
    # Before the warehouse, whose address takes them along. The keys are left out of every dump, as all secrets are.
    s3_key_id: SecretStr = Field(
        SecretStr(""), exclude=True, description="Id of the key to a lake's bucket (or AWS_ACCESS_KEY_ID)."
    )
    s3_secret: SecretStr = Field(
        SecretStr(""), exclude=True, description="The secret of that key (or AWS_SECRET_ACCESS_KEY); never shown."
    )
    s3_session_token: SecretStr = Field(
        SecretStr(""), exclude=True, description="Of keys lent for a time (or AWS_SESSION_TOKEN); never shown."
    )
    s3_region: str = Field("", description="Region of a lake's bucket (or AWS_REGION); empty: us-east-1.")
    s3_endpoint: Annotated[str, AfterValidator(endpoint)] = Field(
        "",
        description="Where the object store listens, if it is not Amazon's, as https://s3.example.org "
        "(or AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL); http:// is not encrypted.",
    )
    s3_url_style: Literal["", "path", "vhost"] = Field(
        "",
        description="Where the bucket stands: path, behind the host; vhost, before it; empty: path at an endpoint.",
    )
    warehouse: Annotated[Address, PlainValidator(_address), PlainSerializer(str)] = Field(
        default_factory=lambda given: given["data_dir"] / "warehouse.duckdb",
        description="Where the warehouse is: a file, or a lake of several machines, as ducklake:postgres:host=db "
        "dbname=news user=smewatch data_path=/srv/news (or s3://bucket/news); "
        "default: warehouse.duckdb in the data folder.",
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
    obey_reservations: bool = Field(
        False,
        description="Leave pages alone whose publisher reserves them against machine learning or data mining. "
        "What publishers say is kept either way, in raw.reservations.",
    )
    allow_private_addresses: bool = Field(
        False, description="Let feeds and links lead to loopback and private networks."
    )

    archive_pages: bool = Field(
        True, description="Keep every page as it came, in WARC files; `smewatch reextract` reads them."
    )
    archive_days: int = Field(90, ge=1, description="Days after which archived pages are deleted.")
    text_months: int | None = Field(
        None,
        ge=3,
        description="Months after which whole texts are dropped; scores, titles and hashes stay. Empty: never.",
    )

    worker_processes: int = Field(
        default_factory=lambda: os.cpu_count() or 2,
        ge=1,
        le=256,
        description="Processes that read feeds and pages; default: one a core. One more to every eight judges.",
    )
    worker_memory_bytes: int = Field(
        320 * 2**20, ge=2**27, description="Memory a worker process may take beyond its loaded libraries."
    )
    read_limit_s: float = Field(
        20.0, gt=0, description="Seconds a worker may spend on one feed or page before it is stopped."
    )

    task_runner: Literal["local", "dask"] = Field(
        "local",
        description="Where feeds and pages are read: local, in processes of this machine; dask, on a cluster.",
    )
    cluster_address: str = Field("", description="Address of Dask's scheduler, e.g. tcp://10.0.0.1:8786.")
    cluster_wait_s: float = Field(
        60.0, gt=0, description="Seconds for which a cluster may have no worker before a run gives it up."
    )
    pages_per_errand: int = Field(
        100, ge=1, le=10_000, description="Pages that a worker of a cluster reads at a go; one site is never divided."
    )

    warehouse_wait_s: float = Field(
        60.0, ge=0, description="Seconds to wait while another process holds the warehouse."
    )
    prefect_start_s: int = Field(90, ge=10, description="Seconds Prefect's own server may take to start.")
    prefect_port: int = Field(
        0,
        ge=0,
        le=65535,
        description="Loopback port for connections to the server of `smewatch serve`; 0: a free one, then that.",
    )
    prefect_days: int = Field(30, ge=1, description="Days after which Prefect's own records of runs are deleted.")
    ingest_cron: str = Field("7 * * * *", description="When `smewatch serve` collects, in the zone above.")
    digest_cron: str = Field(
        "0 6 * * 1", description="When `smewatch serve` writes the digest of the last full week."
    )
    # Not between midnight and four: clocks change then, and a run may come twice or not at all.
    maintenance_cron: str = Field("30 4 * * *", description="When `smewatch serve` deletes what is past its time.")
    train_cron: str = Field("0 5 1 * *", description="When `smewatch serve` tries whether a new model is better.")

    log_json: bool = Field(False, description="Log one JSON object a line, with the run's id on each.")
    alert_recipients: str = Field("", description="Addresses that alerts are mailed to, parted by commas.")
    # Left out of every dump, as the password is: whoever knows the address can write there.
    alert_webhook: SecretStr = Field(
        SecretStr(""), exclude=True, description="Address that alerts are posted to as JSON; never shown."
    )
    alert_ping: SecretStr = Field(
        SecretStr(""), exclude=True, description="Address asked after each good look: a switch for when all is dead."
    )
    alert_minutes: float = Field(5.0, gt=0, description="Minutes between two looks of `smewatch serve` after itself.")
    alert_silence_h: float = Field(6.0, gt=0, description="Hours without a good run before an alert.")
    alert_digest_late_h: float = Field(3.0, gt=0, description="Hours a digest may be late before an alert.")
    alert_failed_share: float = Field(
        0.5, gt=0, le=1, description="Share of a day's polls of feeds that may fail before an alert."
    )
    alert_lost_share: float = Field(
        0.6,
        gt=0,
        le=1,
        description="Share of a day's new entries of all feeds that lead to no article before an alert.",
    )
    alert_drift_psi: float = Field(
        0.25,
        gt=0,
        description="Drift of scores (PSI) of 7 days against the 56 days before, from which an alert is due.",
    )
    alert_spooled: int = Field(20, ge=1, description="Batches of feeds that wait in the spool before an alert.")
    alert_disk_bytes: int = Field(2 * 2**30, ge=0, description="Free bytes under which the disk counts as low.")
    alert_group_days: float = Field(2.0, gt=0, description="Days a country's feeds may be silent, if seldom.")

    smtp_host: str = Field("", description="Mail server that digests and alerts are sent through; empty: no mail.")
    smtp_port: int = Field(
        587, ge=1, le=65535, description="Port for connections to the mail server: 587 with starttls, 465 with tls."
    )
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="How the connection is encrypted; none only without a password, or on this machine."
    )
    smtp_user: str = Field("", description="Name to log in with; empty: no login.")
    # Left out of every dump: schedules keep their settings in Prefect's database, and that is no place for a secret.
    smtp_password: SecretStr = Field(SecretStr(""), exclude=True, description="Password to log in with; never shown.")
    smtp_timeout_s: float = Field(30.0, gt=0, description="Seconds to wait for each answer of the mail server.")
    mail_sender: str = Field("", description="Address that digests and alerts come from.")
    mail_recipients: str = Field("", description="Addresses the digest is mailed to, parted by commas.")
    mail_list_id: str = Field(
        "",
        description="Name of the mailing list, as mail programs sort by; empty: smewatch. and the sender's domain.",
    )
    mail_unsubscribe: str = Field(
        "", description="mailto: or https: address that takes a reader off the list; empty: a mail to the sender."
    )
    site_url: str = Field(
        "", description="Where you publish the folder of digests, if you do; links in mail and Atom."
    )

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("is no time zone; write it like Europe/Berlin or Asia/Tokyo")
        return value

    @field_validator("ingest_cron", "digest_cron", "maintenance_cron", "train_cron")
    @classmethod
    def _cron_line(cls, value: str) -> str:
        return crons.checked(value)

    @field_validator("mail_sender", "mail_recipients", "alert_recipients")
    @classmethod
    def _addresses(cls, value: str) -> str:
        for address in addresses_in(value):
            if not _ADDRESS.fullmatch(address):
                raise ValueError(f"{address!r} is no mail address; write it like name@example.org")
        return value

    @field_validator("mail_list_id")
    @classmethod
    def _list_id(cls, value: str) -> str:
        if value and not _LIST_ID.fullmatch(value):
            raise ValueError("is no list id (RFC 2919); write it like digest.example.org")
        return value

    @field_validator("mail_unsubscribe")
    @classmethod
    def _unsubscribe(cls, value: str) -> str:
        if value and not re.fullmatch(r"(mailto:|https://)[!-;=?-~]+", value):
            raise ValueError("must begin with mailto: or https:// and hold no blanks")
        return value

    @field_validator("site_url")
    @classmethod
    def _site(cls, value: str) -> str:
        if value and not _WEB.fullmatch(value):
            raise ValueError(_NO_WEB)
        return value if not value or value.endswith("/") else value + "/"

    @field_validator("alert_webhook", "alert_ping")
    @classmethod
    def _can_be_asked(cls, value: SecretStr) -> SecretStr:
        if value and not _WEB.fullmatch(value.get_secret_value()):
            raise ValueError(_NO_WEB)
        return value

    @model_validator(mode="after")
    def _mail_can_be_sent(self) -> Self:
        if self.smtp_host and not self.mail_sender:
            raise ValueError("smtp_host is set, and mail_sender is not: mail needs a sender")
        is_open = self.smtp_security == "none" and self.smtp_host not in _LOOPBACK
        if is_open and self.smtp_password.get_secret_value():
            raise ValueError("smtp_security = none would send smtp_password in the clear to another machine")
        return self

    @model_validator(mode="after")
    def _cluster_can_be_found(self) -> Self:
        if self.task_runner != "local" and not self.cluster_address:
            raise ValueError(f"task_runner is {self.task_runner}, and cluster_address is not set")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, environment, the file, then what all programs are told of S3; no .env and no secrets folder."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls), ToldToAll(settings_cls)

    @property
    def tz(self) -> ZoneInfo:
        """The zone as an object."""
        return ZoneInfo(self.zone)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """As pydantic's. A copy with another data folder has its warehouse there, unless a setting names it."""
        changes = dict(update or {})
        if "data_dir" in changes and "warehouse" not in self.model_fields_set:
            changes.setdefault("warehouse", changes["data_dir"] / "warehouse.duckdb")
        return super().model_copy(update=changes, deep=deep)

    def everywhere(self) -> Self:
        """A copy that means the same in any working folder: its paths are absolute."""
        paths = {
            "data_dir": self.data_dir.resolve(),
            "feeds_file": self.feeds_file and self.feeds_file.resolve(),
            "warehouse": self.warehouse.resolve() if isinstance(self.warehouse, Path) else self.warehouse,
        }
        return self.model_copy(update=paths)

    @property
    def warehouse_file(self) -> Path:
        """The one DuckDB file. Raises NeedsAFile where the warehouse is a lake."""
        if not isinstance(self.warehouse, Path):
            raise NeedsAFile(self.warehouse)
        return self.warehouse

    @property
    def archive_dir(self) -> Path:
        """Archived pages, one WARC file a run, in folders by year and month."""
        return self.data_dir / "archive"

    @property
    def spool_dir(self) -> Path:
        """Batches that could not be stored because somebody held the warehouse."""
        return self.data_dir / "spool"

    @property
    def search_file(self) -> Path:
        """The index of `smewatch search`; it can be deleted, and is made again."""
        return self.data_dir / "search.sqlite"

    @property
    def models_dir(self) -> Path:
        """Model folders, one a model, named by its id."""
        return self.data_dir / "models"

    @property
    def digests_dir(self) -> Path:
        """Written digests, one HTML page and one text a week."""
        return self.data_dir / "digests"

    @property
    def recipients(self) -> tuple[str, ...]:
        """Whom the digest is mailed to, each address once."""
        return tuple(dict.fromkeys(addresses_in(self.mail_recipients)))

    @property
    def user_agent(self) -> str:
        """How we introduce ourselves to publishers."""
        return f"smewatch/0.1 (+{self.contact})" if self.contact else "smewatch/0.1"


def addresses_in(text: str) -> list[str]:
    """The addresses of a list parted by commas or blanks."""
    return [part for part in re.split(r"[,;\s]+", text) if part]


def load_settings(**given: Any) -> Settings:
    """The settings of this process. `given` values (command-line options) beat all else.

    Raises SettingsError in words for the person who set the knob.
    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as problem:
        refused = (in_words(error, Settings.model_fields, PREFIX) for error in problem.errors())
        raise SettingsError("; ".join(refused)) from problem
    except TOMLDecodeError as problem:
        raise SettingsError(f"{FILE} is not TOML: {problem}.") from problem


# What a flow may be called with: settings, the plain form in which a schedule keeps them, or nothing.
Given = Settings | Mapping[str, Any] | None


def settings_of(given: Given) -> Settings:
    """The settings a flow was called with; without any, those of this process."""
    return given if isinstance(given, Settings) else load_settings(**(given or {}))
