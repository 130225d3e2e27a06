"""For a Phòng: which units its portal lists and links to, compared with the register."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.config import Config
from auditor.facts.identity import named, names_of
from auditor.facts.pages import Pages
from auditor.model import Kind, Unit
from auditor.page import Page
from auditor.register_index import RegisterIndex
from auditor.text import contains_words
from auditor.urls import host_of, key
from auditor.vocabulary import Vocabulary, label_words


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
    """Every link (menus, tables, redirecting selects, maps) whose address or label means a unit of the register."""
    children = tuple(child for child in register.children.get(unit.id, ()) if child.url)
    by_address = {_address(child.url or ""): child for child in children}
    by_name: dict[str, Unit] = {}
    for child in children:
        for name in names_of(child.name, vocabulary):
            by_name.setdefault(name, child)
    city = vocabulary.hosts.cities.get(config.city)
    department_hosts = city.department_hosts if city else ()
    listed: dict[tuple[str, str], Listed] = {}
    linked: set[str] = set()
    department: tuple[Page, str] | None = None
    for occurrences in pages.occurrences.values():
        page, link = occurrences[0].page, occurrences[0].link
        if link.source in ("form", "frame", "iframe", "embed") or pages.internal(link.url):
            continue
        host = host_of(link.url)
        if department is None and host in department_hosts:
            department = (page, link.url)
        owner = by_address.get(_address(link.url)) or by_address.get(host)
        if owner is not None:
            linked.add(owner.id)
            listed[(owner.id, host)] = Listed(link.text or owner.name, link.url, page, owner, True)
            continue
        meant = _meant(link.text, by_name)
        if meant is not None:
            listed.setdefault((meant.id, host), Listed(link.text, link.url, page, meant, False))
        elif vocabulary.names.kind_of(link.text) not in (None, Kind.SO, Kind.PHONG) and host not in department_hosts:
            other = register.by_address.get(_address(link.url)) or register.by_address.get(host)
            known = other is not None and named(link.text, names_of(register.units[other].name, vocabulary))
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
