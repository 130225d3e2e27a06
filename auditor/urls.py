"""Addresses: absolute, safe to fetch, comparable, and whether they belong to a unit's portal."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urljoin, urlsplit, urlunsplit

from w3lib.url import safe_url_string

_SIMPLE = re.compile(r"https?://[a-z0-9.-]+(?::\d{2,4})?(?:/[A-Za-z0-9._~/-]*)?\Z")
# Paths that joining to a base changes nothing of: no scheme, no second slash at the start, no dots to resolve.
_SIMPLE_PATH = re.compile(r"(?:/(?!/))?[A-Za-z0-9_~-][A-Za-z0-9._~/-]*\Z")
_DOTS = re.compile(r"(?:^|/)\.\.?(?:/|\Z)")
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_CONTROL = re.compile(r"[\x00-\x20\x7f]+")
_SESSION_PATH = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?#;]*|/\([a-zA-Z]\([a-z0-9]{20,}\)\)", re.I)
_SESSION_PARAM = re.compile(
    r"(?:phpsessid|jsessionid|aspsessionid\w*|sessionid|sid|cfid|cftoken|zenid|utm_\w+|fbclid|gclid|mc_[ce]id"
    r"|_ga|replytocom)\Z",
    re.I,
)
_INDEX = re.compile(r"/(?:index|default|trang-chu|home)\.(?:html?|php|aspx?|jsp)\Z", re.I)
MAX_URL = 2000

# Extensions of files that are looked into as attachments; images count only when linked as documents.
DOCUMENT_EXTENSIONS = frozenset("pdf doc docx xls xlsx ppt pptx odt ods odp rtf zip rar 7z".split())
IMAGE_EXTENSIONS = frozenset("jpg jpeg png gif webp bmp tif tiff svg ico".split())
VIDEO_EXTENSIONS = frozenset("mp4 webm ogv m4v mov avi wmv flv mpg mpeg mkv".split())
_OTHER_EXTENSIONS = frozenset(
    "css js mjs json xml rss atom woff woff2 ttf eot mp3 wav ogg m3u8 exe apk msi iso swf ics vcf map txt csv".split()
)
FILE_EXTENSIONS = DOCUMENT_EXTENSIONS | IMAGE_EXTENSIONS | VIDEO_EXTENSIONS | _OTHER_EXTENSIONS


def split(url: str) -> SplitResult | None:
    """`urlsplit` that answers None instead of raising on a malformed address."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _ascii_host(host: str) -> str | None:
    host = host.rstrip(".").lower()
    if host.isascii():
        return host or None
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return None


@lru_cache(maxsize=65536)
def absolute(href: str, base: str, encoding: str = "utf-8") -> str | None:
    """The http(s) address that a browser would fetch for `href` on the page `base`, or None if there is none.

    The fragment and any credentials are dropped, the host is punycode, unsafe characters are percent-encoded
    (the query in the page's own encoding, as browsers do: WHATWG URL).
    """
    href = href.strip().replace("\t", "").replace("\n", "").replace("\r", "")
    if not href or len(href) > MAX_URL:
        return None
    if _SCHEME.match(href) and not href[:5].lower().startswith("http"):
        return None
    if _SIMPLE_PATH.match(href) and not _DOTS.search(href):
        origin, folder = _place(base)
        if origin:
            return origin + href if href[0] == "/" else folder + href
    if not _SIMPLE.match(href):
        try:
            href = urljoin(base, href.replace("\\", "/") if not href.startswith("?") else href)
        except ValueError:
            return None
        if not _SIMPLE.match(href):
            return _safe(href, encoding)
    return href if href.count("/") > 2 else href + "/"


def route_of(href: str, base: str) -> str | None:
    """The address, with its fragment, of a view that scripts show for "#/…" or "#!/…"; None for any other `href`."""
    front, _, fragment = href.strip().partition("#")
    if not fragment.startswith(("/", "!/")) or len(fragment.strip("!/")) == 0:
        return None
    page = absolute(front or base, base)
    fragment = safe_url_string(f"http://h/#{fragment}").partition("#")[2]
    address = f"{page}#{fragment}" if page else ""
    return address if address and len(address) <= MAX_URL else None


def root_of(base: str) -> str:
    """The root of the site of a page: to it an `href` that begins with one "/" is joined on all its pages alike."""
    origin = _place(base)[0]
    return f"{origin}/" if origin else base


@lru_cache(maxsize=4096)
def _place(base: str) -> tuple[str, str]:
    """Origin of an address, and the address of the folder in which it lies; empty where it needs more care."""
    plain = base.partition("?")[0].partition("#")[0]
    if not _SIMPLE.match(plain):
        return "", ""
    origin_end = plain.find("/", plain.find("//") + 2)
    if origin_end < 0:
        return plain, plain + "/"
    return plain[:origin_end], plain[: plain.rfind("/") + 1]


