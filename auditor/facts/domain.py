"""The portal's domain name against the unit's name: item 2.2."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from auditor.config import Config
from auditor.facts.pages import Pages
from auditor.model import Kind, Unit
from auditor.text import words
from auditor.urls import host_of, split
from auditor.vocabulary import Vocabulary, under

_DAY_MONTH = re.compile(r"\b(\d{1,2}) (?:thang )?(\d{1,2})\b")
_NOT_ALNUM = re.compile(r"[^a-z0-9]")
_TAIL = re.compile(r" (?:quan|huyen|q|tp|thanh pho|thi xa|phuong|xa|dac khu)(?: .*)?$")


class Form(StrEnum):
    """What a domain name is, from right to wrong."""

    RIGHT = "right"
    NOT_SPELLED = "not_spelled"  # under the city's domain, but the label does not spell the unit's name
    DEPARTMENT_PATH = "department_path"  # a path on the department's own host
    NO_CITY = "no_city"  # .edu.vn without the city
    STATE = "state"  # gov.vn
    FREE_HOST = "free_host"
    ADDRESS = "address"  # a bare IP address
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Domain:
    """`host` without www; `label` the part before the city's domain."""

    host: str
    label: str
    form: Form
    url: str


def read(pages: Pages, unit: Unit, vocabulary: Vocabulary, config: Config) -> Domain:
    """Judges the address at which the portal really stands."""
    url = pages.end.final_url or unit.url or ""
    return judge_domain(url, unit.name, unit.kind, config.city, vocabulary)


def judge_domain(url: str, name: str, kind: Kind, city: str, vocabulary: Vocabulary) -> Domain:
    """The form of a portal's address for a unit of this name and kind, in the city with this label."""
    host = host_of(url)
    parts = split(url)
    path = (parts.path if parts else "").strip("/")
    try:
        ipaddress.ip_address(host)
    except ValueError:
        pass
    else:
        return Domain(host, "", Form.ADDRESS, url)
    known = vocabulary.hosts.cities.get(city)
    labels = (city, *(known.labels if known else ()))
    for suffix in dict.fromkeys(f"{label}.edu.vn" for label in labels):
        if host == suffix:
            if kind is Kind.SO:
                return Domain(host, "", Form.RIGHT, url)
            return Domain(host, path, Form.DEPARTMENT_PATH, url)
        if host.endswith(f".{suffix}"):
            label = host.removesuffix(f".{suffix}")
            spelled = kind is Kind.SO or spells(label, name, vocabulary)
            return Domain(host, label, Form.RIGHT if spelled else Form.NOT_SPELLED, url)
    if under(host, vocabulary.hosts.free_hosts):
        return Domain(host, "", Form.FREE_HOST, url)
    if host.endswith(".edu.vn"):
        return Domain(host, host.removesuffix(".edu.vn"), Form.NO_CITY, url)
    if host.endswith(".gov.vn"):
        return Domain(host, "", Form.STATE, url)
    return Domain(host, "", Form.OTHER, url)


def spells(label: str, name: str, vocabulary: Vocabulary) -> bool:
    """Whether a host label recognisably spells a unit's name, with or without its level and district.

    "thcsnguyenthaibinhq6" spells "Trường THCS Nguyễn Thái Bình"; initials ("ltt") do not.
    """
    plain = _NOT_ALNUM.sub("", label.lower())
    heads = {"", *(head.replace("-", "") for level in vocabulary.names.levels.values() for head in level.hosts)}
    for core in _cores(name, vocabulary):
        if len(core) >= 6 and core in plain:
            return True
        at = plain.find(core)
        while core and at >= 0:
            before, after = plain[:at], plain[at + len(core) :]
            if _is_head(before, heads) and (not after or _is_place(after, vocabulary)):
                return True
            at = plain.find(core, at + 1)
    return False


def _is_head(text: str, heads: set[str]) -> bool:
    """Whether a text is made of level abbreviations only ("thcsthpt")."""
    if text in heads:
        return True
    return any(head and text.startswith(head) and _is_head(text[len(head) :], heads) for head in heads)


def _is_place(text: str, vocabulary: Vocabulary) -> bool:
    if re.fullmatch(r"(?:q|quan|p|phuong)?\d{1,2}|(?:tp)?hcm", text):
        return True
    return any(
        text in (code.replace("-", ""), words(place).replace(" ", ""))
        for place, codes in vocabulary.names.places.items()
        for code in (*codes, "")
    )


def _cores(name: str, vocabulary: Vocabulary) -> Iterator[str]:
    """The spellings of a unit's own name without blanks, with its usual variants of numbers and places."""
    bare = re.sub(r"\([^)]*\)", " ", name)
    whole, core = words(bare), vocabulary.names.core(bare)
    forms = dict.fromkeys([core, _TAIL.sub("", core), _TAIL.sub("", whole)])
    for form in list(forms):
        numbered = vocabulary.names.in_figures(form).split()
        forms[" ".join(numbered)] = None
        forms[" ".join(token for token in numbered if token != "so")] = None
        for variant in (r"\1thang\2", r"\1\2", r"\1-\2"):
            forms[_DAY_MONTH.sub(variant, form)] = None
    for place in ("quan ", "huyen ", "thanh pho ", "tp ", "phuong ", "xa ", "dac khu ", "thi xa "):
        for form in list(forms):
            if form.startswith(place):
                forms[form.removeprefix(place)] = None
                forms[place[0] + form.removeprefix(place)] = None
    for form in forms:
        spelled = _NOT_ALNUM.sub("", form)
        if spelled:
            yield spelled
