"""From the bytes of a page to its text: declared and real encoding, Vietnamese legacy codes, repaired text.

The encoding is settled as browsers do it (byte order mark, then Content-Type, then <meta>; WHATWG HTML 13.2.3), but
bytes that are valid UTF-8 are read as UTF-8 whatever was declared. Then the text is looked through for Vietnamese in
a code from before Unicode (whole pages of raw bytes, or such letters kept as Latin-1 characters or entities inside a
UTF-8 page), for UTF-8 that was encoded twice, and for letters written with combining marks (item 1.7).
"""

from __future__ import annotations

import codecs
import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from html.entities import name2codepoint
from importlib import resources

import yaml

from auditor import legacy
from auditor.text import distinct_characters

# Encoding labels (WHATWG Encoding, section 4.2) of what is met in the field; others are treated as not declared.
_CODECS = {
    "utf-8": ("utf-8", "utf8", "unicode-1-1-utf-8", "utf_8"),
    "utf-16-le": ("utf-16", "utf-16le", "unicode", "ucs-2", "iso-10646-ucs-2"),
    "utf-16-be": ("utf-16be",),
    "cp1252": ("windows-1252", "iso-8859-1", "latin1", "latin-1", "us-ascii", "ascii", "cp1252", "iso8859-1", "ansi"),
    "cp1258": ("windows-1258", "cp1258", "x-cp1258"),
    "cp1250": ("windows-1250",),
    "cp1251": ("windows-1251",),
    "cp874": ("windows-874", "tis-620"),
    "iso8859-15": ("iso-8859-15",),
    "gb18030": ("gb2312", "gbk", "gb18030"),
    "big5": ("big5",),
    "euc-kr": ("euc-kr", "ks_c_5601-1987"),
    "shift_jis": ("shift_jis", "shift-jis"),
    "euc-jp": ("euc-jp",),
    "iso2022_jp": ("iso-2022-jp",),
}
_CODEC_OF = {label: codec for codec, labels in _CODECS.items() for label in labels}
_PUBLIC_NAME = {"cp1252": "windows-1252", "cp1258": legacy.CP1258, "cp1250": "windows-1250", "cp1251": "windows-1251"}

_HEAD = 8192  # bytes in which a <meta> declaration is looked for; browsers read 1,024, some portals write it later
_BROKEN_SHARE = 0.001  # of the bytes: more broken ones than that belie a declared UTF-8
_SAMPLE = 100  # characters
_RUN_LIMIT = 20_000  # characters of one text run that are examined for a double encoding

_ASCII = bytes(range(0x80))
_META = re.compile(rb"<meta\b[^>]*?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_XML = re.compile(rb"\s*<\?xml\b[^>]*?encoding\s*=\s*[\"']([\w.:-]+)", re.IGNORECASE)
_COMMENT = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)
_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)

_VIETNAMESE_LATIN1 = frozenset("àáâãèéêìíòóôõùúýÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝðÐ")
_PLAIN_SYMBOLS = frozenset("\xa0\xad«»©®·°²³±×§½¡¿£¢¥€")
# One of these in a page is reason to look at its words: a letter or sign of Latin-1 (or of windows-1252's upper half)
# that Unicode Vietnamese never uses. Every legacy text of some words holds one.
_TELLING = frozenset(chr(code) for code in range(0x80, 0x100)) - _VIETNAMESE_LATIN1 - _PLAIN_SYMBOLS
_TELLING |= frozenset("ƒˆ‰‹›ŠšŒœŽžŸ˜†‡„")
_DOUBLE_HINT = frozenset("»º°¡¢£¤¥¦§¨©ª«\x83\x86\x84\x90‘†„ƒÃÄÆ")
_DOUBLE = re.compile(
    "á[»º]|[ÃÄÅÆ][\x80-\xbf\u2018-\u2026\u2020\u2021\u02c6\u0192\u0160\u0161\u0152\u0153\u017d\u017e\u2030\u2039\u203a\u2122\u02dc\u20ac\u0178]"
)
# VNI words whose letters all exist in Unicode Vietnamese, in an order that it never has (Thoâng baùo).
_VNI_PAIR = re.compile(rb"\xc3[\xa2\xb9\x82\x99](?<=[aoAO]..)", re.DOTALL)

