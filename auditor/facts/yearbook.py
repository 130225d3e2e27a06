"""The statistical yearbook: figures on classes, pupils and facilities by (school) year, and the founding year.

Figures count in tables, in files and in a section of their own. Running text, visitor counters and the forms of the
disclosure (item 2.13) do not count.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from auditor.attachments import read_apart
from auditor.dates import find_dates
from auditor.facts.disclosures import TOPICS as DISCLOSURE_TOPICS
from auditor.facts.pages import Pages, Reach
from auditor.facts.sections import Section, Sections
from auditor.page import Block, Page
from auditor.text import has_digit, words
from auditor.urls import DOCUMENT_EXTENSIONS, extension, file_name
from auditor.vocabulary import Labels, Vocabulary

TOPIC = "yearbook"
SUBJECTS = ("classes", "students", "facilities")
_YEAR = re.compile(r"(20\d\d|19[89]\d)(?<!\d{5})(?:\s*[-–/]\s*(20\d\d|\d\d))?(?!\d)")
_FIGURE = re.compile(r"\d(?<![\d/.-]\d)\d{0,2}(?:[.,]\d{3})*(?![\d/-])")
_COUNTED = re.compile(r"(?<!\d)\d+ ([a-z]\w*(?: [a-z]\w*)?)")
_COLUMNS = " | "  # between the cells of a sheet's row
_MIN_ROWS = 2
# Outside a section of statistics a table counts only when years are its rows or columns.
_MIN_YEARS = 2
_YEAR_CELL = 30
_LINE = 200
_BEGINS = 15  # characters in which a line that tells of a year comes to it
_MAX_READ = 12  # files of a section that are opened
_MAX_HEAD = 8  # lines at the head of a file that name it
_FEW_FIGURES = 3
_FEW_LINKS = 2  # a line of more is a menu
_FOUNDED = 60  # characters between the words of a founding and its year


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures found at one place: the years, the subjects ("" unknown where a file was not read), and a quote."""

    page: Page
    url: str
    years: frozenset[int]
    subjects: frozenset[str]
    quote: str
    file: bool = False


@dataclass(frozen=True, slots=True)
class Yearbook:
    """Subjects by the year in which a school year begins; `founded` is the founding year that the portal states."""

    section: Section
    figures: tuple[Figures, ...]
    founded: int | None

    def subjects_by_year(self) -> dict[int, frozenset[str]]:
        """What is covered of every year, files that were not read left out."""
        covered: dict[int, set[str]] = defaultdict(set)
        for one in self.figures:
            for year in one.years:
                covered[year] |= one.subjects
        return {year: frozenset(found) for year, found in sorted(covered.items())}


def read(pages: Pages, sections: Sections, vocabulary: Vocabulary) -> Yearbook:
    """Reads tables of figures, the pages and files of a yearbook's section, and the founding year."""
    reader = _Reader(pages, sections.find(TOPIC), vocabulary)
    return Yearbook(reader.section, tuple(reader.figures()), reader.founded())


