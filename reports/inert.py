"""Text and addresses from outside made inert before they are shown: nothing here can act, hide or overflow."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from functools import lru_cache
from urllib.parse import quote, urlsplit

CUT_MARK = " … [đã cắt bớt]"

# C0 and C1 controls but line feed, lone surrogates, bidirectional overrides and isolates, byte order marks and
# the non-characters that XML refuses.
_UNWANTED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufdd0-\ufdef"
    "\ufffe\uffff\ud800-\udfff]"
)
_BLANKS = re.compile(r"[ \t\r\u2028\u2029]+")
_LINES = re.compile(r"\n\s*\n+")
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?\.?\Z")
_BARE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")

# What may stand in a link as it is (RFC 3986, unreserved and reserved without brackets); the rest is percent-encoded.
_PATH_SAFE = "/%:@!$&()*+,;=~-._'"
_QUERY_SAFE = _PATH_SAFE + "?"


def inert_text(value: object, limit: int) -> str:
    """`value` as plain NFC text of at most `limit` characters; what was cut is marked.

    Control characters, lone surrogates and bidirectional overrides are dropped, tabs become blanks. None is "".
    """
    if value is None:
        return ""
    text = str(value)
    if len(text) <= limit and text.isprintable() and "  " not in text and unicodedata.is_normalized("NFC", text):
        return text.strip()  # nothing to drop; nearly every text takes this way
    whole = len(text) <= limit * 4
    if not whole:
        text = text[: limit * 4]
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _BLANKS.sub(" ", _UNWANTED.sub("", text.replace("\t", " ")))
    text = unicodedata.normalize("NFC", _LINES.sub("\n", text)).strip()
    if len(text) > limit or not whole:
        text = text[: max(limit - len(CUT_MARK), 0)].rstrip() + CUT_MARK
    return text


def web_address(value: object, limit: int = 2000) -> str | None:
    """`value` as an absolute http(s) address that is safe in an attribute and in a workbook, else None.

    None is also the answer for addresses with credentials, without a valid host, or longer than `limit`.
    """
    if not isinstance(value, str) or len(value) > limit:
        return None
    address = _checked(value)
    return address if address is not None and len(address) <= limit else None


@lru_cache(maxsize=2048)  # the pieces of evidence of a unit name the same pages again and again
def _checked(value: str) -> str | None:
    if _UNWANTED.search(value):
        return None
    try:
        parts = urlsplit(value.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not host or "@" in parts.netloc:
        return None
    if ":" in host:
        try:
            host = f"[{ipaddress.IPv6Address(host)}]"
        except ValueError:
            return None
    else:
        try:
            host = host if host.isascii() else host.encode("idna").decode("ascii")
        except UnicodeError:
            return None
        if not _HOST.match(host):
            return None
    address = f"{parts.scheme}://{host}" + (f":{port}" if port is not None else "")
    address += quote(_BARE_PERCENT.sub("%25", parts.path), safe=_PATH_SAFE)
    if parts.query:
        address += "?" + quote(_BARE_PERCENT.sub("%25", parts.query), safe=_QUERY_SAFE)
    if parts.fragment:
        address += "#" + quote(_BARE_PERCENT.sub("%25", parts.fragment), safe=_QUERY_SAFE)
    return address


def shown_address(value: object, limit: int = 300) -> str:
    """An address as text for people, without credentials."""
    text = inert_text(value, limit)
    head, mark, rest = text.partition("://")
    if mark:
        host, slash, path = rest.partition("/")
        if "@" in host:
            text = f"{head}://{host.rpartition('@')[2]}{slash}{path}"
    return text
