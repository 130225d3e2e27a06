"""Dates as Vietnamese portals write them, with what each date is of, and the numbers of documents that a text cites.

The grammar is anchored at digits: text without them costs one scan. What is no date for sure is left out: telephone
numbers, versions, addresses, scores, document numbers (09/2024/TT-BGDĐT), day 31 of a short month, years before 1990
or after 2100. Texts must be in NFC.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache, lru_cache
from importlib import resources

import yaml

from auditor.text import fold, has_digit, words

FIRST_YEAR, LAST_YEAR = 1990, 2100
_VIETNAM = timezone(timedelta(hours=7))
_BEFORE = 48  # characters looked at before a date for its weekday and time
_AFTER = 60  # characters looked at behind a date for what belongs to it
_CONTEXT = 160  # characters looked at for the words that classify it: tables leave much white space
_LABEL = 60  # characters that the longest label and a note in brackets take
_REMEMBERED = 400  # characters of the texts whose dates are remembered: templates repeat short ones on every page

_MONTH_WORDS = {
    "một": 1, "giêng": 1, "hai": 2, "ba": 3, "tư": 4, "bốn": 4, "năm": 5, "sáu": 6, "bảy": 7, "bẩy": 7, "tám": 8,
    "chín": 9, "mười": 10, "mười một": 11, "mười hai": 12, "chạp": 12,
}  # fmt: skip
_ENGLISH = {name: i for i, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}

_MW = r"mười\s+một|mười\s+hai|mười|một|giêng|hai|ba|tư|bốn|năm|sáu|bảy|bẩy|tám|chín|chạp"
_EN = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    "|nov(?:ember)?|dec(?:ember)?"
)
_S = "[ \t\xa0]"
_CLOCK = r"T?[0-9]{1,2}:[0-9]{1,2}(?::[0-9]{1,2}(?:\.[0-9]{1,6})?)?"

# A digit that starts a number, T9/2026 and ngày5/9/2024 included, and one of the shapes of a date after it.
_SHAPE = re.compile(
    rf"""(?P<a>[0-9](?:(?<![^\WT][0-9])|(?<=ày[0-9]))[0-9]{{0,3}})(?:
      {_S}?(?P<sep>[/.\-])(?:{_S}?(?P<b>[0-9]{{1,4}})(?:{_S}?(?P=sep){_S}?(?P<c>[0-9]{{1,4}}))?
                            |(?P<short>th[0-9]{{1,2}})(?P=sep)(?P<shorty>[0-9]{{4}}))(?![0-9])
    | (?:st|nd|rd|th)?(?:{_S}*|[-/.])(?:of{_S}+)?(?P<en>{_EN})\b(?:\.?,?{_S}*|[-/.])(?P<eny>[0-9]{{4}})(?![0-9])
    | \s*(?:tháng|thg\.?)\s*(?P<m>[0-9]{{1,2}}(?![0-9])|(?:{_MW})\b)
        (?P<mcomma>\s*[,/.\-]?\s*)(?:năm\s*)?(?P<my>[0-9]{{4}})(?![0-9])
    | {_S}*th(?P<wm>[0-9]{{1,2}})\b[, /]*(?P<wy>[0-9]{{4}})(?![0-9])
    | (?:st|nd|rd|th)?(?:{_S}*,{_S}*|{_S}+|{_S}*năm{_S}*)(?P<y>[0-9]{{4}})(?![0-9])(?!{_S}?[/.][0-9])
    | {_S}*[–—]{_S}*(?P<y2>[0-9]{{2,4}})(?![0-9])
    | {_S}*(?P<unit>giây|phút|giờ|tiếng|ngày|tuần|tháng|năm)\b(?P<unitend>{_S}+trước\b)?
    | {_S}*(?P<enunit>second|minute|hour|day|week|month|year)s?{_S}+ago\b
    | (?<=[12][09][0-9]{{2}})(?![0-9])
    )""",
    re.IGNORECASE | re.VERBOSE,
)

_WEEKDAY = (
    r"thứ\s*(?:hai|ba|tư|bốn|năm|sáu|bảy|bẩy|[2-7])|t[2-7]|chủ\s*nh[ậâ]t|cn"
    r"|mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:rs(?:day)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?"
)
_TIME = (
    r"[0-9]{1,2}\s?(?::|h|giờ)\s?(?:[0-9]{1,2}(?:\s?(?::|phút)\s?(?:[0-9]{1,2}(?:\s?giây)?)?)?)?(?:\s?[AP]M\b)?"
    r"(?:\s?(?:phút|p)\b)?"
)
_LEAD = re.compile(
    rf"(?:(?<!\w)(?P<weekday>{_WEEKDAY})\b[\s.,:(\-–|]*)?"
    rf"(?:(?:lúc\s*)?(?<![\w:])(?P<time>{_TIME})[\s,.;|(\-–]*)?"
    rf"(?:(?<!\w)(?P<weekday2>{_WEEKDAY})\b[\s,:(\-–|]*)?(?:(?<!\w)ngày\s*:?\s*)?\(?\Z",
    re.IGNORECASE,
)
_TRAIL = re.compile(
    rf"\)?(?:(?:{_S}*[,|\-–(]{{0,2}}{_S}*|\s{{0,6}}\|\s{{0,6}})(?:T|lúc{_S}*)?(?P<time>{_TIME})(?!\w)(?!\s*(?:[/.]\s?[0-9]|ngày)))?"
    rf"(?:{_S}*\((?P<weekday>{_WEEKDAY})\))?",
    re.IGNORECASE,
)
# How a weekday or a time before a date can end: most dates have neither, and are spared the search for them.
_SIGNS = " \t\n\r\xa0,.;:|(-–"
_DAY_ENDS = tuple("nhật nhât cn day mon tue tues wed thu thur thurs fri sat sun".split())
_TIME_ENDS = tuple("giờ phút giây h p am pm".split())
_NUMBER_ENDS = (":", "h", "g", "t", "thứ", "giờ", "phút")
_TRAIL_HINT = re.compile(rf"\)?(?:{_S}*[,|\-–(]{{0,2}}{_S}*|\s{{0,6}}\|\s{{0,6}})(?:[0-9T(CcMmWwFfSs]|[lL]úc|th|chủ)")
_ISO_TIME = re.compile(
    r"(?:[Tt]|\s)(?P<h>[0-9]{1,2}):(?P<min>[0-9]{2})(?::(?P<s>[0-9]{2})(?:\.[0-9]{1,9})?)?"
    r"(?P<zone>\s?(?:[zZ]|[+-][0-9]{2}:?[0-9]{2})\b)?|ICT[0-9:]{5,8}"
)
_LOOSE = re.compile(  # begins with a set of letters, which lets the scan leap
    r"[hvmyjHVMYJ](?<!\w[hvmyjHVMYJ])(?i:ôm qua|ôm kia|ôm nay|ừa xong|(?:ài|ột) (?:giây|phút|giờ|tiếng) trước"
    r"|ột (?:ngày|tuần) trước|ới đây|esterday|ust now)(?!\w)"
)
_LOOSE_HINTS = (
    "ôm ",
    "ÔM ",
    "ừa x",
    "ỪA X",
    "ài gi",
    "ài ph",
    "ài ti",
    "ột ",
    "ỘT ",
    "ới đ",
    "ỚI Đ",
    "esterday",
    "ust n",
)
_LOOSE_DAYS = {"hôm qua": 1, "hôm kia": 2, "yesterday": 1, "một ngày trước": 1, "một tuần trước": 7}
_UNIT_SECONDS = {
    "giây": 1, "second": 1, "phút": 60, "minute": 60, "giờ": 3600, "tiếng": 3600, "hour": 3600, "ngày": 86400,
    "day": 86400, "tuần": 604800, "week": 604800,
}  # fmt: skip
_ENDS = re.compile(r"\s*(?:\Z|[\n|.,;:)\]•·–\-(/]|lúc\b|bởi\b|by\b|[A-ZĐ])")
_STARTS = re.compile(r"(?:\A|[\n|,;:(\[•·–\-/]|\blúc|\bnhật|\bđăng|\bngày)\s*\Z", re.IGNORECASE)
_BEFORE_AGO = re.compile(r"cách\s+(?:đây|nay)\s+\Z", re.IGNORECASE)
_BEFORE_MONTH = re.compile(r"(?<!\w)(?:tháng|t\.?|thg)\s*\Z", re.IGNORECASE)
_BEFORE_MONTH_WORD = re.compile(rf"(?<!\w)tháng\s*({_MW})\s*(?:,|/|-|năm|\s)\s*\Z", re.IGNORECASE)
_BEFORE_ENGLISH = re.compile(rf"(?<!\w)({_EN})\.?,?\s*\Z", re.IGNORECASE)
_BEFORE_WP = re.compile(r"(?<!\w)th(?:áng\s*)?\.?\s?([0-9]{1,2})[\s,]+\Z", re.IGNORECASE)
_BEFORE_WP_WORD = re.compile(rf"(?<!\w)tháng\s*({_MW})[\s,]+\Z", re.IGNORECASE)
_BEFORE_QUARTER = re.compile(r"(?<!\w)qu[ýí]\s*(iv|i{1,3}|[1-4])\s*(?:[/,.\-]|năm|\s)\s*\Z", re.IGNORECASE)
_BEFORE_QUARTER_1 = re.compile(r"(?<!\w)qu[ýí]\s*\Z", re.IGNORECASE)
_BEFORE_YEAR = re.compile(r"(?:(?<!\w)năm\s*|©\s*|\(c\)\s*|copyright\s*(?:©|\(c\))?\s*)\Z", re.IGNORECASE)
_YEAR_HINT = re.compile("[nN]ăm|NĂM|[tT]háng|THÁNG|[qQ][uU]|©|[cC]\\)|opyright|OPYRIGHT")
_BEFORE_SCHOOL_YEAR = re.compile(r"(?<!\w)(?:năm\s*học|nh|niên\s*học)\s*:?\s*\Z", re.IGNORECASE)
_BEFORE_GRADE = re.compile(
    r"(?<!\w)(?:lớp|khối|tổ|phiên bản|version|ver\.?|v\.?|điều|khoản|mục|bài|t[ỉỷ] (?:số|lệ)|ip"
    r"|đt|điện thoại|tel|fax|hotline)\s*:?\s*\Z",
    re.IGNORECASE,
)
_GOES_ON = re.compile(r"\s?/\s?[A-ZĐ]|(?!T[0-9]{1,2}:)[A-Za-z_@%]")  # then it is the number of a document, or code


_NUMBERS = re.compile(r"(?<![\w/.\-])(?P<a>[0-9]{1,2})(?P<sep>[/\-])(?P<b>[0-9]{1,2})(?P=sep)20[0-9]{2}(?![0-9/.\-])")
_SECOND_IS_A_DAY = re.compile(r"[0-9]{1,2}(?P<sep>[/\-])(?:1[3-9]|2[0-9]|3[01])(?P=sep)20[0-9]{2}(?![0-9/.\-])")
_ENGLISH_DAY_END = re.compile(r"(?<!\w)(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?\Z", re.IGNORECASE)
_HALF_DAY = re.compile(r"[\s,\-–]*[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?\s?[ap]\.?m\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date in a text.

    start, end: offsets of `text`, which takes in a weekday and a time that belong to it. date: its first day.
    precision: "day", "month", "quarter", "year" or "school_year" (from 1 September). form: "dmy", "dmy_short" (year of
    two digits), "mdy" (month first), "iso", "ymd", "long_vi", "wp_month", "english", "month_vi", "quarter", "year",
    "school_year" or "relative".
    """

    start: int
    end: int
    date: date
    precision: str
    form: str
    text: str
    has_time: bool = False
    weekday: bool = False