_ENTITY = re.compile(r"&(?:#(\d{2,4})|#[xX]([0-9a-fA-F]{2,4})|([A-Za-z]{2,8}[0-9]{0,2}));?")
_NAMED = re.compile(rb"&([A-Za-z]{2,6}[0-9]{0,2});")
_NUMBERED = re.compile(rb"&#(?:1[2-9][0-9]|2[0-5][0-9]|[xX][89a-fA-F][0-9a-fA-F]);?")
_VNI_ENTITY = re.compile(rb"&(?:[aA]circ|[uU]grave);")
_SPACE_ENTITIES = frozenset((b"&#160;", b"&#xA0;", b"&#xa0;"))
_MARK_ENTITY = re.compile(r"&#(?:0*(76[89]|77[0-9]|78[0-9]|79[0-9]|80[0-9])|[xX]0*(3[0-2][0-9a-fA-F]));")
_MARK = "\u0300\u0301\u0302\u0303\u0306\u0309\u031b\u0323"
_COMBINED = re.compile(f"[A-Za-zÂâÊêÔôĂăƠơƯư][{_MARK}]+")
_ACCENTED = re.compile("[ÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝàáâãèéêìíòóôõùúýĂăĨĩŨũƠơƯư\u1ea0-\u1ef9]")
_ATTRIBUTE = re.compile(
    r"""\b(?:title|alt|placeholder|value|content|label|aria-label)\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE
)
_END_OF = {name: re.compile(f"</{name}\\b", re.IGNORECASE) for name in ("script", "style")}
_OPENS = re.compile(r"<(script|style)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a page and how it was written.

    text: the page's source in NFC, legacy and doubly encoded parts already repaired. encoding: what the bytes were
    read as ("utf-8", "utf-16-le", "windows-1252", or a legacy code). declared: the label as written, lower case, by
    "bom", "header", "meta" or "xml" (the XML declaration of a feed). valid_utf8: strictly. declared_ok: UTF-8 or UTF-16
    declared and the bytes are that, but for the few that `broken_bytes` counts. legacy: the code of (a part of) the
    text, one of legacy.CODES;
    legacy_share: the share of the accented Vietnamese words that were in it. double_encoded: a part had been encoded
    to UTF-8 twice. combining_share: the share of the accented Vietnamese letters written with combining marks.
    legacy_font: a legacy font that a style names. sample, sample_converted: one offending text, before
    and after, without entities. verbatim: the bytes are the text in UTF-8, nothing was changed.
    """

    text: str
    encoding: str
    declared: str | None = None
    declared_by: str | None = None
    valid_utf8: bool = True
    declared_ok: bool = False
    broken_bytes: int = 0
    legacy: str | None = None
    legacy_share: float = 0.0
    double_encoded: bool = False
    combining_share: float = 0.0
    legacy_font: str | None = None
    sample: str = ""
    sample_converted: str = ""
    verbatim: bool = False


@dataclass(frozen=True, slots=True)
class _Repaired:
    text: str
    legacy: str | None = None
    legacy_share: float = 0.0
    double_encoded: bool = False
    sample: str = ""
    sample_converted: str = ""


def decode(body: bytes, content_type: str | None) -> Decoded:
    """Decode the bytes of a page (or of any text). Never fails; what is not text comes out as replacement signs."""
    declared, declared_by, mark = _declaration(body, content_type)
    codec = _CODEC_OF.get(declared or "")
    valid, broken, raw = False, 0, False
    try:
        text = body[3:].decode("utf-8") if declared_by == "bom" and mark == 3 else body.decode("utf-8")
        valid = True
        encoding = "utf-8"
    except UnicodeDecodeError:
        text, encoding, broken, raw = _decode_other(body[mark:], codec)
    if (wide := _wide(body, codec, mark)) is not None:
        text, encoding, broken, raw = wide[0], wide[1], wide[0].count("\ufffd"), False
        valid = False
    wanted = codec or ""
    few = broken <= max(1, len(body) * _BROKEN_SHARE)
    declared_ok = (wanted == encoding == "utf-8" and few) or (
        wanted.startswith("utf-16") and encoding.startswith("utf-16")
    )
    decoded = text
    if text.startswith("\ufeff"):
        text = text[1:]

    characters = _characters(body, text, encoding)
    text, combining_share = _compose(text, characters, numbered=b"&#" in body or encoding.startswith("utf-16"))
    repaired = _Repaired(text)
    if raw or _looks_odd(body, text, characters, encoding):
        repaired = _repair(text, raw=raw)
        if raw and repaired.legacy:
            encoding = repaired.legacy
    text = repaired.text
    if "ƣ" in characters or "Ƣ" in characters:
        text = text.replace("Ƣ", "Ư").replace("ƣ", "ư")
    return Decoded(
        text=text,
        encoding=encoding,
        declared=declared,
        declared_by=declared_by,
        valid_utf8=valid,
        declared_ok=declared_ok,
        broken_bytes=broken,
        legacy=repaired.legacy,
        legacy_share=repaired.legacy_share,
        double_encoded=repaired.double_encoded,
        combining_share=combining_share,
        legacy_font=_legacy_font(body),
        sample=repaired.sample,
        sample_converted=repaired.sample_converted,
        verbatim=valid and not mark and text is decoded,
    )


def convert_text(text: str) -> tuple[str, str | None]:
    """A short or long plain text (a label, the text of a PDF) in Unicode NFC, and the legacy code it was in, if any."""
    text = unicodedata.normalize("NFC", text) if not text.isascii() else text
    if text.isascii():
        return text, None
    repaired = _repair(text, raw=False, markup=False)
    return repaired.text.replace("Ƣ", "Ư").replace("ƣ", "ư"), repaired.legacy


def _declaration(body: bytes, content_type: str | None) -> tuple[str | None, str | None, int]:
    """The declared label, who declares it, and the length of the byte order mark."""
    if body.startswith(codecs.BOM_UTF8):
        return "utf-8", "bom", 3
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16le" if body[0] == 0xFF else "utf-16be"), "bom", 2
    if content_type and (match := _HEADER.search(content_type[:500])):
        return match[1].lower(), "header", 0
    head = body[:_HEAD]
    if b"<!--" in head:
        head = _COMMENT.sub(b"", head)
    if found := _META.search(head):
        return found[1].decode("ascii", "replace").lower(), "meta", 0
    if found := _XML.match(head):
        return found[1].decode("ascii", "replace").lower(), "xml", 0
    return None, None, 0


def _wide(body: bytes, codec: str | None, mark: int) -> tuple[str, str] | None:
    """UTF-16 text, where a mark or many zero bytes show that it is; a mere declaration of it is not believed."""
    if mark == 2:
        name = "utf-16-le" if body[0] == 0xFF else "utf-16-be"
        return body[2:].decode(name, "replace"), name
    head = body[:2000]
    if len(head) < 4 or head.count(0) * 4 < len(head):
        return None
    if codec == "utf-16-be" or head[::2].count(0) > head[1::2].count(0):
        return body.decode("utf-16-be", "replace"), "utf-16-be"
    return body.decode("utf-16-le", "replace"), "utf-16-le"


def _as_latin1(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("auditor.latin1", _as_latin1)


def _decode_other(body: bytes, codec: str | None) -> tuple[str, str, int, bool]:
    """Text, encoding, broken bytes, and whether the text is raw: its characters stand for the bytes."""
    residue = body.translate(None, _ASCII)
    replaced = body.decode("utf-8", "replace")
    broken = replaced.count("\ufffd") - body.count(b"\xef\xbf\xbd")
    good = len(residue.decode("utf-8", "ignore"))
    if good >= 20 * broken or (good and broken == 1):
        return replaced, "utf-8", broken, False
    if good > 2 * broken and codec in (None, "utf-8"):
        # A block of another file in a single-byte code was pasted into a UTF-8 page.
        return body.decode("utf-8", "auditor.latin1"), "utf-8", broken, False
    if codec in (None, "utf-8", "utf-16-le", "utf-16-be", "cp1252", "cp1258"):
        raw = body.decode("latin-1")
        if codec == "cp1258" or _raw_code(raw):
            return raw, _PUBLIC_NAME.get(codec or "", "windows-1252"), broken, True
        if codec in (None, "utf-8"):
            codec = _guess(body, residue)
        return body.decode("cp1252" if codec is None else codec, "replace"), _public(codec), broken, False
    return body.decode(codec, "replace"), _public(codec), broken, False


def _public(codec: str | None) -> str:
    return _PUBLIC_NAME.get(codec or "cp1252", codec or "windows-1252")


def _guess(body: bytes, residue: bytes) -> str | None:
    """A codec by statistics, for undeclared pages in other languages; None for Western European."""
    import chardet  # only pages of no use to us come here: the import is not paid by others

    at = body.find(residue[:1])
    answer = chardet.detect(body[max(0, at - 1000) : at + 20_000])
    return _CODEC_OF.get(str(answer["encoding"] or "").lower())


def _raw_code(text: str) -> str | None:
    """The legacy code of a page of single bytes (as Latin-1)."""
    return legacy.detect(_unescape(text[start:end]) for start, end in _runs(text))


def _characters(body: bytes, text: str, encoding: str) -> frozenset[str]:
    """The different characters beyond ASCII."""
    if text.isascii():
        return frozenset()
    if encoding == "utf-8":
        return distinct_characters(body.translate(None, _ASCII).decode("utf-8", "auditor.latin1"))
    return frozenset(text) - frozenset(map(chr, range(0x80)))


@lru_cache(maxsize=256)
def _settled(characters: frozenset[str]) -> frozenset[str]:
    """Those of the characters that NFC leaves alone whatever stands beside them."""
    return frozenset(
        char
        for char in characters
        if not unicodedata.combining(char)
        and unicodedata.is_normalized("NFC", char)
        and not "\u1100" <= char <= "\u11ff"
    )


def _compose(text: str, characters: frozenset[str], *, numbered: bool) -> tuple[str, float]:
    """Text in NFC, and the share of the accented Vietnamese letters that had been written with combining marks.

    `numbered`: the text may hold characters by their numbers ("&#769;").
    """
    if numbered and _MARK_ENTITY.search(text):
        text = _MARK_ENTITY.sub(lambda m: chr(int(m[1]) if m[1] else int(m[2], 16)), text)
    elif characters <= _settled(characters) or unicodedata.is_normalized("NFC", text):
        return text, 0.0
    combined = len(_COMBINED.findall(text))
    text = unicodedata.normalize("NFC", text)
    return text, min(1.0, combined / max(1, len(_ACCENTED.findall(text)))) if combined else 0.0


@cache
def _telling_entities() -> frozenset[bytes]:
    return frozenset(name.encode() for name, code in name2codepoint.items() if chr(code) in _TELLING)


def _looks_odd(body: bytes, text: str, characters: frozenset[str], encoding: str) -> bool:
    """Whether a closer look at the words is worth its time; no page with legacy text may get a no."""
    if characters & _TELLING or (characters & _DOUBLE_HINT and _DOUBLE.search(text)):
        return True
    if encoding == "utf-8" and characters and _VNI_PAIR.search(body):
        return True
    if b"&" not in body:
        return False
    names = set(_NAMED.findall(body))
    if names & _telling_entities():
        return True
    if b"&#" in body and not set(_NUMBERED.findall(body)) <= _SPACE_ENTITIES:
        return True
    if names & {b"acirc", b"Acirc", b"ugrave", b"Ugrave"}:
        return any(body[m.start() - 1 : m.start()] in (b"a", b"o", b"A", b"O") for m in _VNI_ENTITY.finditer(body))
    return False


def _runs(text: str) -> Iterator[tuple[int, int]]:
    """Offsets of the texts between tags and of the readable attributes, in order; no scripts, styles or comments."""
    at, size = 0, len(text)
    while at < size:
        opening = text.find("<", at)
        if opening < 0:
            opening = size
        if opening > at:
            yield at, opening
        if opening == size:
            return
        if text.startswith("<!--", opening):
            end = text.find("-->", opening + 4)
            if end < 0:
                return
            at = end + 3
            continue
        end = text.find(">", opening)
        if end < 0:
            return
        if "=" in (tag := text[opening:end]) and (not tag.isascii() or "&" in tag):
            for match in _ATTRIBUTE.finditer(tag):
                group = 1 if match[1] is not None else 2
                yield opening + match.start(group), opening + match.end(group)
        at = end + 1
        if opens := _OPENS.match(text, opening):
            closing = _END_OF[opens[1].lower()].search(text, at)
            if closing is None:
                return
            at = closing.start()


def _lines(text: str) -> Iterator[tuple[int, int]]:
    return ((match.start(), match.end()) for match in re.finditer(r"[^\n]+", text))


def _entity(match: re.Match[str]) -> str:
    digits = int(match[1]) if match[1] else int(match[2] or "0", 16)
    code = name2codepoint.get(match[3], 0) if match[3] else digits
    # Only letters and signs: a &lt; or &amp; resolved here would become markup. &nbsp; is no letter either.
    return html.unescape(match[0]) if 0x80 <= code != 0xA0 else match[0]


def _unescape(text: str) -> str:
    return _ENTITY.sub(_entity, text) if "&" in text else text


@dataclass(slots=True)
class _Run:
    start: int
    end: int
    text: str
    votes: legacy.Votes
    code: str | None = None


def _repair(text: str, *, raw: bool, markup: bool = True) -> _Repaired:
    """Convert the legacy runs of a text and undo double encodings; runs that are neither stay to the letter."""
    bounds = _runs(text) if markup else _lines(text)
    runs: list[_Run] = []
    fixes: list[tuple[int, int, str]] = []
    unicode_words = doubled = 0
    sample = sample_converted = ""
    for start, end in bounds:
        source = _unescape(text[start:end])
        if source.isascii():
            continue
        if _DOUBLE.search(source) and (fixed := _undouble(source[:_RUN_LIMIT])):
            fixed += source[_RUN_LIMIT:]
            doubled += 1
            fixes.append((start, end, fixed))
            if not sample:
                sample, sample_converted = _excerpt(source), _excerpt(fixed)
            continue
        votes = legacy.vote(source)
        unicode_words += votes.unicode
        runs.append(_Run(start, end, source, votes))

    proved = _proved(runs, raw=raw, label=not markup)
    legacy_words: dict[str, int] = {}
    samples: dict[str, tuple[str, str]] = {}
    for run in runs:
        if run.code is None and proved:
            if raw:
                run.code = proved[0]
            else:
                run.code = legacy.believed(run.votes, context=proved)
        if run.code is None:
            continue
        fixed, count = legacy.convert_words(run.text, run.code)
        if count:
            legacy_words[run.code] = legacy_words.get(run.code, 0) + count
            fixes.append((run.start, run.end, fixed))
            if run.code not in samples or len(samples[run.code][0]) < 20 < len(run.text):
                samples[run.code] = (_excerpt(run.text), _excerpt(fixed))
    if not fixes:
        return _Repaired(text)
    pieces: list[str] = []
    at = 0
    for start, end, fixed in sorted(fixes):
        pieces += (text[at:start], fixed)
        at = end
    pieces.append(text[at:])
    repaired = unicodedata.normalize("NFC", "".join(pieces))
    code = max(legacy_words, key=lambda key: legacy_words[key], default=None)
    total = sum(legacy_words.values())
    if code:
        sample, sample_converted = samples[code]
    return _Repaired(
        repaired,
        code,
        total / max(1, total + _accented_words(runs)) if code else 0.0,
        doubled > 0,
        sample,
        sample_converted,
    )


def _accented_words(runs: list[_Run]) -> int:
    """Words of Unicode Vietnamese with accents in the runs that were not converted."""
    return sum(
        legacy.read_word(word).unicode
        for run in runs
        if run.code is None
        for word in legacy.WORD.findall(run.text)
        if not word.isascii()
    )


def _proved(runs: list[_Run], *, raw: bool, label: bool) -> list[str]:
    """Mark the runs whose own words prove a code, and tell all codes proved, the most used first."""
    total = legacy.no_votes()
    weight: dict[str, int] = {}
    for run in runs:
        run.code = legacy.believed(run.votes)
        if run.code is None and label and len(runs) == 1:
            run.code = legacy.believed_label(run.text, run.votes)
        if run.code:
            weight[run.code] = weight.get(run.code, 0) + run.votes.hits[run.code]
        total.add(run.votes)
    if raw:
        code = legacy.believed(total)
        for run in runs:
            run.code = None
        return [code] if code else []
    if not weight:
        # Single words in many small blocks, such as the entries of a menu, prove a code together.
        scattered = legacy.no_votes()
        for run in runs:
            if not run.votes.unicode:
                scattered.add(run.votes)
        code = legacy.believed(scattered)
        return [code] if code else []
    return sorted(weight, key=lambda key: -weight[key])


def _undouble(source: str) -> str | None:
    """The text with its doubly encoded words repaired, or None where that gives no Vietnamese."""
    import ftfy  # slow to import and to run: only flagged text comes here

    fixed = unicodedata.normalize("NFC", ftfy.fix_encoding(source))
    if fixed == source:
        return None
    before = sum(legacy.is_syllable(word) for word in legacy.WORD.findall(source) if not word.isascii())
    words = [word for word in legacy.WORD.findall(fixed) if not word.isascii() and legacy.is_syllable(word)]
    known = sum(word.lower() in legacy.common_syllables() for word in words)
    return fixed if len(words) > before and known else None


def _excerpt(text: str) -> str:
    return " ".join(html.unescape(text).split())[:_SAMPLE]


@cache
def _font_pattern() -> re.Pattern[bytes]:
    source = resources.files("checklists").joinpath("vocabulary/charsets.yaml").read_text("utf-8")
    prefixes = yaml.safe_load(source)["font_prefixes"]
    names = "|".join(re.escape(prefix) for prefix in prefixes)
    # "font-family: .VnTime" and <font face="VNI-Times">; bytes in lower case
    return re.compile(rf"font[^<>;{{}}]{{0,80}}?[\s\"':,=;]((?:{names})[a-z][\w -]*)".encode())


def _legacy_font(body: bytes) -> str | None:
    """The first legacy font that a style or <font> names, as written."""
    lowered = body.lower()
    if b"font" not in lowered:
        return None
    match = _font_pattern().search(lowered)
    return body[match.start(1) : match.end(1)].decode("latin-1").strip() if match else None