class _Reader:
    def __init__(self, pages: Pages, section: Section, vocabulary: Vocabulary) -> None:
        self.pages, self.section, self.vocabulary = pages, section, vocabulary
        self.words = vocabulary.documents.yearbook
        self.telling = Labels((*self.words.students[:2], *self.words.facilities[:3]))
        self.any_telling = Labels(dict.fromkeys((*self.telling, *self.words.founding)))
        self._telling: dict[str, bool] = {}
        self.section_pages = {page.key for page in section.pages}
        self.files: set[str] = set()

    def figures(self) -> Iterator[Figures]:
        for page in self.pages.pages:
            in_section = page.key in self.section_pages
            tables = any(block.cell is not None for block in page.blocks)
            if not (in_section or (tables and self._mentions(page, self.telling))):
                continue
            if self._disclosure(page.title) or any(self._disclosure(block.text) for block in page.headings[:8]):
                continue
            yield from self._tables(page, in_section)
            if in_section and not page.home:
                yield from self._whole(page)
                yield from self._files(page)
        for single in self.section.singles:
            if extension(single.url) in DOCUMENT_EXTENSIONS and not self._disclosure(single.title):
                yield from self._file(single.page, single.url, single.title)
        for entry in self.section.entries:
            if (
                entry.target is not None
                and entry.target.reach is Reach.ATTACHMENT
                and not self._disclosure(entry.label)
            ):
                yield from self._file(entry.page, entry.url, entry.label)

    def _disclosure(self, text: str) -> bool:
        if not text:
            return False
        folded = words(text)
        disclosure = self.vocabulary.documents.disclosure
        if disclosure.umbrella.stand_in(folded):
            return True
        if any(pattern.search(folded) for pattern in disclosure.form_patterns):
            return True
        return any(topic in DISCLOSURE_TOPICS for topic in self.vocabulary.topics_of_title(text))

    def _subjects(self, text: str) -> frozenset[str]:
        folded = words(text)
        return frozenset(subject for subject in SUBJECTS if getattr(self.words, subject).stand_in(folded))

    # ------------------------------------------------------------------ tables

    def _tables(self, page: Page, in_section: bool) -> Iterator[Figures]:
        tables: dict[int, list[Block]] = defaultdict(list)
        before: dict[int, str] = {}
        last = ""
        for block in page.blocks:
            if block.cell is None or block.level:
                named = 8 <= len(block.text) <= 250 and block.region != "menu" and len(block.links) <= _FEW_LINKS
                last = block.text if named else last
            if block.cell is None:
                continue
            before.setdefault(block.cell.table, last)
            tables[block.cell.table].append(block)
        for number, blocks in tables.items():
            rows = {block.cell.row for block in blocks if block.cell is not None}
            if len(rows) < _MIN_ROWS or self._disclosure(before[number]):
                continue
            text = "\n".join(block.text for block in blocks)
            if self._disclosure(blocks[0].text) or len(text) > 60_000:
                continue
            counted = sum(bool(_FIGURE.fullmatch(block.text.strip())) for block in blocks)
            labels = "\n".join(block.text for block in blocks if len(block.text) <= 60)
            subjects = self._subjects(labels)
            if counted < 2 or not subjects:
                continue
            years = _years(block.text for block in blocks if len(block.text) <= _YEAR_CELL)
            if not in_section and len(years) < _MIN_YEARS:
                continue
            if not years:
                years = _years([before[number], page.title])
            if years:
                quote = f"{before[number]}: {text}".replace("\n", " | ")[:250]
                yield Figures(page, page.url, years, subjects, quote)

    # ------------------------------------------------------------------ pages and files of the section

    def _whole(self, page: Page) -> Iterator[Figures]:
        """A page of the section that tells figures of the year in its title, in lines of its own."""
        current = _years([page.title])
        covered: dict[int, set[str]] = defaultdict(set)
        quotes: dict[int, str] = {}
        for block in self.pages.own[page.key]:
            if block.cell is not None or len(block.text) > _LINE or not has_digit(block.text):
                continue
            named = _years([block.text])
            rest = _YEAR.sub(" ", block.text)
            found = self._told(block.text, rest) if _FIGURE.search(rest) else frozenset[str]()
            if not found:
                if named and (block.level or len(block.text) <= _YEAR_CELL):
                    current = named
                continue
            match = _YEAR.search(block.text)
            for year in named if match is not None and match.start() <= _BEGINS else current:
                covered[year] |= found
                quotes.setdefault(year, block.text)
        for year, subjects in covered.items():
            yield Figures(page, page.url, frozenset({year}), frozenset(subjects), quotes[year][:250])

    def _told(self, line: str, rest: str) -> frozenset[str]:
        """The subjects of a line with figures; `rest` is the line without its years."""
        counted = " ".join(match.group(1) for match in _COUNTED.finditer(words(rest)))
        told = {
            subject for subject in SUBJECTS if counted and getattr(self.words, f"counted_{subject}").stand_in(counted)
        }
        return self._subjects(line) | told

    def _files(self, page: Page) -> Iterator[Figures]:
        for link in self.pages.own_links(page):
            if link.url and extension(link.url) in DOCUMENT_EXTENSIONS:
                yield from self._file(page, link.url, f"{link.text} {page.title}")

    def _file(self, page: Page, url: str, title: str) -> Iterator[Figures]:
        target = self.pages.look(url)
        if target.reach in (Reach.DEAD, Reach.SOFT_404):
            return
        if target.attachment is not None and not target.attachment.downloads:
            return
        if target.url in self.files:
            return
        self.files.add(target.url)
        years = _years([title]) or _years([file_name(url).replace("_", " ")])
        subjects = self._subjects(title)
        if target.attachment is not None and len(self.files) <= _MAX_READ:
            body = self.pages.stored[target.attachment.key].body
            text = read_apart(body, target.attachment.type, target.attachment.name).text if body else ""
            if self._disclosure(" ".join(text.split("\n")[:_MAX_HEAD])):
                return
            lines = [line for line in text.split("\n") if len(line) <= _LINE]
            if sum(len(_FIGURE.findall(_YEAR.sub(" ", line))) for line in lines) >= _FEW_FIGURES:
                subjects |= self._subjects("\n".join(lines))
                told = _years(line for line in lines if _opens_with_years(line))
                single = len(years) == 1 and not _names_span(f"{title} {file_name(url)}")
                years = years if single or not told else (told if len(years) == 1 else years | told)
        yield Figures(page, url, years, subjects, title[:250], file=True)

    # ------------------------------------------------------------------ the founding year

    def founded(self) -> int | None:
        """The year in "được thành lập năm 2021" of the portal's own pages; the earliest told."""
        pages = [page for page in self.pages.pages if self._mentions(page, self.words.founding)]
        lines = {block.text for page in pages for block in page.blocks}
        years = (self._founding_year(words(line)) for line in lines if has_digit(line))
        return min((year for year in years if year is not None), default=None)

    def _founding_year(self, folded: str) -> int | None:
        for label in self.words.founding:
            at = folded.find(label)
            year = _YEAR.search(folded[at : at + len(label) + _FOUNDED]) if at >= 0 else None
            if year is not None:
                return int(year[1])
        return None

    def _mentions(self, page: Page, labels: Labels) -> bool:
        """Whether one of these labels stands on a page; most pages hold none of any list, which one look tells."""
        known = self._telling.get(page.key)
        if known is None:
            known = self._telling[page.key] = self.any_telling.stand_in(page.words)
        return known and labels.stand_in(page.words)


def _opens_with_years(line: str) -> bool:
    """Whether a line of a file is that of a year, or the titles of columns of several years."""
    found = list(_YEAR.finditer(line))
    return bool(found) and (found[0].start() <= _BEGINS or (len(found) > 1 and _COLUMNS in line))


def _names_span(text: str) -> bool:
    """Whether a title names several years by the first and the last: "2019 - 2026"."""
    return any(len(last) == 4 and int(last) > int(first) + 1 for first, last in _YEAR.findall(text))


def _years(texts: Iterable[str]) -> frozenset[int]:
    """The years that texts name; a school year by the year in which it begins."""
    years: set[int] = set()
    for text in texts:
        named = _YEAR.findall(text)
        if named and not any(found.precision == "day" for found in find_dates(text)):
            years.update(int(first) for first, _ in named)
    return frozenset(years)
