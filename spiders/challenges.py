"""Recognises the pages that stand in for the one asked for: flood protection, tests for robots, maintenance."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

import yaml

from auditor.text import contains_words, words
from auditor.vocabulary import Placeholders, load_vocabulary

_MAX_BYTES = 60_000
_MAX_WORDS = 120  # a page with more text of its own is a page
_MAX_LINKS = 10
_NOT_SEEN = re.compile(rb"<(script|style|noscript)\b.*?</\1\s*>|<!--.*?-->|<[^>]*>", re.I | re.S)
_LINK = re.compile(rb"<a\s", re.I)
_COOKIE_RELOAD = re.compile(rb"document\.cookie\s*=.*?location(?:\.href\s*=|\.reload|\.replace|\s*=)", re.I | re.S)


@dataclass(frozen=True, slots=True)
class Challenge:
    """A page that stands in for another. `wait` is the number of seconds it names.

    `kind` is "flood" (flood protection or a test for robots), "denied", "maintenance" or "parked".
    """

    kind: str
    wait: float | None = None


@dataclass(frozen=True, slots=True)
class ChallengeRules:
    """Texts by kind, in the order of their weight, and the marks of checklists/vocabulary/challenges.yaml, folded."""

    texts: tuple[tuple[str, tuple[str, ...]], ...]
    seconds: frozenset[str]
    marks: tuple[bytes, ...]
    headers: tuple[tuple[str, str], ...]

    def recognise(self, headers: Sequence[tuple[str, str]], body: bytes) -> Challenge | None:
        """What an answer stands in for, or None for a page of the portal's own."""
        for name, value in headers:
            for known, content in self.headers:
                if name == known and content in value.lower():
                    return Challenge("flood")
        if len(body) > _MAX_BYTES or len(_LINK.findall(body)) > _MAX_LINKS:
            return None
        text = html.unescape(_NOT_SEEN.sub(b" ", body).decode("utf-8", "replace"))
        have = words(text[:20_000])
        listed = have.split()
        if len(listed) > _MAX_WORDS:
            return None
        if len(listed) < 40 and any(mark in body for mark in self.marks):
            return Challenge("flood")
        if len(listed) < 10 and _COOKIE_RELOAD.search(body):
            return Challenge("flood")
        for kind, phrases in self.texts:
            if any(contains_words(have, phrase) for phrase in phrases):
                return Challenge(kind, self._wait(listed) if kind == "flood" else None)
        return None

    def _wait(self, listed: list[str]) -> float | None:
        for number, unit in pairwise(listed):
            if number.isdigit() and len(number) <= 4 and unit in self.seconds:
                return float(number)
        return None


def rules_of(data: Mapping[str, Any], texts: Placeholders) -> ChallengeRules:
    """Rules from the lists of challenges.yaml and the texts of placeholders.yaml."""
    return ChallengeRules(
        texts=(
            ("flood", (*texts.flood, *texts.challenge)),
            ("denied", tuple(texts.denied)),
            ("maintenance", tuple(texts.maintenance)),
            ("parked", tuple(texts.parked)),
        ),
        seconds=frozenset(words(text) for text in data["seconds"]),
        marks=tuple(mark.encode() for mark in data["marks"]),
        headers=tuple((name.lower(), str(value).lower()) for name, value in data["headers"].items()),
    )


@lru_cache(maxsize=1)
def challenge_rules() -> ChallengeRules:
    """The rules that come with the program."""
    text = files("checklists").joinpath("vocabulary", "challenges.yaml").read_text(encoding="utf-8")
    return rules_of(yaml.safe_load(text), load_vocabulary().placeholders)
