"""Pages as they came, kept beside the warehouse: one WARC file a run, a gzip member a page.

    fetch_page -> Archive.keep -> extract_article -> store        archived_pages -> read_archived -> extract_article

What is kept is the body without its transfer and content codings; the HTTP head around it is rebuilt from what we
remember of it, and every file says so in its first record. A run that is killed leaves at most one broken record, the
last one: readers pass it over.
"""

import asyncio
import io
import logging
import os
import re
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self
from urllib.parse import quote

from isal import isal_zlib
from warcio.recordloader import ArcWarcRecordLoader  # type: ignore[import-untyped]
from warcio.statusandheaders import StatusAndHeaders  # type: ignore[import-untyped]
from warcio.warcwriter import WARCWriter  # type: ignore[import-untyped]

from flows.steps.web.fetching import Page

_ASKED = "Smewatch-Asked-URI"  # WARC lets a record carry fields of our own; the target is the address that answered
_ABOUT = {
    "software": "smewatch",
    "format": "WARC file version 1.1",
    "conformsTo": "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
    "description": "Bodies are stored decoded from their transfer and content codings; HTTP heads are not those "
    "received but rebuilt from status, media type, charset and length.",
}
_RUN_ID = re.compile(r"(?P<begun>\d{8}T\d{6}Z)-[0-9a-f]+")
# warcio packs with zlib at level 9: 5.7 ms for a page of 250 KB, half of what its extraction takes. This is ISA-L's
# highest level: 0.6 ms, and files a tenth larger. zlib at level 4 takes 1.9 ms and leaves them a twentieth larger.
_GZIP_LEVEL = 3
_GZIP_WBITS = 31  # what makes zlib write gzip
_MAX_RECORD_BYTES = 64 * 2**20  # far above any page we fetch; a file that was tampered with shall not fill the memory
_CHUNK_BYTES = 2**18
_MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,80}/[a-z0-9!#$&^_.+-]{1,80}")
_CHARSET = re.compile(r"[A-Za-z0-9_.:+-]{1,40}")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Archived:
    """Where a page lies, and what its record says of it."""

    file: Path
    offset: int  # of its gzip member, in bytes
    url: str  # the address asked
    fetched_at: datetime


class BrokenRecord(Exception):
    """A record that is cut off, or not what it was when it was written. `.file` and `.offset` say where."""

    def __init__(self, file: Path, offset: int, reason: str) -> None:
        super().__init__(file, offset, reason)  # so that it can be pickled
        self.file, self.offset, self.reason = file, offset, reason

    def __str__(self) -> str:
        return f"{self.file.name}, record at byte {self.offset}: {self.reason}"


def archive_file(folder: Path, run_id: str) -> Path:
    """Where a run keeps its pages: YYYY/MM/RUN_ID.warc.gz, by the time its id begins with.

    Raises ValueError for a text that is no run id: nothing scraped ever becomes a path.
    """
    match = _RUN_ID.fullmatch(run_id)
    if match is None:
        raise ValueError(f"{run_id!r} is no run id")
    return folder / run_id[:4] / run_id[4:6] / f"{run_id}.warc.gz"


# --- Writing --------------------------------------------------------------------------------------------------------


class Archive:
    """The archive file of one run, made with its first page. Pages are written one after the other, in a thread.

    A second thread hands them to the disk, which takes seconds for a hundred megabytes: nobody's page waits for that.

    Losing the archive is no reason to lose articles: if a page cannot be written (a full disk), that is logged, the
    file is cut back to its last whole record, and `problem` says why the rest of the run is not archived.
    """

    def __init__(self, file: Path) -> None:
        """Nothing is opened yet. The file must not exist: a run has its own."""
        self.file = file
        self.problem: str | None = None
        self.n_pages = 0
        self._out: BinaryIO | None = None
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="archive")
        self._syncer = ThreadPoolExecutor(1, thread_name_prefix="archive-sync")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    async def keep(self, page: Page) -> None:
        """Write a page down. When this returns, a kill of this process no longer takes it away."""
        await self._in(self._writer, lambda: self._append(page))

    def add(self, piece: bytes, n_pages: int) -> None:
        """Write down what the archive of another machine holds: a whole file, of `n_pages` pages. It is safe then."""
        self._guarded(lambda: self._append_piece(piece, n_pages))

    async def sync(self) -> None:
        """Hand all that was written to the disk: then a power failure does not take it away either."""
        await self._in(self._syncer, self._sync)

    def close(self) -> None:
        """Finish the file. May be called again."""
        self._writer.shutdown()
        self._syncer.shutdown()
        if self._out is not None:
            self._guarded(self._sync)
            self._out.close()
            self._out = None

    async def _in(self, thread: ThreadPoolExecutor, work: Callable[[], None]) -> None:
        if self.problem is None:
            await asyncio.get_running_loop().run_in_executor(thread, self._guarded, work)

    def _guarded(self, work: Callable[[], None]) -> None:
        if self.problem is not None:
            return
        try:
            work()
        except OSError as problem:
            self.problem = f"{problem.strerror or problem} ({self.file})"
            log.error("pages of this run are no longer archived: %s", self.problem)

    def _append(self, page: Page) -> None:
        if self._out is None:
            self._out = self._begun()
        _write_whole(self._out, _member(lambda writer: page_record(writer, page)))
        self.n_pages += 1

    def _append_piece(self, piece: bytes, n_pages: int) -> None:
        if self._out is None:
            self._out = self._begun()
        _write_whole(self._out, piece)  # members of gzip stand behind each other, each with its own about-record
        self.n_pages += n_pages
        self._sync()

    def _begun(self) -> BinaryIO:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        # Unbuffered: what write() has returned from is the kernel's, and survives our death.
        out = self.file.open("xb", buffering=0)
        _write_whole(out, _member(lambda writer: writer.create_warcinfo_record(self.file.name, _ABOUT)))
        return out

    def _sync(self) -> None:
        if self._out is not None:
            os.fsync(self._out.fileno())


