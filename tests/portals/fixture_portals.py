"""Invented portals with the verdicts that a careful reader gives them: one YAML file each in `fixtures/` and `unseen/`.

A fixture can be written as a folder for `spiders.loopback`, so that the real crawl visits it, or made into an archive
at once, so that judging is tried in milliseconds.

    family: wordpress
    unit: {id, name, kind, url, management_system, parent, district}
    as_of: "2026-10-20"
    register: [units beside it]
    traps: [what fools a simple program]
    chrome: {top, bottom}              HTML around the pages that say `wrap: true`; {{title}} is the page's title
    pages: {"/path?query": {html, status, headers, encoding, wrap, title}}
    files: {"/path.pdf": {type, text, last_modified, status}}
    redirects: {"/old": "/new"}
    robots: text
    search: {path, param, works: true | false | "error" | "home"}
    server: {address, country, city}   where location data puts the server; without it none covers the portal
    labels: {item: "pass|partial"}     "*" where every verdict is arguable
    why: {item: reason}

`encoding` is "utf-8", a codec of Python, "tcvn3", "vni" or "windows-1258" (bytes of that code), "nfd" (UTF-8 with
combining marks), or "<one of these> as latin-1" (its bytes taken for Latin-1 and sent as UTF-8). The server names
UTF-8 in the Content-Type where every page of the portal is UTF-8, and no charset elsewhere. A search that works finds
pages whose address has no query.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
import zlib
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from html import escape
from ipaddress import IPv4Address
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import parse_qs, unquote, urljoin, urlsplit

import yaml
from protego import Protego
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from selectolax.lexbor import LexborHTMLParser

from auditor import legacy
from auditor.archive import Archive
from auditor.checklist import load_checklist
from auditor.facts.search import question_request, rare_question, search_form
from auditor.links import extract_links
from auditor.model import Capture, Cause, CrawlEnd, Failure, Kind, Status, StoppedBy, Unit, Verdict, Whose
from auditor.page import read_page
from auditor.text import clean, fold
from auditor.urls import (
    DOCUMENT_EXTENSIONS,
    FILE_EXTENSIONS,
    IMAGE_EXTENSIONS,
    VIDEO_EXTENSIONS,
    Scope,
    absolute,
    extension,
    key,
)
from auditor.yaml_lines import load_with_lines
from spiders.bodies import parse, script_redirect

FOLDER = Path(__file__).resolve().parent / "fixtures"
FIXTURES: list[Path] = sorted(FOLDER.glob("*.yaml"))
# Portals whose authors had not seen the checks: what they first showed is in benchmarks/first_readings.yaml.
UNSEEN: list[Path] = sorted((FOLDER.parent / "unseen").glob("*.yaml"))
CHECKLIST = "3082-gddt-tttt"

_ITEMS = tuple(item.id for item in load_checklist(CHECKLIST).items)
_VERDICTS = frozenset(str(verdict) for verdict in Verdict)
_SECTION = ("pass", "partial", "fail")
# The verdicts that an item knows when the portal could be read.
ANSWERS: dict[str, tuple[str, ...]] = dict.fromkeys(_ITEMS, _SECTION) | {
    "1.2": (*_SECTION, "manual"),
    "1.3": ("pass", "fail"),
    "1.5": ("pass", "manual"),
    "1.6": ("pass", "fail", "manual", "undetermined"),
    "2.13.d": (*_SECTION, "manual"),
    "2.13.e": (*_SECTION, "manual"),
    "3": ("pass", "partial", "manual"),
    "4.2": ("pass", "partial", "not_applicable"),
    "4.3": ("fail", "manual"),
    "4.4": (*_SECTION, "manual"),
}
_TITLE_END = re.compile(r"\s+[|–—-]\s+")
_NOT_FOUND = b"<html><head><title>404 Not Found</title></head><body><h1>Not Found</h1></body></html>"
_SERVER_ERROR = b"<html><head><title>500</title></head><body><h1>Internal Server Error</h1></body></html>"
_AGENT = "auditor"
_OFFICE = "application/vnd.openxmlformats-officedocument"
_MEDIA = {
    "pdf": "application/pdf",
    "docx": f"{_OFFICE}.wordprocessingml.document",
    "xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "jpg": "image/jpeg",
    "png": "image/png",
    "mp4": "video/mp4",
    "zip": "application/zip",
    "rar": "application/x-rar-compressed",
    "html": "text/html",
}
_MAGIC = {
    "doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "jpg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00",
    "png": b"\x89PNG\r\n\x1a\n",
    "mp4": b"\x00\x00\x00\x18ftypmp42",
    "rar": b"Rar!\x1a\x07\x00",
}


def _labels(value: str) -> str:
    if value != "*" and (unknown := set(value.split("|")) - _VERDICTS):
        raise ValueError(f"no verdicts: {', '.join(sorted(unknown))}")
    return value


def _path(value: str) -> str:
    if not value.startswith("/"):
        raise ValueError(f"{value!r} does not begin with '/'")
    return value


def _ipv4(value: str) -> str:
    return str(IPv4Address(value))


_Path = Annotated[str, AfterValidator(_path)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class UnitRow(_Strict):
    """A unit as the register holds it."""

    id: str
    name: str
    kind: Kind
    url: str | None
    management_system: str | None = None
    parent: str | None = None
    district: str | None = None

    def unit(self) -> Unit:
        """The row as the program's own type."""
        return Unit(self.id, self.name, self.kind, self.url, self.parent, self.district, self.management_system)


