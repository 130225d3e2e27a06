"""Item 1.3: a link to the education management system."""

from __future__ import annotations

from auditor.facts.outlinks import OutLinks
from auditor.facts.pages import Pages, evidence_of
from auditor.model import Finding, Unit, failed, passed
from auditor.urls import host_of
from auditor.vocabulary import Vocabulary, under


def management_system(out_links: OutLinks, pages: Pages, unit: Unit, vocabulary: Vocabulary) -> Finding:
    """Cổng có liên kết đến hệ thống thông tin quản lý giáo dục hay không.

    What: compares every link, picture link and option that leaves the portal with the system that the register
    declares for the unit, and with the systems that the vocabulary knows.

    Why: teachers and parents reach marks, attendance and records through the school's portal.

    Fix: put a link to the system in use on the home page.
    """
    declared = _declared_host(unit)
    if declared:
        link = next(out_links.to([declared]), None)
        if link is not None:
            return passed(
                f"Có liên kết đến hệ thống quản lý đã đăng ký của đơn vị ({link.host}).",
                [evidence_of(link.page, link.label, f"Liên kết đến {link.url}")],
            )
    for host, links in out_links.by_host.items():
        system = vocabulary.hosts.management_system(host)
        if system is not None and not under(host, vocabulary.hosts.not_management_systems):
            link = links[0]
            return passed(
                f"Có liên kết đến hệ thống quản lý giáo dục: {system.name} ({host}).",
                [evidence_of(link.page, link.label, f"Liên kết đến {link.url}")],
            )
    sought = f"{declared} hay " if declared else ""
    return failed(
        f"Không thấy liên kết nào đến {sought}một hệ thống thông tin quản lý giáo dục trên trang chủ và "
        f"{len(pages.pages)} trang đã xem.",
        pages.looked_at(),
        remedy=f"Thêm ở trang chủ một liên kết đến {declared}." if declared else "",
    )


def _declared_host(unit: Unit) -> str:
    system = (unit.management_system or "").strip()
    if not system:
        return ""
    host = host_of(system if "://" in system else f"http://{system}")
    return host if "." in host else ""