def _safe(url: str, encoding: str) -> str | None:
    parts = split(url)
    if parts is None or parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        return None
    host = _ascii_host(parts.hostname)
    if host is None or " " in host:
        return None
    if ":" in host:
        host = f"[{host}]"
    port = parts.port
    default = {"http": 80, "https": 443}[parts.scheme.lower()]
    netloc = host if port in (None, default) else f"{host}:{port}"
    bare = urlunsplit((parts.scheme.lower(), netloc, parts.path or "/", parts.query, ""))
    try:
        safe = str(safe_url_string(bare, encoding=encoding))
    except (ValueError, UnicodeError, LookupError):
        return None
    return safe if len(safe) <= MAX_URL else None


@lru_cache(maxsize=65536)
def key(url: str) -> str:
    """What two addresses of one page share: no scheme, no `www.`, no session id or tracking parameter, no fragment but
    the route of a page that scripts build ("#/tin-tuc", see `route_of`).

    Parameters are sorted and percent-encoding is made alike. Only for comparing, never for fetching.
    """
    if _SIMPLE.match(url):
        plain = url.partition("//")[2].removeprefix("www.")
        host, _, path = plain.partition("/")
        if ":" not in host:
            return f"{host}/{path.rstrip('/')}"
    parts = split(url)
    if parts is None:
        return url
    host = parts.netloc.lower().rpartition("@")[2]
    host = host.removeprefix("www.")
    if host.endswith((":80", ":443")):
        host = host.rpartition(":")[0]
    path = parts.path
    if "%" in path:
        path = unquote(path, errors="surrogateescape")
    if ";" in path or "(" in path:
        path = _SESSION_PATH.sub("", path)
    path = path.rstrip("/") or "/"
    route = unquote(parts.fragment, errors="surrogateescape").rstrip("/") if parts.fragment[:1] in ("/", "!") else ""
    query = parts.query
    if query:
        pairs = [
            pair
            for pair in parse_qsl(query, keep_blank_values=True, errors="surrogateescape")
            if not _SESSION_PARAM.match(pair[0])
        ]
        query = urlencode(sorted(pairs), errors="surrogateescape")
    whole = f"{host}{path}?{query}" if query else f"{host}{path}"
    return f"{whole}#{route}" if len(route) > 1 else whole


@lru_cache(maxsize=65536)
def host_of(url: str) -> str:
    """The host name in lower case without `www.` and port; "" where there is none."""
    parts = split(url)
    return ((parts.hostname or "") if parts else "").removeprefix("www.")


@lru_cache(maxsize=65536)
def extension(url: str) -> str:
    """The file name extension of an address in lower case, "" without one.

    Names that a query carries count (`/view?f=a.pdf`, `download.aspx?file=b.doc`).
    """
    parts = split(url)
    if parts is None:
        return ""
    name = unquote(parts.path.rpartition("/")[2], errors="replace")
    dot = name.rpartition(".")
    if dot[1] and dot[2].lower() in FILE_EXTENSIONS:
        return dot[2].lower()
    for _, value in parse_qsl(parts.query, errors="replace"):
        tail = value.rpartition(".")[2].lower()
        if tail in DOCUMENT_EXTENSIONS and "." in value:
            return tail
    return ""


def file_name(url: str) -> str:
    """The last part of an address's path, unquoted: what people see as the file's name."""
    parts = split(url)
    return unquote(parts.path.rstrip("/").rpartition("/")[2], errors="replace") if parts else ""


@dataclass(frozen=True, slots=True)
class Scope:
    """What belongs to a unit's portal: its host with or without `www.`, any scheme, and a path where it has one.

    `path` ends with "/"; "/" is the whole host. A file name at the end of the register's address is no path.
    """

    host: str
    path: str = "/"
    port: int | None = None

    @classmethod
    def of(cls, url: str) -> Scope:
        """The scope of a portal whose home page is `url` (absolute, http or https)."""
        parts = split(url)
        if parts is None or not parts.hostname:
            raise ValueError(f"no host in {url!r}")
        path = parts.path or "/"
        last = path.rpartition("/")[2]
        # "/homegd12", "/Default33.aspx" and "/index.html" are landing pages of a whole host, "/thpt-a-b" is a portal.
        if _INDEX.search(path) or "." in last or re.fullmatch(r"home\w*|trang-chu|index|vi|vn", last, re.I):
            path = path[: len(path) - len(last)]
        if not path.endswith("/"):
            path += "/"
        if re.fullmatch(r"/(?:home\w*|trang-chu|index|vi|vn)/", path, re.I):
            path = "/"
        port = None if parts.port in (None, 80, 443) else parts.port
        return cls(parts.hostname.removeprefix("www."), path, port)

    def contains(self, url: str) -> bool:
        """Whether an absolute address lies on this portal."""
        parts = split(url)
        if parts is None or (parts.hostname or "").removeprefix("www.") != self.host:
            return False
        port = None if parts.port in (None, 80, 443) else parts.port
        if port != self.port:
            return False
        return self.path == "/" or f"{unquote(parts.path)}/".startswith(unquote(self.path))
