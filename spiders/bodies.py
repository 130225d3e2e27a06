"""What a body is, by its type and its first bytes, and the addresses that sitemaps list."""

from __future__ import annotations

import gzip
import html
import re
import zlib
from dataclasses import dataclass
from io import BytesIO

from selectolax.lexbor import LexborHTMLParser

from auditor.charset import decode
from auditor.links import script_targets
from auditor.text import clean

_MAGIC = (
    b"%PDF",
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"{\\rtf",
)
_HTML_START = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|title|meta|div|table|script)\b",
    re.I | re.S,
)
_LOC = re.compile(r"<loc>\s*(?:<!\[CDATA\[)?\s*([^<\]\s]{1,2000})", re.I)
_TITLE_END = re.compile(r"\s+[-–—|»]\s+|\s*[|»]\s*")
_MAX_SITEMAP = 20_000_000


def is_page(content_type: str, body: bytes) -> bool:
    """Whether an answer is a page of HTML: what the bytes show outweighs what the header says."""
    if body.startswith(_MAGIC):
        return False
    kind = content_type.partition(";")[0].strip().lower()
    if "html" in kind:
        return True
    if kind in ("", "text/plain", "application/octet-stream", "text/xml", "application/xml"):
        return bool(_HTML_START.match(body[:2000])) or (not kind and not body)
    return False


def parse(body: bytes, content_type: str) -> tuple[LexborHTMLParser, str]:
    """(tree, encoding) of a page, for following its links."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        decoded = decode(body, content_type)
        return LexborHTMLParser(decoded.text), decoded.encoding
    return LexborHTMLParser(body), "utf-8"


def script_redirect(tree: LexborHTMLParser) -> str | None:
    """Where the scripts of a page with hardly any content send the visitor at once, as written; else None."""
    body = tree.body
    if body is None:
        return None
    scripts = "\n".join(script.text(deep=True) for script in tree.css("script"))
    if "location" not in scripts or ("function" in scripts and "onload" not in scripts.lower()):
        return None
    seen = sum(len((node.text(deep=True) or "").strip()) for node in body.css("p, div, td, li, h1, h2, h3, span, a"))
    if seen > 400 or len(tree.css("a[href]")) > 5:
        return None
    return next(script_targets(scripts), None)


def titles_of(tree: LexborHTMLParser) -> tuple[str, ...]:
    """What a page may call itself: its first headings and the parts of its title, one of which is the portal's name."""
    found = [clean(heading.text(deep=True)) for heading in tree.css("h1")[:3]]
    if (element := tree.css_first("title")) is not None:
        found += _TITLE_END.split(clean(element.text(deep=True)))[:3]
    return tuple(dict.fromkeys(title[:300] for title in found if title))


@dataclass(frozen=True, slots=True)
class Sitemap:
    """The addresses of one sitemap; `index`: they are sitemaps themselves."""

    urls: tuple[str, ...]
    index: bool


def read_sitemap(body: bytes, *, limit: int = 2000) -> Sitemap | None:
    """The addresses that a sitemap (sitemaps.org 0.9, also gzipped) lists, or None for anything else.

    Read without an XML parser: entities and nesting of a hostile file cost nothing.
    """
    if body.startswith(b"\x1f\x8b"):
        try:
            with gzip.GzipFile(fileobj=BytesIO(body)) as stream:
                body = stream.read(_MAX_SITEMAP)
        except (OSError, EOFError, zlib.error):
            return None
    head = body[:1000].lower()
    if b"<urlset" not in head and b"<sitemapindex" not in head:
        return None
    text = body.decode("utf-8", "replace")
    urls: dict[str, None] = {}
    for match in _LOC.finditer(text):
        urls[html.unescape(match.group(1))] = None
        if len(urls) >= limit:
            break
    return Sitemap(tuple(urls), b"<sitemapindex" in head)
