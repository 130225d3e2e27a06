"""A saved copy of a portal (a page, or a zip of pages) becomes an archive as a crawl would have left it.

No network is used. What the copy does not hold was not seen: it is never a broken link, and as long as anything of the
portal is missing, nothing counts as absent (StoppedBy.SAVED_COPY).

A zip is one of two things. A *mirror* (HTTrack, wget) has an index page; a file's address is its place. Else it holds
pages that a browser saved one by one; each says its address itself ("saved from url", canonical, og:url, base).
"""

from __future__ import annotations

import email
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from urllib.parse import quote

from selectolax.lexbor import LexborHTMLParser

from auditor.archive import ArchiveWriter, archive_name, now
from auditor.config import Config
from auditor.links import Link, extract_links
from auditor.model import Capture, CrawlEnd, Status, StoppedBy, Unit
from auditor.urls import DOCUMENT_EXTENSIONS, FILE_EXTENSIONS, Scope, absolute, extension, host_of, key, split
from auditor.website import read_address
from spiders.addresses import Terms, Worth, address_rules
from spiders.bodies import is_page, parse, script_redirect
from spiders.challenges import challenge_rules
from spiders.frontier import Frontier, Limits, Target

MAX_ZIP_BYTES = 500_000_000
MAX_MEMBERS = 5_000
_MAX_DIRECTORY = 8_000_000  # bytes of a zip's table of contents, which Python reads whole
_HEAD = 50_000  # bytes of a page in which its address is looked for
_MAX_LISTED = 2000
_PAGE_NAMES = frozenset("html htm xhtml shtml php asp aspx jsp".split())
_MHTML = frozenset({"mhtml", "mht"})
_INDEX = re.compile(r"(?:index|default|trang-chu|home)\.(?:x?html?|php|aspx?|jsp)\Z", re.I)
_PAGE_END = re.compile(r"\.(?:x?html?)\Z", re.I)
_SAVED_FROM = re.compile(rb"<!--\s*saved from url=\(\d+\)\s*(https?://[^\s<>\"']+)", re.I)
_MIRRORED_FROM = re.compile(rb"<!--\s*Mirrored from\s+([^\s<>\"']+)\s+by HTTrack", re.I)
_TOOL_PAGE = b"Local index - HTTrack"  # written by the copying program, not by the portal
_BROKEN = (zipfile.BadZipFile, NotImplementedError, zlib.error, EOFError, struct.error)
_DRIVE = re.compile(r"[A-Za-z]:")


class SavedCopyError(Exception):
    """A saved copy cannot be used; the message is Vietnamese."""


@dataclass(frozen=True, slots=True)
class SavedFile:
    """A file of the copy. `read(limit)` gives its first bytes; `address` is what the page itself calls its address.

    `sure`: the program that saved the page wrote the address down.
    """

    name: str
    read: Callable[[int], bytes]
    page: bool
    address: str | None = None
    sure: bool = False
    content_type: str = ""


@dataclass(frozen=True, slots=True)
class SavedCopy:
    """The files of a copy by the key of their addresses, each with the address that it has, where that is fixed."""

    home_url: str
    places: dict[str, tuple[SavedFile, str | None]]
    pages: int

    def find(self, url: str) -> tuple[SavedFile, str] | None:
        """The file that an address leads to and the address under which its own links are right; None without one."""
        found = self.places.get(key(url))
        if found is None:
            return None
        file, address = found
        if address is not None:
            return file, address
        path = url.partition("?")[0]
        if _INDEX.search(file.name) and not path.endswith("/") and not _INDEX.search(path):
            return file, f"{path}/"  # a server would send the visitor on to the folder
        return file, url


@contextmanager
def open_saved(path: Path, given: str | None) -> Iterator[SavedCopy]:
    """Opens a saved page, web archive (MHTML) or zip of them. `given` is the portal's address where a person named it.

    Raises SavedCopyError: no such file, not a copy, too large, with a password, of another portal, or without an
    address.
    """
    try:
        size = path.stat().st_size
        stream: IO[bytes] = path.open("rb")
    except OSError as error:
        raise SavedCopyError(f"--file {path}: không đọc được tệp này ({error.strerror}).") from error
    with stream:
        if size > MAX_ZIP_BYTES:
            raise SavedCopyError(f"--file {path.name}: tệp quá lớn (hơn {MAX_ZIP_BYTES // 1_000_000} MB).")
        if stream.read(4) == b"PK\x03\x04":
            with _opened_zip(stream, path.name) as archive:
                try:
                    files = list(_members(archive, path.name))
                except _BROKEN as error:
                    raise _broken(path.name, error) from error
                yield _copy_of(files, path.name, given)
        else:
            yield _copy_of(list(_single(path)), path.name, given)


