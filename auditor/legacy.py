"""Vietnamese text in the codes from before Unicode: tables, detection by syllables, conversion.

A legacy text reaches us as a string whose characters stand for bytes: Latin-1 letters, or what windows-1252 shows
for 0x80 to 0x9F. TCVN3 (ABC), VISCII and VPS give one byte to a letter; VNI and windows-1258 write a base letter
and a second byte for the tone. The byte values stand in legacy_letters.csv (checked against glibc's TCVN, VISCII and
CP1258, RFC 1456 and two programs' VNI tables; VPS has a single source).
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

import yaml

TCVN3, VNI, CP1258, VISCII, VPS = "tcvn3", "vni", "windows-1258", "viscii", "vps"
CODES = (TCVN3, VNI, CP1258, VISCII, VPS)  # the likelier first: order decides a tie

# How many different words must read as Vietnamese under a code, and not as Unicode, before a text is believed to be
# in it. VISCII, VPS and windows-1258 share most letters with Latin-1 and are hardly seen any more.
_WORDS_NEEDED = {TCVN3: 2, VNI: 2, CP1258: 3, VISCII: 4, VPS: 4}

# A word: ASCII letters, Latin-1 with the C1 controls, Latin Extended, combining marks, and the characters that
# windows-1252 puts where the codes have letters. Quotes and dashes are left out: they surround Unicode words.
_LETTERS = "A-Za-z\x80-\x9f\xa1-\xff\u0100-\u024f\u0300-\u036f\u1e00-\u1eff\u02c6\u2020\u2021\u2030\u2039\u203a\u2122"
WORD = re.compile(f"[{_LETTERS}]+")
_ASCII_WORD = re.compile("[A-Za-z]+")

_INITIALS = "b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x".split()
_RHYMES = (
    "a ac ach ai am an ang anh ao ap at au ay ăc ăk ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây "
    "e ec em en eng eo ep et ê êch êm ên ênh êp êt êu i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu "
    "o oc oi om on ong op ot oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt "
    "oe oem oen oeo oet ooc oong ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt u ua uc ui um un ung up ut "
    "uân uâng uât uây uê uêch uênh uôc uôi uôm uôn uông uôt uơ uy uya uych uynh uyt uyu uyp uyên uyêt "
    "ư ưa ưc ưi ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu y"
).split()
_AFTER_QU = (
    "a ac ach ai an ang anh ao at au ay ăc ăm ăn ăng ăp ăt ân âng ât ây e en eo et ê ên êch ênh êt it iu ich in inh "
    "ôc ơ ơi ơn y ych ynh yt yên yêt"
).split()
_AFTER_GI = "i in iêc iêm iêng iêt"  # written with one i: gì, gìn, giếc ... giết
_ALONE = "y yêm yên yêng yêt yêu".split()
_Y_AFTER = frozenset("h k l m s t th v".split())
_FRONT = frozenset("eêiy")
_TONES = {"\u0300": 1, "\u0301": 2, "\u0303": 3, "\u0309": 4, "\u0323": 5}
_STOPS = ("c", "ch", "k", "p", "t")
_VOWELS = frozenset("aăâeêioôơuưy")
_HATTED = frozenset("ăâêôơư")


@cache
def _toneless() -> frozenset[str]:
    """Every syllable that Vietnamese spelling allows, lower case, without its tone."""
    found = set(_RHYMES) | set(_ALONE)
    for initial in _INITIALS:
        for rhyme in _RHYMES:
            front = rhyme[0] in _FRONT
            if initial in ("k", "gh", "ngh") and not front:
                continue
            if initial in ("c", "g", "ng") and front:
                continue
            if rhyme == "y" and initial not in _Y_AFTER:
                continue
            if initial == "qu" or (initial == "gi" and rhyme[0] in "iy"):
                continue
            found.add(initial + rhyme)
    found.update("qu" + rhyme for rhyme in _AFTER_QU)
    found.update("g" + rhyme for rhyme in _AFTER_GI.split())
    return frozenset(found)


@lru_cache(maxsize=1 << 15)
def is_syllable(word: str) -> bool:
    """Whether a word (any case, NFC) is spelt as a Vietnamese syllable can be, tone mark in its place included."""
    if not 0 < len(word) <= 8:
        return False
    letters: list[str] = []
    tone = tone_at = 0
    for char in word.lower().replace("ð", "đ"):
        apart = unicodedata.normalize("NFD", char)
        kept = apart[0]
        for mark in apart[1:]:
            if mark in _TONES:
                if tone:
                    return False
                tone, tone_at = _TONES[mark], len(letters)
            else:
                kept += mark
        letters.append(unicodedata.normalize("NFC", kept))
    plain = "".join(letters)
    if plain not in _toneless():
        return False
    if not tone:
        return True
    if letters[tone_at] not in _VOWELS:
        return False
    hatted = [i for i, letter in enumerate(letters) if letter in _HATTED]
    if hatted:
        if tone_at != hatted[-1]:
            return False
    elif letters[-1] not in _VOWELS:
        last = max(i for i, letter in enumerate(letters) if letter in _VOWELS)
        if tone_at != last:
            return False
    return tone in (2, 5) if plain.endswith(_STOPS) else True


@cache
def common_syllables() -> frozenset[str]:
    """The frequent accented syllables of checklists/vocabulary/charsets.yaml."""
    text = resources.files("checklists").joinpath("vocabulary/charsets.yaml").read_text("utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return frozenset(unicodedata.normalize("NFC", yaml.load(text, loader)["common_syllables"]).split())


def _characters(code: int) -> set[str]:
    """The characters that may stand for a byte: Latin-1's, and what windows-1252 shows."""
    return {chr(code), bytes([code]).decode("cp1252", "ignore") or chr(code)}


