"""Item 2.10.b: links to the ministry's sites that the letter names."""

from __future__ import annotations

from auditor.facts.outlinks import OutLink, OutLinks
from auditor.facts.pages import Pages, evidence_of
from auditor.model import Finding, failed, partial, passed
from auditor.vocabulary import Vocabulary


def ministry_links(out_links: OutLinks, pages: Pages, vocabulary: Vocabulary, *, min_sites: int) -> Finding:
    """Cổng có liên kết đến năm trang tài nguyên của Bộ GD&ĐT hoặc các trang đã thay thế chúng hay không.

    What: counts which of the five sites of the letter, or the hosts that replaced them, are linked from anywhere.

    Why: the letter lists them so that every portal leads to the ministry's documents, examinations, procedures and
    learning material.

    Fix: add the missing ones, with their present addresses, to the list of links.
    """
    linked: dict[str, OutLink] = {}
    for host, links in out_links.by_host.items():
        site = vocabulary.hosts.ministry_site(host)
        if site is not None:
            linked.setdefault(site.id, links[0])
    sites = vocabulary.hosts.ministry_sites
    missing = [site.title for site in sites if site.id not in linked]
    shown = [
        evidence_of(link.page, link.label, f"Liên kết đến {link.url}")
        for site in sites
        if (link := linked.get(site.id)) is not None
    ]
    if len(linked) >= min_sites:
        return passed(f"Có liên kết đến {len(linked)} trang tài nguyên của Bộ GD&ĐT.", shown)
    if linked:
        return partial(
            f"Có liên kết đến {len(linked)} trên {len(sites)} trang tài nguyên của Bộ GD&ĐT; "
            f"còn thiếu: {'; '.join(missing)}.",
            shown,
            remedy=f"Bổ sung vào khối liên kết: {'; '.join(missing)} (dùng địa chỉ đang hoạt động).",
        )
    return failed(
        f"Không có liên kết nào đến {len(sites)} trang tài nguyên của Bộ GD&ĐT mà công văn nêu, "
        "hay trang đã thay thế chúng.",
        pages.looked_at(),
    )
