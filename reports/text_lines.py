"""How many lines a text takes in a cell: spreadsheets do not work out the height of a row for a file that lacks it."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

# Advance widths of Times (Adobe's font metrics), in thousandths of the font's size; signs over letters add nothing.
_LETTERS = {
    **dict.fromkeys("bdghknopquvxyđ0123456789–“”«»_$+<=>", 500),
    **dict.fromkeys("acez", 444),
    **dict.fromkeys(" .,", 250),
    **dict.fromkeys("ijlt:;/'", 278),
    **dict.fromkeys("frI-()!", 333),
    **dict.fromkeys("sJ", 389),
    **dict.fromkeys("m&%", 800),
    **dict.fromkeys("MW@…", 944),
    **dict.fromkeys("FPS", 556),
    **dict.fromkeys("ELTZ", 611),
    **dict.fromkeys("BCR", 667),
}
_OTHER = 722  # most capitals, and whatever else there may be
_WIDEST = 944
_BLANK = 250
_COLUMN = 477  # one unit of a column's width: 7 pixels, where the font has 14.67 (11 points)


def room(width: float) -> int:
    """What fits on a line of a column of this width, in thousandths of the font's size (11 points)."""
    return max(int(width * _COLUMN), _OTHER)


def surely_one(text: str, space: int) -> bool:
    """Whether the text is so short that nothing need be counted."""
    return len(text) * _WIDEST <= space and "\n" not in text


@lru_cache(maxsize=16_384)
def lines(text: str, space: int) -> int:
    """Into how many lines of `space` (see `room`) the text breaks, at its blanks, and within longer words."""
    count = 0
    for part in text.split("\n"):
        count, used = count + 1, 0
        for word in part.split(" "):
            wide = _width(word)
            if used and used + _BLANK + wide <= space:
                used += _BLANK + wide
                continue
            count += bool(used)
            broken = max(-(-wide // space) - 1, 0)
            count, used = count + broken, wide - broken * space
    return count


@lru_cache(maxsize=16_384)
def _width(word: str) -> int:
    letters = unicodedata.normalize("NFD", word)
    return sum(_LETTERS.get(letter, _OTHER) for letter in letters if not unicodedata.combining(letter))