@cache
def _rows() -> tuple[dict[str, str], ...]:
    text = resources.files("auditor").joinpath("legacy_letters.csv").read_text("utf-8")
    return tuple(csv.DictReader(text.splitlines()))


@cache
def _table(code: str) -> dict[str, str]:
    """Legacy spelling (one or two characters) to Unicode letter (or, for windows-1258, combining mark)."""
    table: dict[str, str] = {}
    if code == CP1258:
        for byte in range(0x80, 0x100):
            letter = bytes([byte]).decode("cp1258", "ignore")
            if letter and byte >= 0xC0:
                table.update(dict.fromkeys(_characters(byte), letter))
        return table
    for row in _rows():
        letter = row["letter"]
        if code == TCVN3:
            # .VnTimeH shows the small letter's byte as a capital, so that byte is read as the small letter.
            if letter.islower() or row["tcvn3"] == row["tcvn5712"]:
                table.update(dict.fromkeys(_characters(int(row["tcvn3"], 16)), letter))
        elif code == VNI:
            spelt = bytes.fromhex(row["vni"]).decode("latin-1")
            table[spelt] = letter
            if len(spelt) == 2:
                table[spelt[0] + spelt[1].swapcase()] = letter
        else:
            # Rows of small letters come first: where a VPS byte serves both cases, the small letter is likelier.
            for char in _characters(int(row[code], 16)):
                table.setdefault(char, letter)
    if code == TCVN3:
        for row in _rows():
            for char in _characters(int(row["tcvn5712"], 16)):
                table.setdefault(char, row["letter"])
    return table


@cache
def _by_code_point(code: str) -> dict[int, str]:
    return {ord(key): letter for key, letter in _table(code).items()}


@cache
def _spellings(code: str) -> re.Pattern[str]:
    keys = sorted(_table(code), key=lambda key: (-len(key), key))
    return re.compile("|".join(map(re.escape, keys)))


def convert(text: str, code: str) -> str:
    """`text`, every character of it in a legacy code, as Unicode (NFC). Unknown characters stay as they are."""
    table = _table(code)
    if code == VNI:
        return _spellings(VNI).sub(lambda match: table[match[0]], text)
    converted = text.translate(_by_code_point(code))
    return unicodedata.normalize("NFC", converted) if code == CP1258 else converted


def encode(text: str, code: str) -> bytes:
    """Unicode text as bytes in a legacy code, for tests and samples.

    TCVN3 has no accented capitals: they come out as small letters, as the capital fonts expect them.
    """
    column = {CP1258: "windows1258"}.get(code, code)
    spelt = {row["letter"]: bytes.fromhex(row[column]) for row in _rows()}
    return b"".join(
        spelt[char] if char in spelt else char.encode("latin-1", "replace")
        for char in unicodedata.normalize("NFC", text)
    )


@dataclass(frozen=True, slots=True)
class Reading:
    """What a word with letters beyond ASCII can be: a Unicode word, a word in some codes, or neither."""

    unicode: bool
    codes: frozenset[str]


_NOTHING = Reading(False, frozenset())
_SYMBOLS = frozenset("\xa0¡¢£¤¥¦§¨©ª«¬\xad®¯°±²³´µ¶·¸¹º»¼½¾¿×÷‹›™†‡‰ˆ")


def _means_itself(word: str, code: str) -> bool:
    """Whether a word is written in a code as in Unicode (Hình in VNI)."""
    return all(char.isascii() or _table(code).get(char) == char for char in word)


@lru_cache(maxsize=1 << 15)
def read_word(word: str) -> Reading:
    """The readings of one word (a match of WORD)."""
    if len(word) > 16 or all(char in _SYMBOLS for char in word):
        return _NOTHING
    # Quotes and signs that touch a Unicode word are none of its letters.
    as_unicode = is_syllable(unicodedata.normalize("NFC", word).lstrip("«‹").rstrip("»›©®™°"))
    codes = set()
    for code in CODES:
        converted = convert(word, code)
        if not is_syllable(converted) or (converted == word and not _means_itself(word, code)):
            continue
        # Capitals of TCVN 5712 stand on bytes that are letters of French or Danish: not inside a small word.
        if code == TCVN3 and any(char.isupper() for char in converted[1:]) and re.search("[a-z]", word):
            continue
        codes.add(code)
    return Reading(as_unicode, frozenset(codes))


