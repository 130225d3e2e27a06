"""For a Phòng: which units its portal lists and links to, compared with the register."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from auditor.config import Config
from auditor.facts.identity import named, names_of
from auditor.facts.pages import Pages
from auditor.model import Kind, Unit
from auditor.page import Page
from auditor.register_index import RegisterIndex
from auditor.text import contains_words, words
from auditor.urls import absolute, host_of, key
from auditor.vocabulary import Vocabulary, label_words

_LINE = 200
_NAME_WORDS = 14
_CELLS = 12
_PLAIN_ADDRESS = re.compile(
    r"(?:https?://|www\.)[\w.-]+\.[a-z]{2,}[\w./~-]*|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.edu\.vn\b", re.I
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A unit as the portal lists it: the label, the address given, the unit it means, whether the address is right.

    `unit` is None for a school that the register does not know under this Phòng.
    """

    label: str
    url: str
    page: Page
    unit: Unit | None
    right: bool


@dataclass(frozen=True, slots=True)
class Units:
    """`children` are the units with a website that the register puts under this one; `linked` the ids of those with a
    right link; `department` the page and address of a link to the education department."""

    children: tuple[Unit, ...]
    listed: tuple[Listed, ...]
    linked: frozenset[str]
    department: tuple[Page, str] | None


def read(pages: Pages, unit: Unit, register: RegisterIndex, vocabulary: Vocabulary, config: Config) -> Units:
    """Every address on the portal that means a unit by itself or by what stands beside it.

    Links, redirecting selects and maps; an address in plain text is listed, but it is no link.
    """
    children = tuple(child for child in register.children.get(unit.id, ()) if child.url)
    by_address = {_address(child.url or ""): child for child in children}
    by_name: dict[str, Unit] = {}
    by_core = {(vocabulary.names.core(child.name), child.kind): child for child in children}
    for child in children:
        for name in names_of(child.name, vocabulary):
            by_name.setdefault(name, child)
    city = vocabulary.hosts.cities.get(config.city)
    department_hosts = city.department_hosts if city else ()
    listed: dict[tuple[str, str], Listed] = {}
    linked: set[str] = set()
    department: tuple[Page, str] | None = None
    for page, url, labels, linking in _addresses(pages):
        host = host_of(url)
        if linking and host in department_hosts and department is None:
            department = (page, url)
        owner = by_address.get(_address(url)) or by_address.get(host)
        if owner is not None:
            if linking:
                linked.add(owner.id)
            listed[(owner.id, host)] = Listed(labels[0] or owner.name, url, page, owner, True)
            continue
        meant = next((found for label in labels if (found := _meant(label, by_name))), None)
        meant = meant or next((found for label in labels if (found := _shortened(label, by_core, vocabulary))), None)
        school = next((label for label in labels if _is_school(label, vocabulary)), None)
        if meant is not None:
            listed.setdefault((meant.id, host), Listed(meant.name, url, page, meant, False))
        elif school is not None and host not in department_hosts and not vocabulary.hosts.is_service_portal(host):
            other = register.by_address.get(_address(url)) or register.by_address.get(host)
            known = other is not None and named(school, names_of(register.units[other].name, vocabulary))
            listed.setdefault((label_words(school), host), Listed(school, url, page, None, known))
    return Units(children, tuple(listed.values()), frozenset(linked), department)


def _addresses(pages: Pages) -> Iterator[tuple[Page, str, tuple[str, ...], bool]]:
    """Every external address once with what may name its unit, and whether it is a link.

    A unit may be named by the link's label, by the line or by the table row around.
    """
    seen: set[tuple[str, str]] = set()
    for page in pages.pages:
        rows: dict[tuple[int, int], str] = {}
        cells: dict[tuple[int, int], list[str]] = {}
        for block in page.blocks:
            if block.cell is not None:
                place = (block.cell.table, block.cell.row)
                rows[place] = f"{rows.get(place, '')} {block.text}".strip()
                if 0 < len(block.text) <= _LINE:
                    cells.setdefault(place, []).append(block.text)
        around: dict[int, tuple[str, ...]] = {}
        for block in page.blocks:
            at = (block.cell.table, block.cell.row) if block.cell is not None else None
            row, beside = (rows[at], cells.get(at, [])[:_CELLS]) if at is not None else ("", [])
            for index in block.links:
                around[index] = (block.text[:_LINE], row[:_LINE], *beside)
            if not block.links:
                for match in _PLAIN_ADDRESS.finditer(block.text):
                    url = absolute(match.group(), page.url) if "//" in match.group() else f"http://{match.group()}/"
                    if url and not pages.internal(url) and (url, row) not in seen:
                        seen.add((url, row))
                        yield page, url, (row[:_LINE] or block.text[:_LINE], *beside), False
        for index, link in enumerate(page.links):
            if not link.url or link.source in ("form", "frame", "iframe", "embed") or pages.internal(link.url):
                continue
            if (link.url, link.text) not in seen:
                seen.add((link.url, link.text))
                yield page, link.url, (link.text, *around.get(index, ())), True


def _address(url: str) -> str:
    """Host and path without scheme, www and trailing slash: how the letter's addresses are compared."""
    return key(url).partition("?")[0].rstrip("/")


def _is_school(label: str, vocabulary: Vocabulary) -> bool:
    """Whether a label is a school's name: it begins with a level of schooling, and no sentence follows."""
    folded = words(label)
    return (
        vocabulary.names.kind_of(label) not in (None, Kind.SO, Kind.PHONG)
        and vocabulary.names.core(label) != folded
        and folded.count(" ") < _NAME_WORDS
    )


def _meant(label: str, by_name: dict[str, Unit]) -> Unit | None:
    """The unit that a label names, alone: a line that names several means none."""
    name = label_words(label)
    if name in by_name:
        return by_name[name]
    found = {unit.id: unit for known, unit in by_name.items() if len(known) > 12 and contains_words(name, known)}
    return next(iter(found.values())) if len(found) == 1 else None


def _shortened(label: str, by_core: dict[tuple[str, Kind], Unit], vocabulary: Vocabulary) -> Unit | None:
    """The unit that a label names with a shortened level ("MN Hoa Đào", "THCS Trần Văn Hữu")."""
    kind = vocabulary.names.kind_of(label)
    return by_core.get((vocabulary.names.core(label), kind)) if kind is not None else None
