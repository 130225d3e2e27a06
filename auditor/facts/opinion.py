"""Forms by which anyone can send an opinion, told from comments, applications, accounts and polls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from auditor.facts.outlinks import led_to
from auditor.facts.pages import Pages
from auditor.facts.people import PHONE
from auditor.facts.sections import Sections
from auditor.page import Field, Form, Page
from auditor.text import contains_words, words
from auditor.urls import host_of
from auditor.vocabulary import Vocabulary, under

TOPICS = ("feedback", "contact")
_SENDERS = frozenset({"submit", "image", "button"})
# A form with more text than this is a whole page wrapped in one form; its text tells nothing of the box.
_WHOLE_PAGE = 1500
_SHORT = 40
_MAX_ADDRESS_LINE = 200


@dataclass(frozen=True, slots=True)
class OpinionForm:
    """A form for opinions: `label` is what stands on its box or button, `service` the host of a form service."""

    page: Page
    url: str
    label: str
    service: str = ""
    form: Form | None = None


@dataclass(frozen=True, slots=True)
class Opinion:
    """All ways of sending an opinion by a form; `buttons` announce a form that only scripts bring, `addresses` are
    lines that ask for opinions by mail or telephone."""

    forms: tuple[OpinionForm, ...]
    buttons: tuple[OpinionForm, ...] = ()
    addresses: tuple[OpinionForm, ...] = ()


def is_form_service(url: str, vocabulary: Vocabulary) -> bool:
    """Whether an address is a form on a form service."""
    host = host_of(url)
    if not under(host, vocabulary.hosts.form_services):
        return False
    bare = url.partition("://")[2].removeprefix("www.")
    paths = [path for path in vocabulary.hosts.form_service_paths if under(host, (path.partition("/")[0],))]
    return not paths or any(bare.startswith(path) for path in paths)


def read(pages: Pages, sections: Sections, vocabulary: Vocabulary) -> Opinion:
    """Looks at every text area of the portal and at every form service that is embedded or linked for opinions."""
    place = {page.key for topic in TOPICS for page in sections.find(topic).pages if not page.home}
    found: dict[tuple[str, str], OpinionForm] = {}
    for page in pages.pages:
        for form in page.forms:
            made = _opinion_form(page, form, page.key in place, vocabulary)
            if made is not None:
                found.setdefault((made.url, made.label), made)
        for made in _embedded(page, page.key in place, vocabulary):
            found.setdefault((made.url, ""), made)
    for made in _linked(pages, sections, place, vocabulary):
        found.setdefault((made.url, ""), made)
    buttons = tuple(
        OpinionForm(page, page.url, field.label)
        for page in pages.pages
        if page.home and not found
        for form in page.forms
        for field in form.fields
        if field.kind == "button" and _on_opinion(field.label, vocabulary)
    )
    return Opinion(tuple(found.values()), buttons, tuple(_addresses(pages, vocabulary)))


def _addresses(pages: Pages, vocabulary: Vocabulary) -> Iterator[OpinionForm]:
    """Lines of the front page such as "Hòm thư góp ý: …@…"."""
    for page in pages.front:
        for block in page.blocks:
            if len(block.text) > _MAX_ADDRESS_LINE or not ("@" in block.text or PHONE.search(block.text)):
                continue
            label = block.text.partition(":")[0]
            if "feedback" in vocabulary.topics_of_label(label):
                yield OpinionForm(page, page.url, label[:120])


def _opinion_form(page: Page, form: Form, in_place: bool, vocabulary: Vocabulary) -> OpinionForm | None:
    terms = vocabulary.forms
    for area in form.fields:
        if area.kind != "textarea":
            continue
        names = f"{area.name} {area.css}".lower()
        if any(mark in names for mark in (*terms.other_marks, *terms.comment_marks)):
            continue
        if area.name.lower() in terms.other_names:
            continue
        near = _near(form, area)
        about = f"{form.css} {form.action}".lower() if len(form.text) <= _WHOLE_PAGE else ""
        if any(mark in about for mark in terms.comment_marks):
            continue
        if any(field.kind == "password" for field in near):
            continue
        senders = [field for field in near if field.kind in _SENDERS]
        buttons = " ".join(words(f"{field.label} {field.value}") for field in senders)
        label = words(area.label)
        if _is_or_opens(label, vocabulary.people.not_feedback_fields) or _holds(
            buttons, vocabulary.people.not_feedback_fields
        ):
            continue
        text = words(form.text) if len(form.text) <= _WHOLE_PAGE else ""
        asked = f"{text} {' '.join(words(f'{field.label} {field.name}') for field in near)}"
        if _is_application(asked, buttons, page, in_place, vocabulary):
            continue
        if not senders and not _has_send_link(page, vocabulary):
            continue
        if not in_place and not page.home and _has_comments(page, vocabulary):
            continue
        known = vocabulary.people.feedback_fields
        told = (
            _is_or_opens(label, known)
            or _holds(label, known)
            or _holds(text, known)
            or any(mark in f"{names} {about}" for mark in terms.opinion_marks)
            or _holds(buttons, known)
        )
        if told or in_place:
            shown = area.label or next((field.label or field.value for field in senders), "") or area.name
            return OpinionForm(page, page.url, shown[:120], form=form)
    return None


def _near(form: Form, area: Field) -> list[Field]:
    """The fields that belong with a box: all of a form, or those of one control where a page is one form."""
    if len(form.text) <= _WHOLE_PAGE and not form.loose:
        return list(form.fields)
    prefix = area.name.rpartition("$")[0]
    if prefix:
        return [field for field in form.fields if field.name.startswith(f"{prefix}$")]
    at = form.fields.index(area)
    return list(form.fields[max(0, at - 8) : at + 5])


def _is_application(asked: str, buttons: str, page: Page, in_place: bool, vocabulary: Vocabulary) -> bool:
    terms = vocabulary.forms
    if _holds(f"{asked} {buttons}", terms.account_words):
        return True
    hits = sum(contains_words(asked, label) for label in terms.application_fields)
    if hits >= 2 or _holds(buttons, terms.application_words):
        return True
    return not in_place and hits >= 1 and _holds(words(page.title), terms.application_words)


def _has_comments(page: Page, vocabulary: Vocabulary) -> bool:
    """Whether a page has a place for comments, as articles have: a box on it is then for those."""
    known = vocabulary.people.not_feedback_fields
    return any(len(block.text) < _SHORT and words(block.text) in known for block in page.blocks)


def _has_send_link(page: Page, vocabulary: Vocabulary) -> bool:
    """A link or handler that sends, where a form has no button."""
    known = vocabulary.people.feedback_fields
    return any(
        not link.url and link.source in ("a", "onclick") and _is_or_opens(words(link.text), known)
        for link in page.links
    )


def _embedded(page: Page, in_place: bool, vocabulary: Vocabulary) -> Iterator[OpinionForm]:
    for embed in page.embeds:
        if embed.url and is_form_service(embed.url, vocabulary):
            heading = next((block.text for block in page.headings if _on_opinion(block.text, vocabulary)), "")
            if in_place or heading or _on_opinion(page.title, vocabulary) or _on_opinion(embed.title, vocabulary):
                yield OpinionForm(page, embed.url, heading or page.title, host_of(embed.url))


def _linked(pages: Pages, sections: Sections, place: set[str], vocabulary: Vocabulary) -> Iterator[OpinionForm]:
    for topic in TOPICS:
        for entry in sections.find(topic).entries:
            if entry.url and is_form_service(entry.url, vocabulary):
                yield OpinionForm(entry.page, entry.url, entry.label, host_of(entry.url))
    for occurrences in pages.occurrences.values():
        first = occurrences[0]
        url = led_to(pages, first.link.url, vocabulary)
        if first.link.source in ("iframe", "frame", "form") or not is_form_service(url, vocabulary):
            continue
        for occurrence in occurrences:
            if _on_opinion(occurrence.link.text, vocabulary) or occurrence.page.key in place:
                yield OpinionForm(occurrence.page, url, occurrence.link.text, host_of(url))
                break


def _on_opinion(text: str, vocabulary: Vocabulary) -> bool:
    return any(topic in TOPICS for topic in vocabulary.topics_of_label(text)) if text else False


def _holds(text: str, labels: Iterable[str]) -> bool:
    return any(contains_words(text, label) for label in labels)


def _is_or_opens(text: str, labels: Iterable[str]) -> bool:
    return any(text == label or text.startswith(f"{label} ") for label in labels)