# --- the files -------------------------------------------------------------------------------------------------------


def _single(path: Path) -> Iterator[SavedFile]:
    def read(limit: int) -> bytes:
        with path.open("rb") as stream:
            return stream.read(limit)

    yield from _file(path.name, read, single=True)


@contextmanager
def _opened_zip(stream: IO[bytes], name: str) -> Iterator[zipfile.ZipFile]:
    stream.seek(0, 2)
    stream.seek(max(0, stream.tell() - 65_557))
    tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    # Python reads the whole table of contents before anybody can ask how long it is.
    if at < 0 or len(tail) < at + 22 or struct.unpack("<I", tail[at + 12 : at + 16])[0] > _MAX_DIRECTORY:
        raise SavedCopyError(f"--file {name}: tệp zip hỏng hoặc có quá nhiều tệp bên trong.")
    try:
        archive = zipfile.ZipFile(stream)
    except _BROKEN as error:
        raise _broken(name, error) from error
    with archive:
        yield archive


def _broken(name: str, error: Exception) -> SavedCopyError:
    return SavedCopyError(f"--file {name}: tệp zip hỏng, hãy nén lại ({error}).")


def _members(archive: zipfile.ZipFile, zip_name: str) -> Iterator[SavedFile]:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > MAX_MEMBERS:
        raise SavedCopyError(f"--file {zip_name}: có hơn {MAX_MEMBERS} tệp bên trong; hãy bớt các tệp không cần.")
    for entry in entries:
        name = _member_name(entry)
        if entry.flag_bits & 1:
            raise SavedCopyError(f"--file {zip_name}: tệp zip có mật khẩu. Hãy nén lại không đặt mật khẩu.")
        if name.startswith("/") or _DRIVE.match(name) or ".." in name.split("/"):
            raise SavedCopyError(f"--file {zip_name}: tên tệp bên trong không hợp lệ («{name[:80]}»). Hãy nén lại.")

        def read(limit: int, entry: zipfile.ZipInfo = entry) -> bytes:
            with archive.open(entry) as stream:
                return stream.read(limit)

        yield from _file(name, read)


def _member_name(entry: zipfile.ZipInfo) -> str:
    """The name with "/" between folders; old programs write Vietnamese names without saying in which code."""
    name = entry.filename
    if not entry.flag_bits & 0x800:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return name.replace("\\", "/")


def _file(name: str, read: Callable[[int], bytes], *, single: bool = False) -> Iterator[SavedFile]:
    kind = extension(f"http://x/{quote(name.partition('?')[0])}") or name.rpartition(".")[2].lower()
    if kind in _MHTML:
        yield from _web_archive(name, read)
        return
    if not single and kind in FILE_EXTENSIONS:
        yield SavedFile(name, read, page=False)
        return
    head = read(_HEAD)
    if not is_page("text/html" if kind in _PAGE_NAMES else "", head):
        yield SavedFile(name, read, page=False)
    elif _TOOL_PAGE not in head:
        address, sure = _own_address(head)
        yield SavedFile(name, read, page=True, address=address, sure=sure, content_type="text/html")


def _own_address(head: bytes) -> tuple[str | None, bool]:
    """The address that a saved page names as its own, and whether the browser that saved it wrote it down."""
    match = _SAVED_FROM.search(head)
    if match:
        return _web(match[1].decode("utf-8", "replace")), True
    match = _MIRRORED_FROM.search(head)
    if match:
        return _web("http://" + match[1].decode("utf-8", "replace")), False
    tree = LexborHTMLParser(head)
    for selector, name in (
        ("link[rel=canonical]", "href"),
        ("meta[property='og:url']", "content"),
        ("base[href]", "href"),
    ):
        element = tree.css_first(selector)
        address = _web(element.attributes.get(name) or "") if element is not None else None
        if address:
            return address, False
    return None, False