@dataclass(frozen=True, slots=True)
class Citation:
    """A document number in a text: `number` without blanks ("09/2024/TT-BGDĐT"), the `year` inside it, if any."""

    start: int
    end: int
    number: str
    year: int | None
    text: str


def _day(year: int, month: int, day: int) -> date | None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _full_year(digits: str) -> int:
    """The year that two or four digits mean: 90 to 99 lie in the last century, 50 to 89 nowhere."""
    year = int(digits)
    if len(digits) == 2:
        return 2000 + year if year < 50 else 1900 + year if year >= 90 else 0
    return year if len(digits) == 4 else 0


def _month_of(word: str) -> int:
    word = " ".join(word.lower().split())
    return int(word) if word.isdigit() else _MONTH_WORDS.get(word, 0)


_Core = tuple[int, int, date, str, str]


_NO_FORMS: frozenset[str] = frozenset()


def find_dates(text: str, *, fetched: date | None = None, month_first: frozenset[str] = _NO_FORMS) -> list[FoundDate]:
    """All dates of a text in its order. Relative ones ("2 ngày trước", "hôm qua") only where `fetched` is given.

    `month_first` are the forms of `number_forms` in which the month stands before the day.
    """
    if len(text) > _REMEMBERED:
        return _dates(text, fetched, month_first)
    if fetched is None and not has_digit(text):
        return []  # only relative dates do without: "hôm qua"
    return list(_remembered_dates(text, fetched, month_first))