class Chrome(_Strict):
    """What stands around the pages of a portal."""

    top: str
    bottom: str


class FixturePage(_Strict):
    """One page as it is written in the fixture."""

    html: str
    status: int = 200
    headers: Mapping[str, str] = {}
    encoding: str = "utf-8"
    wrap: bool = False
    title: str = ""


class FixtureFile(_Strict):
    """One file; `text` is what a reader sees in it, nothing for a picture or a scan."""

    type: Literal["pdf", "docx", "xlsx", "doc", "xls", "jpg", "png", "mp4", "zip", "rar", "html"]
    text: str = ""
    last_modified: str | None = None
    status: int = 200

    def body(self) -> bytes:
        """A small file of the type that says `text`; the same for the same text."""
        match self.type:
            case "pdf":
                return _pdf(self.text)
            case "docx":
                return _docx(self.text)
            case "xlsx":
                return _xlsx(self.text)
            case "zip":
                return _zip({"noi-dung.txt": self.text})
            case "html":
                return self.text.encode()
            case other:
                return _MAGIC[other] + self.text.encode("utf-16-le") + bytes(3000)


class SearchAnswer(_Strict):
    """How the server answers a search: true finds, false finds nothing, "error" is a 500, "home" the home page."""

    path: _Path
    param: str
    works: bool | Literal["error", "home"]


class ServerPlace(_Strict):
    """The server's IPv4 address and what location data says of it; `country` is ISO 3166-1, `city` "" if unknown."""

    address: Annotated[str, AfterValidator(_ipv4)]
    country: str
    city: str = ""


