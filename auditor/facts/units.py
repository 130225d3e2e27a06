"""For a Phòng: which units its portal lists and links to, compared with the register."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.facts.pages import Pages
from auditor.labels import label_words
from auditor.model import Unit
from auditor.page import Page
from auditor.register_index import RegisterIndex
from auditor.text import contains_words, words
from auditor.urls import host_of, key
from auditor.vocabulary import Vocabulary


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


def read(pages: Pages, unit: Unit, register: RegisterIndex, vocabulary: Vocabulary) -> Units:
    """Every link (menus, tables, redirecting selects, maps) whose address or label means a unit of the register."""
    children = tuple(child for child in register.children.get(unit.id, ()) if child.url)
    by_address = {_address(child.url or ""): child for child in children}
    by_name: dict[str, Unit] = {}
    for child in children:
        for name in {words(child.name), *vocabulary.names.short_names(child.name)}:
            by_name.setdefault(name, child)
    listed: dict[tuple[str, str], Listed] = {}
    linked: set[str] = set()
    department: tuple[Page, str] | None = None
    for occurrences in pages.occurrences.values():
        page, link = occurrences[0].page, occurrences[0].link
        if link.source in ("form", "frame", "iframe", "embed") or pages.internal(link.url):
            continue
        host = host_of(link.url)
        if department is None and vocabulary.hosts.is_department(host):
            department = (page, link.url)
        child = by_address.get(_address(link.url)) or by_address.get(host)
        if child is not None:
            linked.add(child.id)
            listed[(child.id, host)] = Listed(link.text or child.name, link.url, page, child, True)
            continue
        meant = _meant(link.text, by_name)
        if meant is not None:
            listed.setdefault((meant.id, host), Listed(link.text, link.url, page, meant, False))
        elif vocabulary.names.is_school(link.text) and not vocabulary.hosts.is_department(host):
            owner = register.by_address.get(_address(link.url)) or register.by_address.get(host)
            known = owner is not None and _same_school(link.text, register.units[owner], vocabulary)
            listed.setdefault((label_words(link.text), host), Listed(link.text, link.url, page, None, known))
    return Units(children, tuple(listed.values()), frozenset(linked), department)


def _address(url: str) -> str:
    """Host and path without scheme, www and trailing slash: how the letter's addresses are compared."""
    return key(url).partition("?")[0].rstrip("/")


def _meant(label: str, by_name: dict[str, Unit]) -> Unit | None:
    name = label_words(label)
    if name in by_name:
        return by_name[name]
    found = {unit.id: unit for known, unit in by_name.items() if len(known) > 12 and contains_words(name, known)}
    return next(iter(found.values())) if len(found) == 1 else None


def _same_school(label: str, unit: Unit, vocabulary: Vocabulary) -> bool:
    name = label_words(label)
    return name == words(unit.name) or any(
        contains_words(name, short) for short in vocabulary.names.short_names(unit.name)
    )