@lru_cache(maxsize=16384)
def _remembered_dates(text: str, fetched: date | None, month_first: frozenset[str]) -> tuple[FoundDate, ...]:
    return tuple(_dates(text, fetched, month_first))


def may_be_month_first(text: str) -> bool:
    """Whether `number_forms` may find a date in a text that must be month-first."""
    return _SECOND_IS_A_DAY.search(text) is not None


def number_forms(text: str) -> list[tuple[str, bool | None]]:
    """The forms of the dates in numbers in a text, each with whether it must be month-first: None where both fit.

    A form is the sign between the numbers, with "en" where an English weekday and "vi" where any other word of a
    weekday stands before, and "am" where a time with AM or PM stands behind.
    """
    found: list[tuple[str, bool | None]] = []
    for match in _NUMBERS.finditer(text):
        first, second = int(match["a"]), int(match["b"])
        if 1 <= first <= 31 and 1 <= second <= 31 and min(first, second) <= 12:
            proof = None if max(first, second) <= 12 else second > 12
            found.append((_number_form(text, match.start(), match.end(), match["sep"]), proof))
    return found


def _number_form(text: str, start: int, end: int, sep: str) -> str:
    before = text[max(0, start - 14) : start].rstrip(" ,")
    day = "en" if _ENGLISH_DAY_END.search(before) else "vi" if _may_lead(before) else ""
    return f"{day}{sep}{'am' if _HALF_DAY.match(text, end) else ''}"