class FixturePortal(_Strict):
    """A portal with its labels, see the module's text. `files` with a status other than 200 are not served."""

    family: str
    unit: UnitRow
    as_of: date
    register_: tuple[UnitRow, ...] = Field(alias="register")
    traps: tuple[str, ...]
    chrome: Chrome | None = None
    pages: Mapping[_Path, FixturePage]
    files: Mapping[_Path, FixtureFile] = {}
    redirects: Mapping[_Path, str] = {}
    robots: str | None = None
    search: SearchAnswer | None = None
    server: ServerPlace | None = None
    labels: Mapping[str, Annotated[str, AfterValidator(_labels)]]
    why: Mapping[str, str] = {}

    @model_validator(mode="after")
    def _is_whole(self) -> FixturePortal:
        if missing := [item for item in _ITEMS if item not in self.labels]:
            raise ValueError(f"without a label: {', '.join(missing)}")
        if unknown := [item for item in (*self.labels, *self.why) if item not in _ITEMS]:
            raise ValueError(f"no items: {', '.join(unknown)}")
        if self.home not in self.pages and self.home not in self.redirects:
            raise ValueError(f"the home page {self.home} is missing")
        if self.chrome is None and any(page.wrap for page in self.pages.values()):
            raise ValueError("wrap: true needs chrome")
        for path, page in self.pages.items():
            if "content-type" in {name.lower() for name in page.headers}:
                raise ValueError(f"{path}: the Content-Type follows from the encodings")
        places = [*self.pages, *self.files, *self.redirects]
        if twice := {path for path in places if places.count(path) > 1}:
            raise ValueError(f"twice: {', '.join(sorted(twice))}")
        return self

    @property
    def home(self) -> str:
        """Path and query of the portal's address in the register."""
        parts = urlsplit(self.unit.url or "")
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    @property
    def units(self) -> tuple[Unit, ...]:
        """The unit and the register around it."""
        return (self.unit.unit(), *(row.unit() for row in self.register_))

    def allows(self, item: str, verdict: str) -> bool:
        """Whether a reader accepts the verdict for the item."""
        label = self.labels[item]
        return label == "*" or verdict in label.split("|")

    def html(self, path: str) -> str:
        """The whole text of a page."""
        page = self.pages[path]
        if not page.wrap or self.chrome is None:
            return page.html
        text = "\n".join((self.chrome.top, page.html, self.chrome.bottom))
        return text.replace("{{title}}", page.title or self.unit.name)

    def body(self, path: str) -> bytes:
        """The bytes of a page."""
        return _encode(self.html(path), self.pages[path].encoding)

    @property
    def page_type(self) -> str:
        """The Content-Type of pages."""
        utf8 = all(_is_utf8(page.encoding) for page in self.pages.values())
        return "text/html; charset=utf-8" if utf8 else "text/html"

    def write(self, folder: Path) -> Path:
        """The portal as a folder for `spiders.loopback`; `folder` is made, and given back."""
        folder.mkdir(parents=True, exist_ok=True)
        rules: list[dict[str, object]] = []
        for number, (path, page) in enumerate(self.pages.items()):
            name = None if "?" in path else _place(path)
            if name is None or page.status != 200 or page.headers:
                stored = name if name is not None and page.status == 200 else f"_trang-{number}.html"
                rule: dict[str, object] = {"path": _literal(path), "file": stored, "status": page.status}
                rules.append(rule | ({"headers": dict(page.headers)} if page.headers else {}))
                name = stored
            _write(folder, name, self.body(path))
        for number, (path, file) in enumerate(self.files.items()):
            if file.status != 200:
                rules.append({"path": _literal(path), "status": file.status})
                continue
            name = f"_tep-{number}.{file.type}"
            _write(folder, name, file.body())
            headers = {"Last-Modified": file.last_modified} if file.last_modified else {}
            rules.append({"path": _literal(path), "file": name, "headers": headers})
        rules += [
            {"path": _literal(path), "redirect": target, "status": 301} for path, target in self.redirects.items()
        ]
        settings: dict[str, object] = {"hosts": [urlsplit(self.unit.url or "").hostname]}
        if self.page_type != "text/html":
            settings["charset"] = "utf-8"
        if self.search is not None:
            address = _literal(f"{self.search.path}?") + f"*{_literal(self.search.param)}=*"
            if self.search.works in (True, False):
                results = "{{results}}" if self.search.works else "<p>Không tìm thấy kết quả nào.</p>"
                _write(folder, "_tim.html", _answer_page(results).encode())
                settings["search"] = {
                    "path": self.search.path,
                    "parameters": [self.search.param],
                    "file": "_tim.html",
                    "extension": any(path.endswith(".html") for path in self.pages),
                }
            elif self.search.works == "error":
                rules.insert(0, {"path": address, "status": 500})
            elif _place(self.search.path) != _place(self.home):
                rules.insert(0, {"path": address, "file": _place(self.home)})
        if self.robots is not None:
            _write(folder, "robots.txt", self.robots.encode())
        settings["rules"] = rules
        text = yaml.safe_dump(settings, allow_unicode=True, sort_keys=False)
        (folder / "portal.yaml").write_text(text, encoding="utf-8")
        return folder

    def archive(self) -> Archive:
        """What a crawl without limits on the as-of day would store: all that links reach, and the dead ends."""
        return _Visit(self).archive()


def load(path: Path) -> FixturePortal:
    """Reads and proves a fixture. Raises YamlError for a key that stands twice, ValidationError for all else."""
    data, _ = load_with_lines(path.read_text(encoding="utf-8"), path.name)
    return FixturePortal.model_validate(data)


def label_counts(portals: Iterable[FixturePortal]) -> dict[str, Counter[str]]:
    """How often each label ("pass", "pass|partial", "*") stands for each item."""
    found = {item: Counter[str]() for item in _ITEMS}
    for portal in portals:
        for item, label in portal.labels.items():
            found[item][label] += 1
    return found


@dataclass(frozen=True, slots=True)
class _Step:
    url: str
    depth: int
    via: str | None


