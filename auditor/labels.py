"""Which topic a label names: menu entries, link texts, headings, titles, file names and slugs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

from auditor.text import contains_words, words
from auditor.urls import split
from auditor.vocabulary import Topic

_NUMBERING = re.compile(r"^(?:(?:\d{1,2}|[ivx]{1,4}|[a-d])(?: \d{1,2})* )(?=[a-z])")
_COUNTER = re.compile(r" \d{1,5}$")
_ARROWS = re.compile(r" (?:xem tat ca|xem them|chi tiet)$")
_TITLE_PARTS = re.compile(r"\s+[-–—|»:•]+\s+|\s*[|»]\s*")
_SLUG_END = re.compile(r"\.(?:html?|php|aspx?|jsp)$", re.I)
_MAX_LABEL_WORDS = 9
_MAX_PHRASE_WORDS = 10
_FUZZY_LENGTH = 12


class Match(IntEnum):
    """How surely a label names a topic."""

    PHRASE = 1
    FUZZY = 2
    EXACT = 3


@lru_cache(maxsize=65536)
def label_words(text: str) -> str:
    """The folded words of a label without numbering ("1. Ban giám hiệu"), counters ("(12)") and doubling."""
    label = words(text)
    if len(label) > 2:
        label = _NUMBERING.sub("", label)
    label = _ARROWS.sub("", _COUNTER.sub("", label))
    half = len(label) // 2
    if len(label) > 8 and label[half : half + 1] == " " and label[:half] == label[half + 1 :]:
        label = label[:half]
    return label


def slug_words(url: str) -> tuple[str, ...]:
    """The parts of an address's path as folded words, the last one without its ending."""
    parts = split(url)
    if parts is None:
        return ()
    return tuple(words(_SLUG_END.sub("", part)) for part in parts.path.split("/") if part)


def title_parts(title: str) -> tuple[str, ...]:
    """A page title taken apart at its separators: "Công khai - Trường A" gives both."""
    return tuple(part for part in _TITLE_PARTS.split(title) if part.strip())


@dataclass(frozen=True, slots=True)
class _Words:
    negative_labels: frozenset[str]
    negative_phrases: tuple[str, ...]


class LabelMatcher:
    """Matches labels against all topics at once; a label costs a few look-ups, however many topics there are."""

    def __init__(self, topics: Mapping[str, Topic]) -> None:
        self._exact: dict[str, list[str]] = {}
        self._phrases: dict[str, list[str]] = {}
        self._titles: dict[str, list[str]] = {}
        self._slugs: dict[str, list[str]] = {}
        self._negative: dict[str, _Words] = {}
        for name, topic in topics.items():
            for table, entries in (
                (self._exact, topic.labels),
                (self._phrases, topic.phrases),
                (self._titles, topic.title_phrases),
                (self._slugs, [words(slug) for slug in topic.slugs]),
            ):
                for entry in entries:
                    table.setdefault(entry, []).append(name)
            self._negative[name] = _Words(frozenset(topic.not_labels), tuple(topic.not_phrases))
        self._long = [label for label in self._exact if len(label) >= _FUZZY_LENGTH]
        self._longest_title = max((entry.count(" ") + 1 for entry in self._titles), default=1)
        self.match = lru_cache(maxsize=65536)(self._match)
        self.title = lru_cache(maxsize=65536)(self._title)

    def _match(self, text: str) -> Mapping[str, Match]:
        """The topics that a short label names. Empty for a sentence: running text names no section."""
        label = label_words(text)
        count = label.count(" ") + 1
        if not label or count > _MAX_LABEL_WORDS:
            return {}
        found: dict[str, Match] = {}
        for topic in self._exact.get(label, ()):
            found[topic] = Match.EXACT
        for phrase in _runs(label, _MAX_PHRASE_WORDS):
            for topic in self._phrases.get(phrase, ()):
                found.setdefault(topic, Match.PHRASE)
        if not found and len(label) >= _FUZZY_LENGTH:
            for known in self._long:
                if (
                    abs(len(known) - len(label)) <= 1
                    and known.count(" ") == count - 1
                    and Levenshtein.distance(known, label, score_cutoff=1) <= 1
                ):
                    for topic in self._exact[known]:
                        found.setdefault(topic, Match.FUZZY)
        return {topic: match for topic, match in found.items() if not self._denied(topic, label)}

    def _title(self, text: str) -> frozenset[str]:
        """The topics on which an article or document of this title is wholly about."""
        title = words(text)
        found = {
            topic
            for phrase in _runs(title, self._longest_title)
            for topic in self._titles.get(phrase, ())
        }
        label = label_words(text)
        found.update(self._exact.get(label, ()))
        return frozenset(topic for topic in found if not self._denied(topic, label))

    def slug(self, url: str) -> frozenset[str]:
        """The topics whose slug is the last telling part of an address's path."""
        return frozenset(topic for part in slug_words(url)[-2:] for topic in self._slugs.get(part, ()))

    def _denied(self, topic: str, label: str) -> bool:
        negative = self._negative[topic]
        return label in negative.negative_labels or any(
            contains_words(label, phrase) for phrase in negative.negative_phrases
        )


def _runs(label: str, longest: int) -> Iterable[str]:
    """Every run of at most `longest` words."""
    tokens = label.split(" ")
    for start in range(len(tokens)):
        for end in range(start + 1, min(start + longest, len(tokens)) + 1):
            yield " ".join(tokens[start:end])