def _dates(text: str, fetched: date | None, month_first: frozenset[str]) -> list[FoundDate]:
    found: list[FoundDate] = []
    done = 0
    match = _SHAPE.search(text)
    while match:
        if core := _core(text, match, fetched, month_first):
            found.append(_with_surroundings(text, core, done))
            done = found[-1].end
        match = _SHAPE.search(text, max(done, match.end("a")))
    if fetched is not None and any(hint in text for hint in _LOOSE_HINTS):
        loose = [one for match in _LOOSE.finditer(text) if (one := _loose(text, match, fetched))]
        taken = [(dated.start, dated.end) for dated in found]
        found += [one for one in loose if not any(start < one.end and one.start < end for start, end in taken)]
        found.sort(key=lambda one: one.start)
    return found


def _core(text: str, match: re.Match[str], fetched: date | None, month_first: frozenset[str]) -> _Core | None:
    """The date at a match: start, end, date, precision, form; without weekday and time."""
    start, end = match.span()
    kind = match.lastgroup
    a = match["a"]
    if kind == "a":
        return _year(text, start, end, a) if len(a) == 4 else None
    if kind in ("c", "b"):
        return _numeric(text, match, month_first)
    if kind in ("unit", "unitend", "enunit"):
        return _ago(text, match, fetched)
    if kind == "y2":
        return _span_of_years(text, start, end, a, match["y2"])
    if kind == "y":
        return _year_after(text, match)
    if len(a) > 2:
        return None
    if kind == "eny":
        made = _day(int(match["eny"]), _ENGLISH[match["en"][:3].lower()], int(a))
        return (start, end, made, "day", "english") if made else None
    if kind == "shorty":
        made = _day(int(match["shorty"]), int(match["short"][2:]), int(a))
        return (start, end, made, "day", "wp_month") if made else None
    if kind == "wy":
        made = _day(int(match["wy"]), int(match["wm"]), int(a))
        return (start, end, made, "day", "wp_month") if made else None
    # "tháng năm 2024" is a form left blank; "Tháng Năm, 2024" is May.
    if match["m"] == "năm" and "," not in match["mcomma"]:
        return None
    made = _day(int(match["my"]), _month_of(match["m"]), int(a))
    form = "long_vi" if match["m"].isdigit() else "wp_month"
    return (start, end, made, "day", form) if made else None


def _numeric(text: str, match: re.Match[str], month_first: frozenset[str]) -> _Core | None:
    start, end = match.span()
    a, sep, b, c = match["a"], match["sep"], match["b"], match["c"]
    before = text[start - 1] if start else ""
    if before == sep and text[max(0, start - 2) : start - 1].isdigit():
        return None
    if (before and before in "_@#$€£₫=") or (before == "/" and (sep == "/" or len(a) == 4)):
        return None
    after = text[end : end + 4]
    if after[:1] == sep and after[1:2].isdigit():
        return None
    if c is None:
        return _two_numbers(text, match)
    if len(a) == 4:
        made = _day(int(a), int(b), int(c)) if len(b) <= 2 and len(c) <= 2 else None
        if made is None or (sep == "-" and re.match(r"[-_][a-z0-9]", after)):
            return None
        form = "iso" if sep == "-" else "ymd"
        if (clock := _ISO_TIME.match(text, end)) and form == "iso":
            zone = (clock["zone"] or "").strip()
            if zone and clock["h"] and int(clock["h"]) < 24 and int(clock["min"]) < 60:
                moment = datetime(
                    made.year, made.month, made.day, int(clock["h"]), int(clock["min"]), tzinfo=_zone(zone)
                )
                made = moment.astimezone(_VIETNAM).date()
            end = clock.end()
        elif re.match(r"\w", after):
            return None
        return start, end, made, "day", form
    if len(a) > 2 or len(b) > 2 or len(c) not in (2, 4) or _GOES_ON.match(after):
        return None
    if sep == "-" and re.match("[-_][a-z0-9]", after):  # the name of a file
        return None
    spaced = any(char.isspace() for char in match[0])
    if len(c) == 2:
        if spaced or (sep == "." and not len(a) == len(b) == 2):
            return None
        rising = int(b) == int(a) + 1 and int(c) == int(b) + 1
        if rising or _BEFORE_GRADE.search(text[max(0, start - 20) : start]):
            return None
    swapped = bool(month_first) and _number_form(text, start, end, sep) in month_first
    made = _day(_full_year(c), int(a), int(b)) if swapped else _day(_full_year(c), int(b), int(a))
    if made is None or (sep == "." and _BEFORE_GRADE.search(text[max(0, start - 20) : start])):
        return None
    if swapped:
        return start, end, made, "day", "mdy"
    return start, end, made, "day", "dmy" if len(c) == 4 else "dmy_short"