def _member(make: Callable[[WARCWriter], Any]) -> bytes:
    """A record, compressed before anything is written, so that a kill seldom meets half a record in the file."""
    record = io.BytesIO()
    writer = WARCWriter(record, gzip=False, warc_version="1.1")
    writer.write_record(make(writer))
    return isal_zlib.compress(record.getbuffer(), _GZIP_LEVEL, _GZIP_WBITS)


def _write_whole(out: BinaryIO, members: bytes) -> None:
    """Append members of gzip, or, if that fails, leave the file as it was."""
    begin = out.seek(0, os.SEEK_END)
    try:
        left = memoryview(members)
        while left:
            left = left[out.write(left) :]
    except OSError:
        out.truncate(begin)
        raise


def page_record(writer: WARCWriter, page: Page) -> Any:
    """A page as a WARC response record: the body as we have it, under a head that is true of that body."""
    kind = _content_type(page)
    head = StatusAndHeaders(
        _status_line(page.status),
        [*([("Content-Type", kind)] if kind else []), ("Content-Length", str(len(page.body)))],
        protocol="HTTP/1.1",
    )
    fields = {"WARC-Date": _written(page.fetched_at), _ASKED: safe_uri(page.url)}
    return writer.create_warc_record(
        safe_uri(page.final_url),
        "response",
        payload=io.BytesIO(page.body),
        length=len(page.body),
        http_headers=head,
        warc_headers_dict=fields,
    )


def safe_uri(url: str) -> str:
    """The address as it may stand in a header: printable ASCII without spaces, all else percent-encoded."""
    return quote(url, safe="%/:=&?~#+!$,;'@()*[]", errors="replace")