class _Visit:
    """A breadth-first visit that answers itself."""

    def __init__(self, portal: FixturePortal) -> None:
        self._portal = portal
        self._unit = portal.unit.unit()
        self._base = self._unit.url or ""
        self._scope = Scope.of(self._base)
        self._robots = Protego.parse(portal.robots or "")
        self._pages = {key(urljoin(self._base, path)): path for path in portal.pages}
        self._files = {key(urljoin(self._base, path)): path for path in portal.files}
        self._redirects = {key(urljoin(self._base, path)): path for path in portal.redirects}
        self._captures: list[Capture] = []
        self._failures: list[Failure] = []
        self._forbidden: list[str] = []
        self._titles: list[tuple[str, str]] = []
        self._sent: dict[int, tuple[str, bytes]] = {}
        self._notes: list[tuple[str, object]] = []
        self._home_url = self._base
        self._at = f"{portal.as_of}T01:00:00Z"

    def archive(self) -> Archive:
        if self._portal.robots is not None:
            self._keep(
                urljoin(self._base, "/robots.txt"),
                200,
                self._portal.robots.encode(),
                "robots",
                "text/plain; charset=utf-8",
            )
        seen = {key(self._base)}
        queue = deque([_Step(self._base, 0, None)])
        while queue:
            step = queue.popleft()
            for found in self._read(step):
                if (ident := key(found.url)) not in seen:
                    seen.add(ident)
                    queue.append(found)
        self._ask()
        pages = sum(one.role == "page" and one.status == 200 for one in self._captures)
        end = CrawlEnd(
            status=Status.AUDITED,
            status_reason="complete",
            stopped_by=StoppedBy.COMPLETE,
            final_url=self._home_url,
            pages=pages,
            attachments=sum(one.role == "attachment" for one in self._captures),
            failed=len(self._failures),
            bytes=sum(len(one.body) for one in self._captures),
            started_at=self._at,
            finished_at=self._at,
            forbidden=tuple(self._forbidden),
            addresses=(self._portal.server.address,) if self._portal.server else (),
        )
        return Archive(self._unit, tuple(self._captures), tuple(self._failures), tuple(self._notes), end, self._sent)

    def _read(self, step: _Step) -> Iterator[_Step]:
        """Stores what an address answers; gives the addresses that it leads to."""
        ident = key(step.url)
        if not self._robots.can_fetch(step.url, _AGENT):
            self._forbidden.append(step.url)
            return
        if ident in self._redirects:
            target = urljoin(step.url, self._portal.redirects[self._redirects[ident]])
            self._keep(step.url, 301, b"", "redirect", "text/html", step, {"location": target})
            if self._scope.contains(target):
                yield _Step(target, step.depth, step.via)
            else:
                self._fail(step, Cause.OFF_SCOPE_REDIRECT, Whose.US, 301)
        elif ident in self._pages:
            path = self._pages[ident]
            page = self._portal.pages[path]
            body = self._portal.body(path)
            if step.depth == 0 and (behind := self._behind(body, step.url)):
                self._keep(step.url, page.status, body, "redirect", self._portal.page_type, step, page.headers)
                yield _Step(behind, 0, step.url)
                return
            if page.status >= 400:
                self._fail(step, Cause.HTTP_ERROR, Whose.SITE, page.status)
            self._keep(step.url, page.status, body, "page", self._portal.page_type, step, page.headers)
            if page.status < 400:
                yield from self._links(body, step)
        elif ident in self._files and self._portal.files[self._files[ident]].status == 200:
            file = self._portal.files[self._files[ident]]
            role = "page" if file.type == "html" else "attachment"
            media = self._portal.page_type if file.type == "html" else _MEDIA[file.type]
            headers = {"last-modified": file.last_modified} if file.last_modified else {}
            self._keep(step.url, 200, file.body(), role, media, step, headers)
        else:
            status = self._portal.files[self._files[ident]].status if ident in self._files else 404
            self._keep(step.url, status, _NOT_FOUND, "page", "text/html", step)
            self._fail(step, Cause.HTTP_ERROR, Whose.SITE, status)

    def _behind(self, body: bytes, url: str) -> str | None:
        """Where a first page sends its visitors by itself."""
        tree, encoding = parse(body, self._portal.page_type)
        refresh = extract_links(tree, url, encoding=encoding).refresh
        target = refresh or absolute(script_redirect(tree) or "", url)
        return target if target and key(target) != key(url) else None

    def _links(self, body: bytes, step: _Step) -> Iterator[_Step]:
        tree, encoding = parse(body, self._portal.page_type)
        if step.depth == 0:
            self._home_url = step.url
        names = [clean(heading.text()) for heading in tree.css("h1")[:3]]
        if (element := tree.css_first("title")) is not None:
            names += _TITLE_END.split(clean(element.text()))
        self._titles += [(step.url, name) for name in dict.fromkeys(names) if name]
        found = extract_links(tree, step.url, encoding=encoding)
        for url in (*(link.url for link in found.links if link.source != "form"), found.refresh or ""):
            if url and self._scope.contains(url) and self._wanted(url):
                yield _Step(url, step.depth + 1, step.url)

    def _wanted(self, url: str) -> bool:
        kind = extension(url)
        if kind in IMAGE_EXTENSIONS | VIDEO_EXTENSIONS:
            return key(url) in self._files
        return kind not in FILE_EXTENSIONS or kind in DOCUMENT_EXTENSIONS

    def _ask(self) -> None:
        """The one question that a crawl asks the portal's search."""
        home = next((one for one in self._captures if one.home), None)
        page = read_page(home) if home else None
        form = search_form(page) if page else None
        if page is None or form is None or not form.askable or not self._scope.contains(form.action):
            return
        question = rare_question(self._titles, page.words)
        if question is None:
            return
        method, url, sent = question_request(form, question.text)
        note: dict[str, object] = {
            "question": question.text,
            "article_url": question.article_url,
            "answer_url": url,
            "method": method,
        }
        if self._robots.can_fetch(url, _AGENT):
            status, body = self._answer(url, sent)
            if status == 200:
                if method != "GET" or sent:
                    self._sent[len(self._captures)] = (method, sent)
                self._keep(url, status, body, "probe", self._portal.page_type)
                note |= {"status": status}
            else:
                note |= {"error": Cause.HTTP_ERROR.value, "status": status}
        else:
            note |= {"robots_forbids": True}
        self._notes.append(("search", note))

    def _answer(self, url: str, sent: bytes) -> tuple[int, bytes]:
        search = self._portal.search
        parts = urlsplit(url)
        values = parse_qs(parts.query) | parse_qs(sent.decode("utf-8", "replace"))
        path = unquote(parts.path) or "/"
        if search is not None and path == search.path and search.param in values:
            if search.works == "error":
                return 500, _SERVER_ERROR
            if search.works == "home":
                return 200, self._portal.body(self._portal.home)
            hits = self._hits(values[search.param][0]) if search.works else ""
            return 200, _answer_page(hits or "<p>Không tìm thấy kết quả nào.</p>").encode()
        bare = self._pages.get(key(urljoin(url, path)))
        if bare is not None and self._portal.pages[bare].status == 200:
            return 200, self._portal.body(bare)
        return 404, _NOT_FOUND

    def _hits(self, question: str) -> str:
        words = fold(question).split()
        found = [
            (path, page.title or path)
            for path, page in self._portal.pages.items()
            if page.status == 200
            and "?" not in path
            and all(word in fold(f"{page.title} {LexborHTMLParser(page.html).text(separator=' ')}") for word in words)
        ]
        items = "".join(f'<li><a href="{escape(path)}">{escape(title)}</a></li>' for path, title in found)
        return f"<p>Có {len(found)} kết quả.</p><ul>{items}</ul>" if found else ""

    def _keep(
        self,
        url: str,
        status: int,
        body: bytes,
        role: str,
        media: str,
        step: _Step | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        home = role == "page" and step is not None and step.depth == 0
        self._captures.append(
            Capture(
                url,
                status,
                (("content-type", media), *((name.lower(), value) for name, value in (headers or {}).items())),
                body,
                self._at,
                role=role,
                depth=step.depth if step else 0,
                via=step.via if step else None,
                home=home,
            )
        )

    def _fail(self, step: _Step, cause: Cause, whose: Whose, status: int) -> None:
        self._failures.append(Failure(step.url, cause, whose, "", self._at, status, step.via, step.depth))


def _answer_page(results: str) -> str:
    return (
        '<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>Kết quả tìm kiếm</title></head><body>'
        f"<h1>Kết quả tìm kiếm</h1>{results}</body></html>"
    )


def _place(path: str) -> str:
    """The file in which `spiders.loopback` looks for a page."""
    name = unquote(path).lstrip("/")
    if not name or name.endswith("/"):
        return f"{name}index.html"
    return name if name.endswith(".html") else f"{name}.html"


def _literal(path: str) -> str:
    """A glob that matches the unquoted path (with its query as written) and nothing else."""
    plain, mark, query = path.partition("?")
    return re.sub(r"([*?\[])", r"[\1]", unquote(plain) + mark + query)


def _write(folder: Path, name: str, body: bytes) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)