def _zone(written: str) -> timezone:
    if written in "zZ":
        return UTC
    digits = written.replace(":", "")
    minutes = int(digits[1:3]) * 60 + int(digits[3:5])
    if minutes >= 24 * 60:
        return _VIETNAM
    return timezone(timedelta(minutes=-minutes if digits[0] == "-" else minutes))


def _two_numbers(text: str, match: re.Match[str]) -> _Core | None:
    """9/2026 after "tháng", 2025-2026 and 24-25 of a school year, 1/2022 after "quý"."""
    start, end = match.span()
    a, b = match["a"], match["b"]
    if re.match(r"\s?/\s?[A-ZĐ]|[A-Za-z_@]|[/.\-][0-9]", text[end : end + 4]):
        return None
    before = text[max(0, start - 24) : start]
    if len(a) <= 2 and len(b) == 4:
        if found := _BEFORE_MONTH.search(before):
            made = _day(int(b), int(a), 1)
            return (start - len(found[0]), end, made, "month", "month_vi") if made else None
        if (found := _BEFORE_QUARTER_1.search(before)) and 1 <= int(a) <= 4:
            made = _day(int(b), 3 * int(a) - 2, 1)
            return (start - len(found[0]), end, made, "quarter", "quarter") if made else None
        return None
    return _span_of_years(text, start, end, a, b)


def _span_of_years(text: str, start: int, end: int, a: str, b: str) -> _Core | None:
    """A school year: two years in a row, in two digits only after "năm học"."""
    before = text[max(0, start - 14) : start]
    label = _BEFORE_SCHOOL_YEAR.search(before)
    if len(a) == 4 and len(b) in (2, 4):
        if len(b) == 2 and not label:
            return None
        first, second = int(a), int(b) if len(b) == 4 else int(a) // 100 * 100 + int(b)
    elif len(a) == len(b) == 2 and label:
        first, second = 2000 + int(a), 2000 + int(b)
    else:
        return None
    if second != first + 1 or (text[end : end + 1] == "-" and text[end + 1 : end + 2].isdigit()):
        return None
    if (start and text[start - 1] in "/_.@") or re.match(r"[A-Za-z_@]", text[end : end + 1]):
        return None
    made = _day(first, 9, 1)
    return (start, end, made, "school_year", "school_year") if made else None


def _year_after(text: str, match: re.Match[str]) -> _Core | None:
    """A number, then a year: what it is, the word before tells (tháng 9 năm 2026; Th9 05, 2024; Sep 5, 2024)."""
    start, end = match.span()
    a, year = match["a"], int(match["y"])
    if len(a) > 2:
        return _year(text, match.start(), match.end("a"), a) if len(a) == 4 else None
    before = text[max(0, start - 24) : start]
    if found := _BEFORE_ENGLISH.search(before):
        made = _day(year, _ENGLISH[found[1][:3].lower()], int(a))
        return (start - len(found[0]), end, made, "day", "english") if made else None
    if (found := _BEFORE_WP.search(before)) or (found := _BEFORE_WP_WORD.search(before)):
        made = _day(year, _month_of(found[1]), int(a))
        return (start - len(found[0]), end, made, "day", "wp_month") if made else None
    if found := _BEFORE_MONTH.search(before):
        made = _day(year, int(a), 1)
        return (start - len(found[0]), end, made, "month", "month_vi") if made else None
    if (found := _BEFORE_QUARTER_1.search(before)) and 1 <= int(a) <= 4:
        made = _day(year, 3 * int(a) - 2, 1)
        return (start - len(found[0]), end, made, "quarter", "quarter") if made else None
    return _year(text, match.start("y"), end, match["y"])