@dataclass(slots=True)
class Votes:
    """What the words of a text say about its code.

    `telling` holds per code the words (as converted, lower case) that are Vietnamese under it but not as Unicode;
    `unicode` counts words that are Vietnamese only as Unicode, `unread` those that are nothing.
    """

    telling: dict[str, set[str]]
    hits: dict[str, int]
    unicode: int = 0
    unread: int = 0

    def add(self, other: Votes) -> None:
        """Take the votes of another text in."""
        for code in CODES:
            self.telling[code] |= other.telling[code]
            self.hits[code] += other.hits[code]
        self.unicode += other.unicode
        self.unread += other.unread


def no_votes() -> Votes:
    """An empty count."""
    return Votes({code: set() for code in CODES}, dict.fromkeys(CODES, 0))


def _odd_words(text: str) -> Iterator[re.Match[str]]:
    return (match for match in WORD.finditer(text) if not match[0].isascii())


def vote(text: str) -> Votes:
    """Count the readings of the words of a text. A word that touches a digit ("5µm") says nothing."""
    votes = no_votes()
    for match in _odd_words(text):
        start, end = match.span()
        if text[end : end + 1].isdigit() or (start and text[start - 1].isdigit()):
            continue
        word = match[0]
        reading = read_word(word)
        if reading.unicode:
            votes.unicode += not reading.codes
        elif reading.codes:
            for code in reading.codes:
                votes.telling[code].add(convert(word, code).lower())
                votes.hits[code] += 1
        elif any(char not in _SYMBOLS for char in word):
            votes.unread += 1
    return votes


def _best(votes: Votes) -> str:
    return max(CODES, key=lambda code: (votes.hits[code], len(votes.telling[code] & common_syllables())))


def believed(votes: Votes, *, context: Iterable[str] = ()) -> str | None:
    """The code that the votes prove, or None. `context`: codes already proved by the text around."""
    code = _best(votes)
    telling = votes.telling[code]
    if not telling:
        return None
    unread = votes.unread + max(votes.hits.values()) - votes.hits[code]
    for known in context:
        if votes.hits[known] and votes.hits[known] >= votes.unread:
            return known
    common = sum(word in common_syllables() for word in telling)
    if len(telling) < _WORDS_NEEDED[code] + (votes.unicode > 3 * votes.hits[code]):
        return None
    if common * 3 < len(telling) or votes.hits[code] < 2 * unread:
        return None
    return code


def believed_label(text: str, votes: Votes) -> str | None:
    """Like `believed` for a short label whose only accented word must do: a frequent syllable among plain ones."""
    code = _best(votes)
    if code not in (TCVN3, VNI) or votes.unread or votes.unicode or len(votes.telling[code]) != 1:
        return None
    if not votes.telling[code] <= common_syllables():
        return None
    words = [convert(word, code) for word in WORD.findall(text)]
    abbreviated = [word.isascii() and word.isupper() and len(word) <= 6 for word in words]  # THCS, UBND
    if len(words) > 8:
        return None
    return code if all(short or is_syllable(word) for short, word in zip(abbreviated, words, strict=True)) else None


def convert_words(text: str, code: str) -> tuple[str, int]:
    """A text of which (most) words are in `code`, those converted, and how many they were.

    Words that can only be Unicode, lone symbols and foreign words stay.
    """
    converted_words = 0
    ascii_letters = "".join(_ASCII_WORD.findall(text))
    shouting = len(ascii_letters) >= 4 and ascii_letters.isupper()

    def one(match: re.Match[str]) -> str:
        nonlocal converted_words
        word = match[0]
        if word.isascii():
            return word
        reading = read_word(word)
        if code not in reading.codes:
            if reading.unicode:
                return word
            if all(char in _SYMBOLS for char in word):
                # In two codes ở and ờ are signs of Latin-1: no bullet, no © in a text that is known to be in them.
                alone = convert(word, code)
                return alone if code in (VISCII, VPS) and alone in common_syllables() else word
            # Abbreviations (GD&§T) and slips of the keyboard; longer words are foreign.
            short = convert(word, code)
            if len(short) > 4 or not all(char.isalpha() and char != "\xad" for char in short):
                return word
        converted = convert(word, code)
        if converted != word:
            converted_words += 1
        own = "".join(_ASCII_WORD.findall(word))
        if shouting or (len(own) >= 2 and own.isupper()):
            return converted.upper()
        return converted

    return WORD.sub(one, text), converted_words


def detect(texts: Iterable[str]) -> str | None:
    """The code in which a whole text is written, from its parts, or None for Unicode and foreign text."""
    total = no_votes()
    for text in texts:
        total.add(vote(text))
    return believed(total)