def _is_utf8(encoding: str) -> bool:
    return encoding in ("utf-8", "nfd") or encoding.endswith(" as latin-1")


def _encode(text: str, encoding: str) -> bytes:
    inner, _, outer = encoding.partition(" as ")
    if outer:
        if outer != "latin-1":
            raise ValueError(f"unknown encoding {encoding!r}")
        return _encode(text, inner).decode("latin-1").encode()
    if inner == "nfd":
        return unicodedata.normalize("NFD", text).encode()
    if inner in legacy.CODES:
        return legacy.encode(text, inner)
    return text.encode(inner, "xmlcharrefreplace")


def _pdf(text: str) -> bytes:
    """A PDF whose text can be read (its font maps codes to characters but draws none); without text, a blank page."""
    lines = text.splitlines()
    show = "".join(f"<{line.encode('utf-16-be').hex()}> Tj T*\n" for line in lines)
    content = zlib.compress(f"BT /F1 12 Tf 14 TL 50 800 Td\n{show}ET".encode())
    codes = sorted({char for line in lines for char in line if ord(char) < 0x10000})
    blocks = [codes[start : start + 100] for start in range(0, len(codes), 100)]
    mapped = "".join(
        f"{len(block)} beginbfchar\n" + "".join(f"<{ord(c):04x}> <{ord(c):04x}>\n" for c in block) + "endbfchar\n"
        for block in blocks
    )
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /F def /CMapType 2 def\n"
        f"1 begincodespacerange <0000> <ffff> endcodespacerange\n{mapped}endcmap end end"
    ).encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /F /Encoding /Identity-H /DescendantFonts [6 0 R] "
        b"/ToUnicode 7 0 R >>",
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /F /DW 600 /FontDescriptor 8 0 R "
        b"/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(cmap), cmap),
        b"<< /Type /FontDescriptor /FontName /F /Flags 4 /FontBBox [0 0 600 800] /ItalicAngle 0 /Ascent 800 "
        b"/Descent 0 /CapHeight 800 /StemV 80 >>",
    ]
    out = io.BytesIO()
    out.write(b"%PDF-1.4\n")
    offsets = []
    for number, one in enumerate(objects, 1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, one))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.writelines(b"%010d 00000 n \n" % offset for offset in offsets)
    out.write(b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start))
    return out.getvalue()