def _year(text: str, start: int, end: int, digits: str) -> _Core | None:
    """A year alone, dated by the word before it: a month or quarter in words, "năm", or a copyright sign."""
    year = int(digits)
    if not FIRST_YEAR <= year <= LAST_YEAR or re.match(r"[\w]|[/.\-:][0-9]|\s?/\s?[A-ZĐ]", text[end : end + 3]):
        return None
    before = text[max(0, start - 24) : start]
    if not _YEAR_HINT.search(before):
        return None
    if found := _BEFORE_MONTH_WORD.search(before):
        # "tháng năm 2021" leaves the month blank.
        if found[1] == "năm" and "," not in found[0]:
            return None
        return start - len(found[0]), end, date(year, _month_of(found[1]), 1), "month", "month_vi"
    if found := _BEFORE_QUARTER.search(before):
        quarter = _ROMAN.get(found[1].lower()) or int(found[1])
        return start - len(found[0]), end, date(year, 3 * quarter - 2, 1), "quarter", "quarter"
    if found := _BEFORE_YEAR.search(before):
        return start - len(found[0]), end, date(year, 1, 1), "year", "year"
    return None


def _ago(text: str, match: re.Match[str], fetched: date | None) -> _Core | None:
    start, end = match.span()
    count = int(match["a"])
    if fetched is None or not _ENDS.match(text, end):
        return None
    if match["unit"] and not match["unitend"]:
        ago = _BEFORE_AGO.search(text[max(0, start - 24) : start])
        if ago is None or not _STARTS.search(text[max(0, start - 24) : start][: ago.start()]):
            return None
        start -= len(ago[0])
    unit = (match["unit"] or match["enunit"]).lower()
    if unit in ("tháng", "month", "năm", "year"):
        months = count * (12 if unit in ("năm", "year") else 1)
        if months > 600:
            return None
        year, month = divmod(fetched.year * 12 + fetched.month - 1 - months, 12)
        made = _day(year, month + 1, 1)
        return (start, end, made, "month" if unit in ("tháng", "month") else "year", "relative") if made else None
    made = fetched - timedelta(seconds=_UNIT_SECONDS[unit] * min(count, 5000))
    return start, end, made, "day", "relative"


def _loose(text: str, match: re.Match[str], fetched: date) -> FoundDate | None:
    """A day named by a word, where it stands alone as a stamp: not in a sentence, not a counter ("Hôm qua: 120")."""
    start, end = match.span()
    word = " ".join(match[0].lower().split())
    if not _STARTS.search(text[max(0, start - 12) : start]):
        return None
    time = re.match(rf"[\s,|\-–]*(?:lúc\s*)?({_CLOCK})", text[end : end + 24])
    if time is None and (re.match(r"[\s:,()]*[0-9]", text[end : end + 8]) or not _ENDS.match(text, end)):
        return None
    if word == "hôm nay" and time is None:
        return None
    if time:
        end += time.end()
    made = fetched - timedelta(days=_LOOSE_DAYS.get(word, 0))
    return FoundDate(start, end, made, "day", "relative", text[start:end], has_time=time is not None)


def _may_lead(before: str) -> bool:
    """Whether the text before a date can end with a weekday or a time."""
    tail = before[-14:].lower()
    if tail[-1:].isdigit():
        return tail.rstrip("0123456789").rstrip().endswith(_NUMBER_ENDS)
    return "thứ" in tail or tail.endswith(_DAY_ENDS) or (tail.endswith(_TIME_ENDS) and any(map(str.isdigit, tail)))


def _with_surroundings(text: str, core: _Core, floor: int) -> FoundDate:
    """The date with the weekday and the time that stand beside it."""
    start, end, made, precision, form = core
    has_time = weekday = False
    if precision == "day" and form != "relative":
        if form == "iso" and end > start + 10:
            has_time = True
        low = max(floor, start - _BEFORE)
        before = text[low:start]
        bare = before.rstrip(_SIGNS)
        if bare[-4:].lower() == "ngày" and not bare[-5:-4].isalnum():
            start = low + len(bare) - 4
            bare = bare[:-4].rstrip(_SIGNS)
        if _may_lead(bare) and (lead := _LEAD.search(before)):
            has_time = has_time or lead["time"] is not None
            weekday = lead["weekday"] is not None or lead["weekday2"] is not None
            if weekday or lead["time"]:
                start = low + lead.start()
        if _TRAIL_HINT.match(text, end) and (trail := _TRAIL.match(text, end)) and (trail["time"] or trail["weekday"]):
            has_time = has_time or trail["time"] is not None
            weekday = weekday or trail["weekday"] is not None
            end = trail.end()
    return FoundDate(start, end, made, precision, form, text[start:end], has_time, weekday)


