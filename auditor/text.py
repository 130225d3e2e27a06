"""Folding of Vietnamese text so that labels compare equal however they were typed."""

from __future__ import annotations

import codecs
import re
import unicodedata
from functools import lru_cache

_REMEMBERED = 300
_NOT_WORD = re.compile(r"[^0-9a-z]+")
_DIGIT = re.compile(r"\d")
_NOT_WORD_CHARACTER = re.compile(r"[^0-9a-z]")

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


# All that Vietnamese text is usually written with fits into a single-byte code. Python folds such bytes by one table.
_USUAL = (
    "\0\t\n\r"
    + "".join(map(chr, range(0x20, 0x7F)))
    + "".join(
        letter.upper() + letter for letter in "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ"
    )
    + "\xa0–—“”‘’…•«»·°×"
)
_TO_BYTES = codecs.charmap_build(_USUAL.ljust(256, "\ufffe"))
_ALL_BYTES = bytes(range(256))
_FOLDED_BYTES = _NOT_WORD_CHARACTER.sub(" ", fold(_USUAL)).encode("ascii").ljust(256)


def distinct_characters(text: str) -> frozenset[str]:
    """The different characters of a text that is mostly Vietnamese; ten times as fast as a set of a long one."""
    try:
        usual = codecs.charmap_encode(text, "strict", _TO_BYTES)[0]
    except UnicodeEncodeError:
        return frozenset(text)
    absent = _ALL_BYTES.translate(None, usual)
    return frozenset(map(_USUAL.__getitem__, _ALL_BYTES.translate(None, absent)))


def words(text: str) -> str:
    """The folded words of a text joined by single blanks: how labels are compared ("Số/Ký hiệu" -> "so ky hieu")."""
    return _remembered_words(text) if len(text) <= _REMEMBERED else _folded_words(text)


def _folded_words(text: str) -> str:
    try:
        folded = codecs.charmap_encode(text, "strict", _TO_BYTES)[0].translate(_FOLDED_BYTES).decode("ascii")
    except UnicodeEncodeError:
        return _NOT_WORD.sub(" ", fold(text)).strip()
    while "  " in folded:
        folded = folded.replace("  ", " ")
    return folded.strip(" ")


# Short texts stand on many pages of a portal and are asked for by many facts.
_remembered_words = lru_cache(maxsize=65536)(_folded_words)
_remembered_clean = lru_cache(maxsize=65536)(clean)


def clean_line(text: str) -> str:
    """`clean` for the lines of a portal's pages, of which many repeat: equal ones are one string in memory."""
    return _remembered_clean(text) if len(text) <= _REMEMBERED else clean(text)


@lru_cache(maxsize=16384)
def has_digit(text: str) -> bool:
    """Whether a digit stands in a short text: asked of each before dates, numbers and addresses are looked for."""
    return _DIGIT.search(text) is not None


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