def _zip(parts: Mapping[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name), text.encode())
    return out.getvalue()


_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def _package(main: str, media: str, parts: Mapping[str, str]) -> bytes:
    overrides = "".join(
        f'<Override PartName="/{name}" ContentType="{_OFFICE}.{kind}+xml"/>' for name, kind in _kinds(main, media)
    )
    types = (
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    )
    root = (
        f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_RELATIONS}/officeDocument" Target="{main}"/></Relationships>'
    )
    return _zip({"[Content_Types].xml": types, "_rels/.rels": root, **parts})


def _kinds(main: str, media: str) -> Iterator[tuple[str, str]]:
    yield main, media
    if main == "xl/workbook.xml":
        yield "xl/worksheets/sheet1.xml", "spreadsheetml.worksheet"


def _docx(text: str) -> bytes:
    paragraphs = "".join(f"<w:p><w:r><w:t>{escape(line)}</w:t></w:r></w:p>" for line in text.splitlines())
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    document = f'{_XML}<w:document xmlns:w="{space}"><w:body>{paragraphs}</w:body></w:document>'
    return _package("word/document.xml", "wordprocessingml.document.main", {"word/document.xml": document})


def _xlsx(text: str) -> bytes:
    """Lines are rows, tabs part the cells."""
    rows = "".join(
        f'<row r="{number}">'
        + "".join(f'<c t="inlineStr"><is><t>{escape(cell)}</t></is></c>' for cell in line.split("\t"))
        + "</row>"
        for number, line in enumerate(text.splitlines(), 1)
    )
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts = {
        "xl/workbook.xml": f'{_XML}<workbook xmlns="{space}" xmlns:r="{_RELATIONS}"><sheets>'
        '<sheet name="Trang 1" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'{_XML}<worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>',
    }
    return _package("xl/workbook.xml", "spreadsheetml.sheet.main", parts)