_CITATION = re.compile(
    rf"""(?P<n>[0-9](?<![\w/.\-][0-9])[0-9]{{0,5}}[a-zA-Z]?)-?{_S}?/{_S}?
    (?:(?P<y>(?:19|20)[0-9]{{2}}){_S}?/{_S}?(?P<sym>[A-ZĐa-zđ][\w&]*(?:{_S}?[-–]{_S}?[\w&]+|\.[A-ZĐ][\w&]*)*)
    |(?P<sym2>(?:[A-ZĐ][\w&]*|[a-zđ]{{2,4}})(?:{_S}?[-–]{_S}?[\w&]+|[.&][A-ZĐ][\w&]*)*)
    |(?P<y2>(?:19|20)[0-9]{{2}})(?![\w/.\-]))""",
    re.VERBOSE,
)
_BEFORE_NUMBER = re.compile(r"(?<!\w)(?:số|sô)\s*:?\s*\Z", re.IGNORECASE)
_SHORT_LAW = re.compile(
    r"(?<!\w)(?:thông tư|nghị định|nghị quyết|luật|tt|nđ|nđ-cp|ttlt|qđ|chỉ thị|quyết định)(?:\s+số)?\s*:?\s*\Z",
    re.IGNORECASE,
)


def find_citations(text: str) -> list[Citation]:
    """The document numbers of a text: 3082/GDĐT-TTTT, 09/2024/TT-BGDĐT, "Nghị định 24/2014"."""
    return list(_remembered_citations(text) if len(text) <= _REMEMBERED else _citations(text))


@lru_cache(maxsize=8192)
def _remembered_citations(text: str) -> tuple[Citation, ...]:
    return tuple(_citations(text))


def _citations(text: str) -> list[Citation]:
    found: list[Citation] = []
    for match in _CITATION.finditer(text):
        start, end = match.span()
        before = text[max(0, start - 24) : start]
        if match["y2"]:
            if not _SHORT_LAW.search(before):
                continue
            number, year = f"{match['n']}/{match['y2']}", int(match["y2"])
        elif match["sym"]:
            number, year = f"{match['n']}/{match['y']}/{_joined(match['sym'])}", int(match["y"])
            if match["sym"][0].islower() and not _BEFORE_NUMBER.search(before):
                continue
        else:
            symbol = match["sym2"]
            numbered = _BEFORE_NUMBER.search(before) is not None
            if not numbered and (symbol[0].islower() or not re.search(r"[-–]", symbol)):
                continue
            if numbered and len(symbol) < 2:
                continue
            number, year = f"{match['n']}/{_joined(symbol)}", None
        found.append(Citation(start, end, number, year, text[start:end]))
    return found


def _joined(symbol: str) -> str:
    return re.sub(r"\s+", "", symbol).replace("–", "-")


@dataclass(frozen=True, slots=True)
class DateWords:
    """The words of checklists/vocabulary/dates.yaml as patterns on folded text (auditor.text.fold)."""

    labels: tuple[tuple[str, re.Pattern[str]], ...]
    any_label: re.Pattern[str]
    byline: re.Pattern[str]
    law: re.Pattern[str]
    issuer: re.Pattern[str]
    range_before: re.Pattern[str]
    range_after: re.Pattern[str]


def date_words(vocabulary: Mapping[str, list[str]]) -> DateWords:
    """Patterns from lists of words; the keys are those of checklists/vocabulary/dates.yaml."""

    def choice(key: str) -> str:
        folded = {" ".join(fold(word).split()) if words(word) else word for word in vocabulary[key]}
        return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in sorted(folded, key=lambda w: (-len(w), w)))

    # Where its words are also ordinary ones, a label must open a line ("…, hôm nay 5/9") or follow a sign ("học
    # sinh ngày 5/9").
    labels = tuple(
        (
            key,
            re.compile(
                {"clock": r"(?:\A|[\n|])\s*", "birthday": r"(?:\A|[\n|.,;:(\[\-–])\s*"}.get(key, r"(?<!\w)")
                + rf"(?:{choice(key)})(?:\s*\([^()]{{0,20}}\))?\Z"
            ),
        )
        for key in ("birthday", "copyright", "effective", "issued", "posted", "clock")
    )
    return DateWords(
        labels=labels,
        any_label=re.compile("|".join(f"(?:{pattern.pattern})" for _, pattern in labels)),
        byline=re.compile(rf"(?:\A|[\n|.,;:(\[])\s*(?:{choice('byline')})\s*:?\s[^\n:.;]{{1,50}}\Z"),
        law=re.compile(rf"(?<!\w)(?:{choice('law')})(?!\w)[^.;\n]*\Z"),
        issuer=re.compile(rf"[\s,)]*(?:{choice('issuer')})(?!\w)"),
        range_before=re.compile(rf"(?<!\w)(?:{choice('range_before')})[\s:(\-–]*\Z"),
        range_after=re.compile(rf"[\s,)\-–]*(?:{choice('range_after')})[\s:]*[0-9]"),
    )