def _web(text: str) -> str | None:
    """An absolute address of the web, None for anything else."""
    return absolute(text, text) if text.lower().startswith(("http://", "https://")) else None


def _web_archive(name: str, read: Callable[[int], bytes]) -> Iterator[SavedFile]:
    """The pages of a single-file web page (RFC 2557): the page and its frames."""
    message = email.message_from_bytes(read(MAX_ZIP_BYTES // 10))
    for part in message.walk():
        if part.get_content_type() != "text/html":
            continue
        payload = part.get_payload(decode=True)
        address = _web(str(part.get("Content-Location") or "").strip())
        if isinstance(payload, bytes) and address:
            charset = part.get_content_charset()
            yield SavedFile(
                name,
                lambda limit, body=payload: body[:limit],  # type: ignore[misc]
                page=True,
                address=address,
                sure=True,
                content_type=f"text/html; charset={charset}" if charset else "text/html",
            )


# --- their addresses -------------------------------------------------------------------------------------------------


def _copy_of(files: Sequence[SavedFile], name: str, given: str | None) -> SavedCopy:
    pages = [file for file in files if file.page]
    if not pages:
        raise SavedCopyError(
            f"--file {name}: không có trang web nào trong tệp này. Cần một trang lưu từ trình duyệt (.html, .mhtml) "
            "hoặc một tệp .zip chứa các trang đó."
        )
    home = _given_address(given)
    mirror = None if any(file.sure for file in pages) else _mirror_root(pages, home)
    if mirror is not None:
        return _mirror(files, pages, mirror, home, name)
    return _saved_one_by_one(pages, home, name)


def _given_address(given: str | None) -> str | None:
    if given is None:
        return None
    address = read_address(given)
    if address.url is None:
        raise SavedCopyError(f"{address.problem or f'«{given}» không phải địa chỉ web'}. Ví dụ: thcsvidu.hcm.edu.vn.")
    return absolute(address.url, address.url)


def _no_address(name: str) -> SavedCopyError:
    return SavedCopyError(
        f"--file {name}: không rõ đây là bản lưu của trang web nào. Hãy ghi thêm địa chỉ của trang chủ, ví dụ: "
        f"auditor check thcsvidu.hcm.edu.vn --file {name}"
    )


def _saved_one_by_one(pages: Sequence[SavedFile], home: str | None, name: str) -> SavedCopy:
    told = [file for file in pages if file.address]
    if home is None:
        landing = [file.address for file in told if file.address and Scope.of(file.address).path == "/"]
        if not landing:
            if told:
                raise SavedCopyError(
                    f"--file {name}: bản lưu không có trang chủ (chỉ có {told[0].address} …). Hãy lưu cả trang chủ, "
                    "hoặc ghi thêm địa chỉ của trang chủ."
                )
            raise _no_address(name)
        home = min(landing, key=lambda url: (len(url.rstrip("/")), url))
    scope = Scope.of(home)
    places: dict[str, tuple[SavedFile, str | None]] = {}
    for file in told:
        assert file.address is not None
        if scope.contains(file.address):
            places.setdefault(key(file.address), (file, file.address))
    if key(home) not in places:
        if len(pages) == 1 and not pages[0].address:
            places[key(home)] = (pages[0], home)
        elif not places and told:
            raise SavedCopyError(f"--file {name}: đây là bản lưu của {told[0].address}, không phải của {home}.")
        else:
            landing = [url for _, url in places.values() if url and Scope.of(url).path == "/"]
            if not landing:
                raise SavedCopyError(f"--file {name}: bản lưu không có trang chủ {home}. Hãy lưu cả trang chủ.")
            home = min(landing, key=lambda url: (len(url), url))
    return SavedCopy(home, places, len(pages))


def _mirror_root(pages: Sequence[SavedFile], home: str | None) -> str | None:
    """The folder ("" or "a/b/") whose index page is the portal's home page, None where there is none."""
    folders = [file.name.rpartition("/")[0] for file in pages if _INDEX.match(file.name.rpartition("/")[2])]
    folders = [f"{folder}/" if folder else "" for folder in folders]
    if home is not None:
        named = [folder for folder in folders if _host_of_folder(folder) == host_of(home)]
        folders = named or folders
    return min(folders, key=lambda folder: (folder.count("/"), folder), default=None)


def _host_of_folder(folder: str) -> str:
    """The host whose name a folder of a mirror bears, "" where it bears none."""
    for part in reversed(folder.split("/")):
        if part.count(".") >= 1 and (address := read_address(part).url):
            return host_of(address)
    return ""


def _mirror(
    files: Sequence[SavedFile], pages: Sequence[SavedFile], root: str, home: str | None, name: str
) -> SavedCopy:
    index = next(file for file in pages if file.name.startswith(root) and _INDEX.match(file.name.removeprefix(root)))
    if home is None:
        host = _host_of_folder(root)
        if index.address and (not host or host_of(index.address) == host):
            parts = split(index.address)
            home = f"{parts.scheme}://{parts.netloc}/" if parts else None
        elif host:
            home = f"http://{host}/"
    if home is None:
        raise _no_address(name)
    base = home[: home.rfind("/") + 1]
    inside = [(file, file.name.removeprefix(root)) for file in files if file.name.startswith(root)]
    places: dict[str, tuple[SavedFile, str | None]] = {key(home): (index, None)}
    for spellings in (_exact, _spellings):
        for file, place in inside:
            for spelling in spellings(place):
                places.setdefault(key(base + spelling), (file, None))
    for file, place in inside:
        if file.address:
            places.setdefault(key(file.address), (file, base + quote(place)))
    return SavedCopy(home, places, len(pages))


def _exact(place: str) -> Iterator[str]:
    yield quote(place)


def _spellings(place: str) -> Iterator[str]:
    """Under which other addresses a server would have given out a file of a mirror."""
    folder, _, last = place.rpartition("/")
    if _INDEX.match(last):
        yield quote(f"{folder}/" if folder else "")
    bare = _PAGE_END.sub("", place)
    if bare != place:
        yield quote(bare)
    for mark in "?@":  # wget writes the query into the name, with "@" on Windows
        path, found, query = place.partition(mark)
        if found and "=" in query:
            yield f"{quote(path)}?{query}"
            yield f"{quote(path)}?{_PAGE_END.sub('', query)}"


# --- the walk --------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Walk:
    """One walk through a copy, in the order in which a crawl would have read it."""

    copy: SavedCopy
    config: Config
    scope: Scope
    frontier: Frontier
    archive: ArchiveWriter
    missing: dict[str, None] = field(default_factory=dict)
    pages: int = 0
    attachments: int = 0
    length: int = 0

    def home(self) -> tuple[SavedFile, str]:
        """The home page behind the pages that only send a visitor on."""
        found = self.copy.find(self.copy.home_url)
        assert found is not None
        seen: set[str] = set()
        for _ in range(self.config.crawl.max_redirects):
            file, url = found
            seen.add(url)
            body = file.read(self.config.crawl.max_page_bytes)
            tree, encoding = parse(body, file.content_type)
            target = extract_links(tree, url, encoding=encoding).refresh or absolute(script_redirect(tree) or "", url)
            onward = self.copy.find(target) if target else None
            if onward is None or onward[1] in seen:
                break
            self._write(file, url, body, "redirect", None)
            found = onward
        return found

    def page(self, file: SavedFile, url: str, target: Target | None) -> str | None:
        """Stores what an address leads to and hands its links to the frontier; "page", "attachment" or None."""
        crawl = self.config.crawl
        limit = crawl.max_page_bytes if file.page else crawl.max_file_bytes
        body = file.read(limit + 1)
        if not is_page(file.content_type, body):
            self._write(file, url, body, "attachment", target, limit)
            self.attachments += 1
            return "attachment"
        stands_in = challenge_rules().recognise((), body[:limit])
        if stands_in is not None and (target is None or stands_in.kind == "flood"):
            self.missing[url] = None  # whoever saved it was shown this in place of the page
            return None
        self._write(file, url, body, "page", target, limit)
        self.pages += 1
        depth = target.depth if target else 0
        tree, encoding = parse(body[:limit], file.content_type)
        found = extract_links(tree, url, encoding=encoding, limit=crawl.max_links_per_page)
        if found.refresh and self._held(found.refresh):
            self.frontier.add_refresh(found.refresh, via=url, depth=depth)
        self.frontier.add_links(self._links(found.links), via=url, depth=depth, home=target is None)
        return "page"

    def _links(self, links: Iterable[Link]) -> Iterator[Link]:
        for link in links:
            if link.url and link.source != "form" and self._held(link.url):
                yield link

    def _held(self, url: str) -> bool:
        """Whether the copy holds an address; one that a crawl would have read and that it lacks is noted."""
        if self.copy.find(url) is not None:
            return True
        kind = extension(url)
        if (
            self.scope.contains(url)
            and (kind not in FILE_EXTENSIONS or kind in DOCUMENT_EXTENSIONS)
            and address_rules().worth(url) is not Worth.NEVER
        ):
            self.missing[url] = None
        return False

    def _write(
        self, file: SavedFile, url: str, body: bytes, role: str, target: Target | None, limit: int | None = None
    ) -> None:
        kept = body if limit is None else body[:limit]
        self.length += len(kept)
        self.archive.exchange(
            Capture(
                url=url,
                status=200,
                headers=(("content-type", file.content_type),) if file.content_type else (),
                body=kept,
                fetched_at=now(),
                role=role,
                depth=target.depth if target else 0,
                via=target.via if target else None,
                home=target is None and role == "page",
                truncated=len(body) > len(kept),
            )
        )


def archive_saved(
    copy: SavedCopy, unit: Unit, config: Config, archive_dir: Path, vocabulary_terms: Sequence[str]
) -> Path:
    """Writes the archive of a unit from its saved copy and gives its path. Raises OSError, SavedCopyError."""
    crawl = config.crawl
    archive_dir.mkdir(parents=True, exist_ok=True)
    path = archive_dir / archive_name(unit.id)
    started = now()
    scope = Scope.of(copy.home_url)
    limits = Limits(crawl.max_pages, crawl.max_attachments, crawl.max_depth)
    archive = ArchiveWriter(path, unit, {"crawler": "saved copy"})
    try:
        frontier = Frontier(scope, limits, Terms(vocabulary_terms), address_rules())
        walk = _Walk(copy, config, scope, frontier, archive)
        file, home = walk.home()
        frontier.mark_seen(home)
        frontier.mark_seen(copy.home_url)
        stopped_by: StoppedBy | None = None if walk.page(file, home, None) else StoppedBy.BLOCKED
        frontier.pages += 1
        while stopped_by is None and (target := frontier.next()) is not None:
            found = copy.find(target.url)
            frontier.settle(target, walk.page(*found, target) if found else None)
            if archive.size >= crawl.max_archive_bytes:
                stopped_by = StoppedBy.MAX_ARCHIVE_BYTES
        if stopped_by is None:
            limit = frontier.limit_reached
            complete = StoppedBy(limit) if limit else StoppedBy.COMPLETE
            stopped_by = StoppedBy.SAVED_COPY if walk.missing else complete
        cut = stopped_by in (StoppedBy.SAVED_COPY, StoppedBy.MAX_ARCHIVE_BYTES)
        status = Status.PARTIAL if cut else Status.AUDITED
        parts = split(home)
        address = config.network.hosts.get((parts.hostname or "") if parts else "")
        archive.close(
            CrawlEnd(
                status=Status.BLOCKED if stopped_by is StoppedBy.BLOCKED else status,
                status_reason="challenge" if stopped_by is StoppedBy.BLOCKED else stopped_by.value,
                stopped_by=stopped_by,
                final_url=home,
                pages=walk.pages,
                attachments=walk.attachments,
                bytes=walk.length,
                started_at=started,
                finished_at=now(),
                addresses=(address,) if address else (),
                unvisited=tuple(dict.fromkeys([*walk.missing, *frontier.unvisited(_MAX_LISTED)]))[:_MAX_LISTED],
                notes=("saved_copy",),
            )
        )
    except _BROKEN as error:
        archive.abandon()
        raise _broken("", error) from error
    except BaseException:
        archive.abandon()
        raise
    return path
