"""Item 2.17: a search, and links to related units."""

from __future__ import annotations

from collections import defaultdict

from auditor.facts.outlinks import OutLink, OutLinks
from auditor.facts.pages import Pages, evidence_of
from auditor.facts.search import Search
from auditor.facts.sections import Sections
from auditor.links import MENU_REGIONS
from auditor.model import Finding, failed, partial, passed
from auditor.urls import key
from auditor.vocabulary import Vocabulary


def support_functions(
    search: Search, out_links: OutLinks, sections: Sections, pages: Pages, vocabulary: Vocabulary, *, min_hosts: int
) -> Finding:
    """Cổng có tìm kiếm và khối liên kết đến các đơn vị liên quan hoặc trực thuộc hay không.

    What: a search box (item 1.8, pass or partial), and links in menus or lists to education hosts other than the
    portal's own; management systems are no units.

    Why: a visitor who is wrong here should find the way on.

    Fix: switch on the search, and list the department, the office above and neighbouring schools as links.
    """
    hosts: dict[str, OutLink] = {}
    place = {page.key for page in sections.find("links").pages} | _pages_of_links(
        out_links, pages, vocabulary, min_hosts
    )
    for host, links in out_links.by_host.items():
        if vocabulary.hosts.is_education(host):
            link = next((one for one in links if one.listed and _is_furniture(one, pages, place)), None)
            if link is not None:
                hosts[host] = link
    form, page = search.form or search.documents, search.page or search.documents_page
    shown = [evidence_of(link.page, link.label, f"Liên kết đến {host}") for host, link in list(hosts.items())[:4]]
    if form is not None and page is not None:
        shown.insert(0, evidence_of(page, form.label, "Ô tìm kiếm"))
    linked = len(hosts) >= min_hosts
    if form is not None and linked:
        return passed(f"Có ô tìm kiếm và liên kết đến {len(hosts)} trang của ngành giáo dục.", shown)
    few = (
        f"chỉ liên kết đến {len(hosts)} trang của ngành giáo dục"
        if hosts
        else "không có liên kết đến trang nào của ngành"
    )
    if form is not None:
        return partial(
            f"Có ô tìm kiếm nhưng {few} (cần ít nhất {min_hosts}).",
            shown,
            remedy=f"Lập khối «Liên kết website» có ít nhất {min_hosts} trang: Sở GD&ĐT, cơ quan quản lý, trường bạn.",
        )
    if linked:
        return partial(
            f"Có liên kết đến {len(hosts)} trang của ngành giáo dục nhưng không có ô tìm kiếm.",
            shown,
            remedy="Bật ô tìm kiếm ở đầu mọi trang.",
        )
    return failed(f"Không có ô tìm kiếm và {few} (cần ít nhất {min_hosts}).", shown or pages.looked_at())


def _pages_of_links(out_links: OutLinks, pages: Pages, vocabulary: Vocabulary, least: int) -> set[str]:
    """Pages of the menu that list at least so many education hosts: a table of schools is a block of links, too."""
    listed: dict[str, set[str]] = defaultdict(set)
    for host, links in out_links.by_host.items():
        if vocabulary.hosts.is_education(host):
            for one in links:
                if one.listed:
                    listed[one.page.key].add(host)
    return {
        page
        for page, hosts in listed.items()
        if len(hosts) >= least and any(one.link.region in ("menu", "header") for one in pages.occurrences.get(page, ()))
    }


def _is_furniture(link: OutLink, pages: Pages, place: set[str]) -> bool:
    """Whether visitors meet the link on the home page, everywhere, or in a section of links; not in one article."""
    return (
        link.page in pages.front
        or link.link.region in MENU_REGIONS
        or key(link.url) in pages.furniture
        or link.page.key in place
    )