def _status_line(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _content_type(page: Page) -> str:
    """As the header would say it; "" where the server named none, or none that could stand in a header."""
    kind = page.content_type if _MEDIA_TYPE.fullmatch(page.content_type) else ""
    return f"{kind}; charset={page.charset}" if page.charset and _CHARSET.fullmatch(page.charset) else kind


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


# --- Reading --------------------------------------------------------------------------------------------------------


def archived_pages(
    folder: Path, since: datetime | None, on_broken: Callable[[BrokenRecord], None]
) -> Iterator[Archived]:
    """Every page kept in a folder (fetched at `since` or later; null: any time), the oldest run first.

    A record that is cut off or damaged is told to `on_broken`, and what follows it in its file is not read.
    """
    for file in archive_files(folder):
        try:
            for offset, record in _records(file):
                found = _found(file, offset, record) if record.rec_type == "response" else None
                if found and (since is None or found.fetched_at >= since):
                    yield found
        except BrokenRecord as broken:
            on_broken(broken)


def read_archived(found: Archived) -> Page:
    """The page of a record. Raises BrokenRecord, and OSError if the file is gone."""
    for offset, record in _records(found.file, found.offset):
        return _page(found, offset, record)
    raise BrokenRecord(found.file, found.offset, "nothing is there")


def archive_files(folder: Path) -> list[Path]:
    """The archive files of a folder, the oldest run first. What is not named as we name it is left out."""
    found = folder.glob("[0-9][0-9][0-9][0-9]/[0-9][0-9]/*.warc.gz")
    return sorted((file for file in found if _begun(file)), key=lambda file: file.name)


def prune_archive(folder: Path, before: datetime) -> int:
    """Delete the files of runs that began before a moment, and the months this leaves empty; how many files went."""
    old = [file for file in archive_files(folder) if (begun := _begun(file)) and begun < before]
    for file in old:
        file.unlink(missing_ok=True)
    for month in {file.parent for file in old}:
        for emptied in (month, month.parent):
            if not any(emptied.iterdir()):
                emptied.rmdir()
    return len(old)


def _begun(file: Path) -> datetime | None:
    """When the run of an archive file began, by its name; null if the name is not one of ours."""
    match = _RUN_ID.fullmatch(file.name.removesuffix(".warc.gz"))
    try:
        return datetime.strptime(match["begun"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) if match else None
    except ValueError:  # the 31st of February
        return None


def _records(file: Path, offset: int = 0) -> Iterator[tuple[int, Any]]:
    """Offset and WARC record of each gzip member from `offset` on. Raises BrokenRecord at the first broken one."""
    loader = ArcWarcRecordLoader()
    with file.open("rb") as opened:
        opened.seek(offset)
        for begin, member in _members(file, opened):
            try:
                yield begin, loader.parse_record_stream(io.BytesIO(member), known_format="warc")
            except Exception as problem:  # warcio raises whatever its parsers stumble over
                raise BrokenRecord(file, begin, f"no WARC record: {problem!r}") from problem


def _members(file: Path, opened: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Offset and content of each gzip member. A member is given whole or not at all; its checksum is verified.

    We split the file, not warcio: of a member that is cut off it gives the beginning, and no sign that this is all.
    """
    begin, rest = opened.tell(), b""
    while data := rest or opened.read(_CHUNK_BYTES):
        unpacking, content = zlib.decompressobj(wbits=_GZIP_WBITS), bytearray()
        try:
            while data:
                content += unpacking.decompress(data, _MAX_RECORD_BYTES - len(content) + 1)
                if unpacking.eof or len(content) > _MAX_RECORD_BYTES:
                    break
                data = opened.read(_CHUNK_BYTES)
        except zlib.error as problem:
            raise BrokenRecord(file, begin, str(problem)) from problem
        if not unpacking.eof:
            raise BrokenRecord(file, begin, "cut off" if not data else "too large")
        yield begin, bytes(content)
        rest = unpacking.unused_data
        begin = opened.tell() - len(rest)


def _found(file: Path, offset: int, record: Any) -> Archived:
    fields = record.rec_headers
    return Archived(file, offset, fields.get_header(_ASKED), datetime.fromisoformat(fields.get_header("WARC-Date")))


def _page(found: Archived, offset: int, record: Any) -> Page:
    body = record.raw_stream.read()
    kind, _, parameter = record.http_headers.get_header("Content-Type", "").partition("; charset=")
    return Page(
        url=found.url,
        final_url=record.rec_headers.get_header("WARC-Target-URI"),
        status=int(record.http_headers.get_statuscode()),
        body=body,
        content_type=kind,
        charset=parameter or None,
        wire_bytes=0,  # not kept
        fetched_at=found.fetched_at,
    )