@cache
def default_words() -> DateWords:
    """The words that come with the program."""
    source = resources.files("checklists").joinpath("vocabulary/dates.yaml").read_text("utf-8")
    return date_words(yaml.safe_load(source))


_LABEL_SIGNS = _SIGNS + "["
_ENGLISH_DAY = re.compile(r"\A\W*(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*", re.IGNORECASE)
_SECONDS = re.compile(r"[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}")
_PLACE = re.compile(r"(?:\A|[\n.;|*)]\s|\s{2})\s*([^\W\d_][\w.]*(?:\s[\w.-]+){0,6}),\s*\Z")
_DASHED_BEFORE = re.compile(r"[0-9][)\s]*[-–—]+\s*(?:ngày\s*)?\Z")
_DASHED_AFTER = re.compile(r"[\s)]*[-–—]+\s*(?:đến\s*)?(?:ngày\s*)?[0-9]{1,2}\s?[/.\-]\s?[0-9]{1,2}")


def classify(text: str, found: FoundDate, vocabulary: DateWords | None = None) -> str:
    """What a date of `find_dates(text)` is of, by the words around it.

    "posted", "issued", "effective", "birthday", "copyright", "clock" (the time of the visit shown in a header),
    "cited_law" (the date of a document that the text cites), "range" (an end of a span), "signature" (place and date
    of a document), or "plain".
    """
    if vocabulary is None and len(text) <= _REMEMBERED:
        return _remembered_class(text, found)
    return _classify(text, found, vocabulary or default_words())


@lru_cache(maxsize=16384)
def _remembered_class(text: str, found: FoundDate) -> str:
    return _classify(text, found, default_words())


def _classify(text: str, found: FoundDate, known: DateWords) -> str:
    before = text[max(0, found.start - _CONTEXT) : found.start]
    after = text[found.end : found.end + _AFTER]
    lead, tail = fold(before).replace("\xa0", " "), fold(after)
    opening = fold(found.text)
    label = lead.rstrip(_LABEL_SIGNS)[-_LABEL:]
    digit = re.search("[0-9]", opening)
    # The text found may have begun with the end of its label: "Ban hành" + "ngày 5/9/2025".
    opened = (label + " " + opening[: digit.start()]).rstrip(_LABEL_SIGNS) if digit and digit.start() else None
    if known.any_label.search(label) or (opened and known.any_label.search(opened)):
        return next(
            kind for kind, pattern in known.labels if pattern.search(label) or (opened and pattern.search(opened))
        )
    if found.precision == "day" and known.byline.search(lead):
        return "posted"
    if found.precision == "day" and found.form != "relative":
        if known.range_before.search(lead) or known.range_after.match(tail):
            return "range"
        if (_DASHED_BEFORE.search(before) and not found.has_time) or _DASHED_AFTER.match(after):
            return "range"
        if opening.startswith("ngay") and (known.issuer.match(tail) or _cited_before(before)):
            return "cited_law"
        if known.law.search(lead) and known.issuer.match(tail):
            return "cited_law"
        if opening.startswith("ngay") and _after_place(before):
            return "signature"
        if found.weekday and found.form == "dmy" and (_SECONDS.search(found.text) or _ENGLISH_DAY.match(found.text)):
            return "clock"
    return "plain"


def _after_place(before: str) -> bool:
    """Whether a line has begun with the name of a place and a comma ("Thành phố Hồ Chí Minh, ngày")."""
    if not (place := _PLACE.search(before)):
        return False
    first, last = place[1][0], place[1].split()[-1][0]
    return first.isupper() and (last.isupper() or last.isdigit())


def _cited_before(before: str) -> bool:
    """Whether a document number stands just before ("Thông tư 36/2017/TT-BGDĐT ngày")."""
    near = before[-60:]
    citations = find_citations(near)
    return (
        bool(citations) and re.fullmatch(r"[ \t\xa0,()]*(?:ký|đề|ra)?[ \t\xa0]*", near[citations[-1].end :]) is not None
    )
