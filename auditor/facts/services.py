"""Online services, forms to download, and guides to them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from auditor.facts.opinion import Opinion, is_form_service
from auditor.facts.outlinks import OutLink, OutLinks
from auditor.facts.pages import Attachment, Pages, Reach
from auditor.facts.sections import Sections
from auditor.model import Unit
from auditor.page import Form, Page
from auditor.text import contains_words, words
from auditor.urls import DOCUMENT_EXTENSIONS, extension, key, split
from auditor.vocabulary import Vocabulary, label_words

TOPICS = ("online_services", "forms")
_GUIDE_TOPICS = ("online_services", "forms", "procedures")
_SENDERS = frozenset({"submit", "image", "button"})
_INPUTS = frozenset(
    {"text", "email", "tel", "date", "number", "file", "radio", "checkbox", "textarea", "select", "url"}
)
_WHOLE_PAGE = 3000
_PAGE_STATE = "__VIEWSTATE"
_MIN_INPUTS = 2
_MIN_GUIDE_WORDS = 2
_MIN_STEPS = 3
_MAX_STEP = 200
_FEW_HEADINGS = 6
_FEW_CHOICES = 12
_MIN_NAME = 5
_MAX_GUIDE_PAGES = 60
# "Cách làm: 1. … 2. …": numbered steps behind a colon or at the beginnings of lines
_JOINT = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[_\-.$\[\]]+")
_NAME_END = re.compile(r"\s+[-–—|]\s+")
_STEPS = re.compile(r"(?:^|[:：]\s*)(1[.)/]\s+[^\W\d][^\n]{3,120}?)(?:\s|\n)+2[.)/]\s+[^\W\d]", re.M)


@dataclass(frozen=True, slots=True)
class Service:
    """Something that can be asked for online: a form of the portal, of a form service, or the unit's own entry
    in a service system. `url` is where it is done, `page` where it was seen, `here` whether it is filled in there."""

    url: str
    label: str
    page: Page
    external: bool
    here: bool = False


@dataclass(frozen=True, slots=True)
class Download:
    """A form to download: the address of its file, its title, the page that offers it."""

    url: str
    title: str
    page: Page


@dataclass(frozen=True, slots=True)
class Guide:
    """A page that tells how a service is used; `told` are the words by which it was known."""

    page: Page
    told: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Services:
    """`online` can be sent online, `downloads` are form files that are there, `portals` links to service portals."""

    online: tuple[Service, ...]
    downloads: tuple[Download, ...]
    portals: tuple[Service, ...]
    guides: tuple[Guide, ...]


def read(
    pages: Pages, sections: Sections, opinion: Opinion, out_links: OutLinks, unit: Unit, vocabulary: Vocabulary
) -> Services:
    """Looks at the pages of services and forms, at forms that ask what an application asks, and at links to systems."""
    place = {page.key: page for topic in TOPICS for page in sections.find(topic).pages if not page.home}
    opinions = {form.url for form in opinion.forms if form.service}
    for_opinions = {form.form for form in opinion.forms}
    online: dict[str, Service] = {}
    for page in pages.pages:
        for form in page.forms:
            if _is_service_form(form, page, page.key in place, vocabulary) and form not in for_opinions:
                online.setdefault(page.url, Service(page.url, _label(page), page, False, here=True))
    portals: dict[str, Service] = {}
    for host, links in out_links.by_host.items():
        if vocabulary.hosts.is_service_portal(host):
            for link in links:
                if not link.page.home and not on_service(link.label, vocabulary):
                    continue
                service = Service(link.url, link.label or host, link.page, True)
                portals.setdefault(link.url, service)
                if _is_own_entry(link, unit, vocabulary):
                    online.setdefault(link.url, service)
        for link in links:
            if (
                is_form_service(link.url, vocabulary)
                and link.url not in opinions
                and (on_service(link.label, vocabulary) or _is_on_service(link.page, vocabulary))
            ):
                online.setdefault(link.url, Service(link.url, link.label, link.page, True))
    for page in pages.pages:
        for embed in page.embeds:
            if not embed.url or embed.url in opinions or not is_form_service(embed.url, vocabulary):
                continue
            if page.key in place or on_service(embed.title, vocabulary) or _is_on_service(page, vocabulary):
                online[embed.url] = Service(embed.url, embed.title or _label(page), page, True, here=True)
    downloads = {download.url: download for download in _downloads(pages, sections, vocabulary)}
    return Services(
        tuple(online.values()),
        tuple(downloads.values()),
        tuple(portals.values()),
        tuple(_guides(pages, sections, online, vocabulary)) if online else (),
    )


def _label(page: Page) -> str:
    return page.title or next((block.text for block in page.headings if block.region == ""), "")


def _is_on_service(page: Page, vocabulary: Vocabulary) -> bool:
    """Whether the name of a page, other than the home page, is that of a service."""
    if page.home:
        return False
    names = (page.title, *(block.text for block in page.headings[:_FEW_HEADINGS]))
    return any(on_service(name, vocabulary) for name in names)


def _spelled(name: str) -> str:
    """A name in the code of a form as words: "maHocSinh" and "ma_hoc_sinh" are "ma hoc sinh"."""
    return words(_JOINT.sub(" ", name))


def _is_service_form(form: Form, page: Page, in_place: bool, vocabulary: Vocabulary) -> bool:
    inputs = [field for field in form.fields if field.kind in _INPUTS]
    senders = [field for field in form.fields if field.kind in _SENDERS]
    if len(inputs) < _MIN_INPUTS or not senders or any(field.kind == "password" for field in form.fields):
        return False
    # Inputs outside any form are one form where a script sends them, on the page of a service.
    if form.loose and not (in_place or _is_on_service(page, vocabulary)):
        return False
    marks = f"{form.css} {form.action}".lower()
    if any(mark in marks for mark in (*vocabulary.search.marks, *vocabulary.forms.comment_marks)):
        return False
    # ASP.NET wraps whole pages in one form: what the page says is not what the form asks.
    wraps_page = any(field.name == _PAGE_STATE for field in form.fields)
    text = words(form.text) if len(form.text) <= _WHOLE_PAGE and not wraps_page else ""
    choices = (choice for field in inputs for choice, _ in field.options[:_FEW_CHOICES])
    asked = " ".join(
        (text, *(f"{words(field.label)} {_spelled(field.name)}" for field in inputs), *map(words, choices))
    )
    buttons = " ".join(words(f"{field.label} {field.value}") for field in senders)
    terms = vocabulary.forms
    if any(contains_words(f"{asked} {buttons}", label) for label in terms.account_words):
        return False
    if (
        any(contains_words(buttons, label) for label in vocabulary.search.boxes)
        or buttons.strip() in vocabulary.search.short_boxes
    ):
        return False
    if terms.lookup_words.stand_in(buttons):
        return False
    if any(contains_words(buttons, label) for label in terms.application_words):
        return True
    hits = len(set(terms.application_fields.each_in(asked)))
    writable = [field for field in inputs if field.kind not in ("radio", "checkbox", "select")]
    if hits >= _MIN_INPUTS:
        return bool(writable)
    return len(writable) >= _MIN_INPUTS and in_place and len(form.text) <= _WHOLE_PAGE and not form.loose


def _is_own_entry(link: OutLink, unit: Unit, vocabulary: Vocabulary) -> bool:
    """Whether a link into a service system leads to the unit's own entry there: an address that names the unit, or a
    page below the front door under a label that names more than the system."""
    parts = split(link.url)
    if parts is None:
        return False
    name = vocabulary.names.core(unit.name).replace(" ", "")
    if len(name) >= _MIN_NAME and name in words(link.url).replace(" ", ""):
        return True
    deep = bool(parts.query) or parts.path.strip("/").count("/") >= 1
    known = any(label_words(link.label) in vocabulary.topics[topic].labels for topic in TOPICS)
    return deep and bool(link.label) and not known and "://" not in link.label


def on_service(label: str, vocabulary: Vocabulary) -> bool:
    """Whether a label names an online service or a form."""
    if any(topic in TOPICS for topic in vocabulary.topics_of_label(label)):
        return True
    folded = words(label)
    return any(contains_words(folded, one) for one in vocabulary.forms.application_words)


def _downloads(pages: Pages, sections: Sections, vocabulary: Vocabulary) -> Iterator[Download]:
    place = {page.key: page for page in sections.find("forms").pages}
    for page in place.values():
        for link in pages.own_links(page):
            if (
                extension(link.url) in DOCUMENT_EXTENSIONS
                or _is_document(link.url, vocabulary)
                or _attachment(pages, link.url)
            ) and not _gone(pages, link.url):
                yield Download(link.url, link.text, page)
    for single in sections.find("forms").singles:
        url = single.target.url
        if extension(url) in DOCUMENT_EXTENSIONS or single.target.attachment is not None:
            if not _gone(pages, single.url):
                yield Download(single.url, single.title, single.page)
        elif single.target.page is not None:
            for link in pages.own_links(single.target.page):
                if extension(link.url) in DOCUMENT_EXTENSIONS and not _gone(pages, link.url):
                    yield Download(link.url, single.title, single.target.page)
    for topic in ("online_services", "procedures"):
        for page in sections.find(topic).pages:
            for link in pages.own_links(page):
                if extension(link.url) not in DOCUMENT_EXTENSIONS or _gone(pages, link.url):
                    continue
                if "forms" in vocabulary.topics_of_title(link.text) or _is_form_title(link.text, vocabulary):
                    yield Download(link.url, link.text, page)
    for entry in sections.find("forms").entries:
        if entry.target is not None and entry.target.attachment is not None and entry.target.attachment.downloads:
            yield Download(entry.url, entry.label, entry.page)


def _is_form_title(title: str, vocabulary: Vocabulary) -> bool:
    """Whether a file among services or procedures is called as forms are ("Tờ trình …", "1. Đơn chuyển trường")."""
    folded = label_words(title)
    return any(folded == head or folded.startswith(f"{head} ") for head in vocabulary.forms.form_titles)


def _attachment(pages: Pages, url: str) -> Attachment | None:
    return pages.attachments_by_key.get(key(url)) if url else None


def _is_document(url: str, vocabulary: Vocabulary) -> bool:
    return any(one.search(url) for one in vocabulary.hosts.document_viewers)


def _gone(pages: Pages, url: str) -> bool:
    target = pages.look(url)
    if target.reach in (Reach.DEAD, Reach.SOFT_404):
        return True
    return target.attachment is not None and not target.attachment.downloads


def _matter(label: str, vocabulary: Vocabulary) -> str:
    """What a service is for by its name ("Đăng ký phúc khảo trực tuyến": "phuc khao"); "" where it does not say."""
    told = label_words(_NAME_END.split(label)[0])
    for word in sorted(vocabulary.forms.service_names, key=len, reverse=True):
        told = f" {told} ".replace(f" {word} ", " ").strip()
    return told


def _is_about(text: str, matter: str) -> bool:
    """Whether a guide may be one to a service for this; a service that does not say is told of by any guide."""
    return not matter or contains_words(words(text), matter)


def _listed_step(pages: Pages, page: Page) -> str:
    """The first of several steps that the page of a service lists without numbers; "" if it lists none."""
    listed = [
        block.text
        for block in pages.own[page.key]
        if block.tag == "li" and not block.links and block.text and len(block.text) <= _MAX_STEP
    ]
    return listed[0] if len(listed) >= _MIN_STEPS else ""


def _guides(pages: Pages, sections: Sections, online: dict[str, Service], vocabulary: Vocabulary) -> Iterator[Guide]:
    listed: dict[str, Page] = {service.page.key: service.page for service in online.values() if not service.page.home}
    for topic in _GUIDE_TOPICS:
        for page in sections.find(topic).pages:
            listed.setdefault(page.key, page)
    offered = {key(service.url) for service in online.values()}
    beside = {
        one.page.key: one.page
        for url in sorted(offered - pages.furniture)
        for one in pages.occurrences.get(url, ())
        if not one.page.home
    }
    # A menu may lead to the service from everywhere; the page that sends its reader there in its own text is beside it.
    if offered & pages.furniture:
        for page in pages.pages:
            if not page.home and any(link.url and key(link.url) in offered for link in pages.own_links(page)):
                beside.setdefault(page.key, page)
    for page in (*beside.values(), *pages.pages):
        if len(listed) >= _MAX_GUIDE_PAGES:
            break
        if page.key in beside or (not page.home and on_service(_label(page), vocabulary)):
            listed.setdefault(page.key, page)
    own = {service.page.key for service in online.values()} | beside.keys()
    matters = [_matter(service.label, vocabulary) for service in online.values()]
    for page in listed.values():
        shown = pages.own_text(page)
        if page.key not in own and not any(_is_about(shown, matter) for matter in matters):
            continue
        text = words(shown)
        found = [label for label in vocabulary.people.service_words if contains_words(text, label)]
        told = tuple(
            label.shown
            for label in found
            if not any(label != other and contains_words(other, label) for other in found)
        )
        steps = _STEPS.search(shown)
        if steps is not None:
            told = (*told, steps.group(1).strip())
        elif page.key in own and (step := _listed_step(pages, page)):
            told = (*told, step)
        if len(told) >= _MIN_GUIDE_WORDS:
            yield Guide(page, told)
