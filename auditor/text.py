"""Folding of Vietnamese text so that labels compare equal however they were typed."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_REMEMBERED = 300
_MAX_FOLDED = 50_000
_NOT_WORD = re.compile(r"[^0-9a-z]+")

# Letters that NFD does not take apart; the gha letters stand for Ư in PDF text with a broken font map.
_SPECIAL = {"đ": "d", "Đ": "d", "ð": "d", "Ð": "d", "Ƣ": "u", "ƣ": "u"}


def _fold_table() -> dict[int, str]:
    """One-to-one map of every precomposed Latin letter to its lower-case base letter."""
    table: dict[int, str] = {}
    for code in (*range(0x41, 0x250), *range(0x1E00, 0x1F00)):
        char = chr(code)
        base = unicodedata.normalize("NFD", char)[0]
        if base.isascii() and base.isalpha():
            table[code] = base.lower()
    table.update({ord(char): base for char, base in _SPECIAL.items()})
    table[0xA0] = " "
    table[0x200B] = " "
    table[0xFEFF] = " "
    return table


_FOLD = _fold_table()


def clean(text: str) -> str:
    """Text in NFC with runs of white space as one blank and none at its ends."""
    text = unicodedata.normalize("NFC", text)
    if text.isprintable() and "  " not in text:  # the only white space that is printable is the blank
        return text.strip()
    return " ".join(text.split())


def fold(text: str) -> str:
    """Lower-case, without accents, in the same length as the NFC text, so that offsets still point into it."""
    return unicodedata.normalize("NFC", text).translate(_FOLD)


def words(text: str) -> str:
    """The folded words of a text joined by single blanks: how labels are compared ("Số/Ký hiệu" -> "so ky hieu")."""
    if len(text) <= _REMEMBERED:
        return _remembered_words(text)
    if len(_FOLDED) > _MAX_FOLDED:
        _FOLDED.clear()
    return " ".join(filter(None, map(_FOLDED.__getitem__, text.split())))


@lru_cache(maxsize=65536)
def _remembered_words(text: str) -> str:
    """Short texts stand on many pages of a portal and are asked for by many facts."""
    return _NOT_WORD.sub(" ", fold(text)).strip()


class _FoldedWords(dict[str, str]):
    """Folded words by what stands between two blanks: a language has few syllables, and pages repeat them."""

    def __missing__(self, written: str) -> str:
        folded = self[written] = _NOT_WORD.sub(" ", fold(written)).strip()
        return folded


_FOLDED = _FoldedWords()


def has_accents(text: str) -> bool:
    """Whether a text was typed with Vietnamese accents (or đ)."""
    folded = fold(text)
    return any(a != b for a, b in zip(unicodedata.normalize("NFC", text).lower(), folded, strict=False))


def contains_words(haystack: str, needle: str) -> bool:
    """Whether the words of `needle` stand in a row in `haystack`; both already through `words`."""
    return f" {needle} " in f" {haystack} "


def excerpt(text: str, start: int, end: int, *, around: int = 80) -> str:
    """A quote of `text[start:end]` with some words on either side, marked with … where it was cut."""
    left, right = max(0, start - around), min(len(text), end + around)
    if left:
        left = text.find(" ", left, start) + 1 or left
    if right < len(text):
        cut = text.rfind(" ", end, right)
        right = cut if cut > 0 else right
    return ("…" if left else "") + text[left:right].strip() + ("…" if right < len(text) else "")
