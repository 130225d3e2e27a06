"""What an address tells before it is asked for: endless patterns, addresses to leave alone, the kind of file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from importlib.resources import files
from urllib.parse import parse_qsl, unquote

import yaml

from auditor.text import words
from auditor.urls import key, split

_NUMBER = re.compile(r"\d+")
_SIGNED = re.compile(r"[-+]?\d+")
_HEX = re.compile(r"[0-9a-f]{12,}", re.I)
_LONG_SLUG = 4  # words: "gioi-thieu" and "van-ban-phap-quy" name a section, longer ones an article
_DATE_PATH = re.compile(r"/(?:19|20)\d\d[/-]\d{1,2}(?:[/-]\d{1,2})?/?\Z")


class Worth(IntEnum):
    """How an address is treated: asked for in its turn, last of all, or never."""

    NORMAL = 0
    LOW = 1
    NEVER = 2


@dataclass(frozen=True, slots=True)
class AddressRules:
    """The words of checklists/vocabulary/addresses.yaml, folded."""

    never: frozenset[str]
    low: frozenset[str]
    calendar: frozenset[str]
    paging: frozenset[str]
    file_hosts: tuple[str, ...]

    def worth(self, url: str) -> Worth:
        """Whether to ask for an address at all, judged by the whole words in it."""
        parts = split(url)
        if parts is None:
            return Worth.NEVER
        pieces = [words(unquote(piece.rpartition(".")[0] or piece)) for piece in parts.path.split("/") if piece]
        for name, value in parse_qsl(parts.query, keep_blank_values=True, errors="replace"):
            pieces.append(words(name))
            if len(value) <= 40:
                pieces.append(words(value))
        worth = Worth.NORMAL
        for piece in pieces:
            if piece in self.never:
                return Worth.NEVER
            if piece in self.low:
                worth = Worth.LOW
        return worth

    def is_calendar(self, url: str) -> bool:
        """Whether an address is one page of a calendar: a month or day in its parameters, or at the end of its path."""
        parts = split(url)
        if parts is None:
            return False
        if _DATE_PATH.search(parts.path):
            return True
        return any(
            words(name) in self.calendar and any(char.isdigit() for char in value)
            for name, value in parse_qsl(parts.query, errors="replace")
        )

    def turns_pages(self, label: str) -> bool:
        """Whether a link's label is that of the next or another page of a list."""
        folded = words(label)
        return folded in self.paging or (folded.isdigit() and len(folded) <= 3)

    def is_file_host(self, host: str) -> bool:
        """Whether a host keeps the files of portals of a known platform."""
        return any(host == known or host.endswith(f".{known}") for known in self.file_hosts)


@lru_cache(maxsize=1)
def address_rules() -> AddressRules:
    """The rules that come with the program."""
    text = files("checklists").joinpath("vocabulary", "addresses.yaml").read_text(encoding="utf-8")
    return rules_of(yaml.safe_load(text))


def rules_of(data: Mapping[str, Iterable[str]]) -> AddressRules:
    """Rules from the lists of the vocabulary file."""
    folded = {name: frozenset(words(word) for word in data[name]) for name in ("never", "low", "calendar", "paging")}
    return AddressRules(**folded, file_hosts=tuple(data["file_hosts"]))


def shape(url: str) -> str:
    """What the addresses of one kind share: numbers, hashes and long slugs are left out.

    "/tin-tuc/hoi-thao-ve-chuyen-doi-so-12.html?p=3" and every other article of that list give "/tin-tuc/*?p=#".
    """
    host_path, _, query = key(url).partition("?")
    segments = [_segment(segment) for segment in host_path.split("/")[1:]]
    names = [f"{name}={_value(value)}" for name, value in parse_qsl(query, keep_blank_values=True, errors="replace")]
    return "/" + "/".join(segments) + ("?" + "&".join(names) if names else "")


def folder(url: str) -> str:
    """What the addresses of one list share: the path up to the last segment and the names of the parameters."""
    path, _, query = key(url).partition("?")
    names = "&".join(name for name, _ in parse_qsl(query, keep_blank_values=True, errors="replace"))
    return f"{path.rpartition('/')[0]}/?{names}"


def _segment(segment: str) -> str:
    segment = _HEX.sub("#", segment)
    if len(re.findall(r"[^\W_]+", segment)) > _LONG_SLUG or len(segment) > 48:
        return "*"
    return _NUMBER.sub("#", segment)


def _value(value: str) -> str:
    return "*" if len(value) > 24 else _SIGNED.sub("#", value)


class Terms:
    """Finds the folded words that mark important links; built once per run, a few microseconds per link."""

    def __init__(self, terms: Iterable[str]) -> None:
        self._by_first: dict[str, list[tuple[str, ...]]] = {}
        for term in {words(term) for term in terms}:
            parts = tuple(term.split())
            if parts:
                self._by_first.setdefault(parts[0], []).append(parts)

    def found_in(self, folded: str) -> bool:
        """Whether one of the terms stands in a text that has been through `words`."""
        return self._found(folded.split())

    def _found(self, have: list[str]) -> bool:
        by_first = self._by_first
        for index, word in enumerate(have):
            for parts in by_first.get(word, ()):
                if len(parts) == 1 or tuple(have[index : index + len(parts)]) == parts:
                    return True
        return False

    def match(self, text: str, url: str) -> int:
        """2 where a short label or a short name in the address holds a term, 1 where a long one does, else 0."""
        best = 0
        parts = split(url)
        slugs = unquote(parts.path).rstrip("/").split("/")[-2:] if parts else []
        for piece in (text, *slugs):
            have = words(piece).split()
            if have and self._found(have):
                if len(have) <= 7:
                    return 2
                best = 1
        return best
