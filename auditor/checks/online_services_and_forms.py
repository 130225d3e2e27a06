"""Item 2.7: online public services and forms."""

from __future__ import annotations

from auditor.checks.section import finding_of
from auditor.facts.pages import Pages, evidence_of
from auditor.facts.sections import Entry, Ladder, Section, Sections
from auditor.facts.services import TOPICS, Services
from auditor.model import Evidence, Finding, Reason, partial, passed

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


def online_services_and_forms(services: Services, sections: Sections, pages: Pages) -> Finding:
    """Cổng có mục dịch vụ công trực tuyến, biểu mẫu với ít nhất một mẫu để điền hoặc tải về hay không.

    What: the section rule for services and forms together, and at least one form that can be filled in online or
    downloaded.

    Why: pupils and parents should not have to come only to fetch a paper.

    Fix: publish the forms as files, and link the services that can be used online.
    """
    section = min((sections.find(topic) for topic in TOPICS), key=lambda one: _ORDER.index(one.state))
    shown = _forms(services)
    entry = _served(sections, services)
    if entry is not None:
        return passed(
            f"Có mục “{entry.label[:120]}” với mẫu để điền trực tuyến.",
            [evidence_of(entry.page, entry.label, "Mục trên cổng"), *shown],
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


def _served(sections: Sections, services: Services) -> Entry | None:
    """The entry whose page is a form to fill in: such a page needs no other content."""
    places = {service.page.key for service in services.online if not service.external}
    for topic in TOPICS:
        for entry in sections.find(topic).entries:
            if entry.target is not None and entry.target.page is not None and entry.target.page.key in places:
                return entry
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
