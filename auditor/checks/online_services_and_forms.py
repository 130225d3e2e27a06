"""Item 2.7: online public services and forms."""

from __future__ import annotations

from auditor.checks.section import finding_of
from auditor.facts.pages import Pages, evidence_of
from auditor.facts.sections import Ladder, Section, Sections
from auditor.facts.services import TOPICS, Services, on_service
from auditor.model import Evidence, Finding, Reason, partial, passed
from auditor.page import Page
from auditor.urls import key
from auditor.vocabulary import Vocabulary

_PLACES = (*TOPICS, "procedures")
_NAME = "dịch vụ công trực tuyến, biểu mẫu"
# From the best to the worst, for a portal that announces both topics.
_ORDER = (
    Ladder.CONTENT,
    Ladder.UNSEEN,
    Ladder.FORBIDDEN,
    Ladder.EXTERNAL,
    Ladder.LOGIN,
    Ladder.SINGLE,
    Ladder.PLACEHOLDER,
    Ladder.EMPTY,
    Ladder.SOFT_404,
    Ladder.LINK_DEAD,
    Ladder.NOWHERE,
    Ladder.NONE,
)


def online_services_and_forms(services: Services, sections: Sections, pages: Pages, vocabulary: Vocabulary) -> Finding:
    """Cổng có mục dịch vụ công trực tuyến, biểu mẫu với ít nhất một mẫu để điền hoặc tải về hay không.

    What: the section rule for services and forms together, and at least one form that can be filled in online or
    downloaded.

    Why: pupils and parents should not have to come only to fetch a paper.

    Fix: publish the forms as files, and link the services that can be used online.
    """
    section = min((sections.find(topic) for topic in TOPICS), key=lambda one: _ORDER.index(one.state))
    shown = _forms(services)
    served = _served(sections, services, pages, vocabulary)
    if served is not None:
        page, label = served
        return passed(
            f"Có mục “{label[:120]}” với mẫu để điền trực tuyến.", [evidence_of(page, label, "Mục trên cổng"), *shown]
        )
    if section.state is Ladder.CONTENT and section.best is not None:
        place = [evidence_of(section.best.page, section.best.label, "Mục trên cổng")]
        if shown:
            return passed(
                f"Có mục “{section.best.label[:120]}” với mẫu để điền trực tuyến hoặc tải về.", [*place, *shown]
            )
        return partial(
            f"Có mục “{section.best.label[:120]}” nhưng không thấy mẫu nào để điền trực tuyến hoặc tải về được.",
            place,
            remedy=f"Đăng vào mục “{section.best.label[:120]}” các mẫu đơn tải về được hoặc biểu mẫu điền trực tuyến.",
        )
    if section.state in (Ladder.UNSEEN, Ladder.FORBIDDEN):
        return finding_of(section, _NAME, pages)
    if shown:
        return _without_section(section, shown)
    if section.state is Ladder.NONE and services.portals:
        portal = services.portals[0]
        return partial(
            f"Chỉ có liên kết sang hệ thống dịch vụ ở trang khác (“{portal.label[:120]}”).",
            [evidence_of(portal.page, portal.label, f"Liên kết đến {portal.url}")],
            Reason.EXTERNAL_ONLY,
            remedy="Lập mục «Dịch vụ công trực tuyến - Biểu mẫu» trên cổng, kèm hướng dẫn và mẫu đơn tải về.",
        )
    return finding_of(section, _NAME, pages)


def _served(sections: Sections, services: Services, pages: Pages, vocabulary: Vocabulary) -> tuple[Page, str] | None:
    """The entry whose page is a form to fill in, or leads to one: such a page needs no other content. Or the menu's
    entry to the form that says what it is. (page of the entry, its label)"""
    places = {service.page.key for service in services.online if service.here and not service.page.home}
    if not places:
        return None
    entries = [entry for topic in _PLACES for entry in sections.find(topic).entries]
    targets = [(entry, entry.target.page) for entry in entries if entry.target is not None]
    for entry, page in targets:
        if page is not None and page.key in places:
            return entry.page, entry.label
    for entry, page in targets:
        if page is not None and any(key(link.url) in places for link in pages.own_links(page) if link.url):
            return entry.page, entry.label
    for place in places:
        for occurrence in pages.occurrences.get(place, ()):
            if occurrence.link.region in ("menu", "header") and on_service(occurrence.link.text, vocabulary):
                return occurrence.page, occurrence.link.text
    return None


def _without_section(section: Section, shown: list[Evidence]) -> Finding:
    where = f"mục “{section.best.label[:120]}” chưa dùng được" if section.best is not None else "chưa có mục riêng"
    return partial(
        f"Có mẫu để điền hoặc tải về nhưng {where} cho dịch vụ công, biểu mẫu.",
        shown,
        Reason.SINGLE_DOCUMENT,
        remedy="Lập mục «Dịch vụ công trực tuyến - Biểu mẫu» trong menu và đưa các mẫu đã có vào đó.",
    )


def _forms(services: Services) -> list[Evidence]:
    found = [evidence_of(one.page, one.label, f"Điền trực tuyến: {one.url}") for one in services.online[:2]]
    found += [evidence_of(one.page, one.title, f"Tải về: {one.url}") for one in services.downloads[:2]]
    return found
