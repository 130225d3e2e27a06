"""Addresses of websites as people write them into a register or on the command line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit, urlunsplit

import idna

from auditor.register_table import cell_text
from auditor.register_words import register_words
from auditor.text import words


@dataclass(frozen=True, slots=True)
class Address:
    """What a website cell says: `url` normalised or None; `problem` (Vietnamese) where it says something unusable."""

    url: str | None
    problem: str = ""
    warnings: tuple[str, ...] = ()


_SCHEME = re.compile(r"h?t?tps?\s*[:;]?\s*[/\\]{1,3}|https?\s*:", re.I)
_HOST = re.compile(
    r"(?:[^\s/?#@:.,;()<>\"'\[\]]+\.)+(?:[a-z]{2,24}|xn--[a-z0-9-]{2,59}|[^\W\d_]{2,24})\.?|\d{1,3}(?:\.\d{1,3}){3}",
    re.I,
)
_JUNK_BEFORE = " \t\"'“”‘’«»([{<*•–—-:;,.=>"
_JUNK_AFTER = " \t\"'“”‘’«»)]}>;,.!*…|\\–—"


def read_address(text: str) -> Address:
    """The address in a website cell: scheme added (http), host in punycode and lower case, credentials removed.

    Of several addresses the first is taken, with a warning. "không có" and the like give no address and no problem.
    """
    text = cell_text(text)
    if not words(text) and not any(char.isalnum() for char in text):
        return Address(None)
    if words(text) in register_words().empty:
        return Address(None)
    notes: list[str] = []
    other = re.match(r"\s*(ftp|file|mailto|javascript|data|tel|chrome|about|zalo)\s*:", text, re.I)
    if other:
        return Address(None, f"«{shortened(text)}» không phải địa chỉ web (phải bắt đầu bằng http:// hoặc https://)")
    pieces = _pieces(text)
    found = [piece for piece in pieces if _looks_like_address(piece)]
    if not found:
        if "@" in text:
            return Address(None, f"«{shortened(_hidden(text))}» là địa chỉ thư điện tử, không phải địa chỉ web")
        return Address(None, f"«{shortened(text)}» không phải địa chỉ web")
    url = ""
    for piece in found:
        url, credentials = _normal(piece)
        if url:
            if credentials:
                notes.append("tên đăng nhập và mật khẩu trong địa chỉ web đã được bỏ")
            break
    if not url:
        return Address(None, f"địa chỉ web «{shortened(_hidden(text))}» sai cú pháp")
    others = {_normal(piece)[0] for piece in found} - {url, ""}
    if others:
        notes.append(f"có {len(others) + 1} địa chỉ web; chỉ dùng địa chỉ đầu: {url}")
    elif len(pieces) > 1:
        notes.append(f"ngoài địa chỉ web còn có chữ khác; dùng địa chỉ {url}")
    return Address(url, "", tuple(notes))


def _hidden(text: str) -> str:
    """A text with what stands before an @ replaced, so that no password is repeated in a message."""
    return re.sub(r"(?:(?<=//)|^).*@", "…@", text)


def shortened(text: str) -> str:
    """A text for a message: at most 80 letters."""
    return text if len(text) <= 80 else text[:79] + "…"


def _pieces(text: str) -> list[str]:
    """The cell cut at blanks, commas, semicolons and bars, after blanks inside one address were closed up."""
    text = text.replace("\\", "/")
    text = re.sub(r"(?i)\b(h?t?tps?)\s*[:;]\s*/+\s*", lambda m: f"{_scheme(m[1])}://", text)
    text = re.sub(r"(?i)\b(https?)/{1,3}(?=[\w-]+\.)", lambda m: f"{m[1].lower()}://", text)
    text = re.sub(r"(?i)\b(https?):(?=[\w-]+\.)", lambda m: f"{m[1].lower()}://", text)
    text = re.sub(r"(?i)(https?://)(?:https?://?)+", r"\1", text)
    text = re.sub(r"(?i)(?<=[\w/.])(?=https?://)", " ", text)  # two addresses glued together
    joined = re.sub(
        r"\s*\.\s+(?=[a-z0-9-]+[./])|\s+\.\s*(?=[\w])|(?<=://)\s+", lambda m: "." if "." in m[0] else "", text
    )
    joined = re.sub(r"(?<=www\.)\s+", "", joined, flags=re.I)
    joined = re.sub(r"(?<=[a-z]/)\s+(?=[a-z0-9-]+/?$)", "", joined)
    return [piece for piece in re.split(r"[\s|]+|[,;](?=\s|$|https?:|www\.)|(?<=[a-z])[,;](?=\w+\.)", joined) if piece]


def _scheme(text: str) -> str:
    return "https" if text.lower().endswith("s") else "http"


def _looks_like_address(piece: str) -> bool:
    start = re.search(r"https?://", piece, re.I)
    if start:
        return bool(re.match(r"[^\s/?#]+", piece[start.end() :]))
    bare = piece.strip(_JUNK_BEFORE + _JUNK_AFTER)
    if "@" in bare.partition("/")[0]:
        return False
    host = re.split(r"[/?#]", bare.partition(":")[0] if ":" in bare.partition("/")[0] else bare, maxsplit=1)[0]
    return bool(_HOST.fullmatch(host))


def _normal(piece: str) -> tuple[str, bool]:
    """(address, whether credentials were removed); ("", …) where it is none."""
    start = re.search(r"https?://", piece, re.I)
    bare = piece[start.start() :] if start else piece.lstrip(_JUNK_BEFORE)
    bare = re.sub(r"(?:%20|%C2%A0)+$", "", bare.rstrip(_JUNK_AFTER), flags=re.I)
    if not start:
        bare = f"http://{bare}"
    try:
        parts = urlsplit(bare)
        port = parts.port
        host = _ascii_host(parts.hostname or "")
    except (ValueError, UnicodeError):
        return "", False
    if not host:
        return "", False
    scheme = parts.scheme.lower()
    if ":" in host:
        host = f"[{host}]"
    if port is not None and port != {"http": 80, "https": 443}[scheme]:
        host = f"{host}:{port}"
    path = quote(parts.path, safe="/%:@!$&'()*+,;=~-._") or "/"
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    return urlunsplit((scheme, host, path, query, "")), "@" in parts.netloc


def _ascii_host(host: str) -> str:
    """A host name in lower case and punycode (UTS 46), "" for what cannot be one. Raises UnicodeError."""
    host = host.strip(".").lower()
    if not host:
        return ""
    if not host.isascii():
        host = idna.encode(host, uts46=True, transitional=False).decode("ascii")
    if ":" in host:  # an IPv6 address, checked by urlsplit
        return host
    labels = host.split(".")
    usable = len(host) <= 253 and all(re.fullmatch(r"[a-z0-9_][a-z0-9_-]{0,62}", label) for label in labels)
    return host if usable and (len(labels) > 1 or host == "localhost") else ""
