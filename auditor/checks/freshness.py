"""How old the newest publication of the portal is."""

from __future__ import annotations

from datetime import date

from auditor.dates import find_dates
from auditor.facts.documents import Documents
from auditor.facts.hints import Hints
from auditor.facts.pages import Pages, evidence_of
from auditor.facts.publications import Publication, Publications
from auditor.facts.sections import Ladder, Sections
from auditor.model import Evidence, Finding, Reason, failed, manual, partial, passed

_NEWS = "news"


def freshness(
    publications: Publications,
    documents: Documents,
    sections: Sections,
    pages: Pages,
    hints: Hints,
    as_of: date,
    *,
    pass_days: int,
    partial_days: int,
) -> Finding:
    """Tin, bài hoặc văn bản mới nhất của cổng cách ngày đánh giá bao nhiêu ngày.

    What: takes the newest dated publication of any section up to the as-of date and counts the days since.

    Why: the letter asks for regular and timely updating; dates of clocks, counters, events and laws prove nothing.

    Fix: post at least monthly and show the day of posting with every article and document.
    """
    newest = publications.newest()
    if newest is None:
        shown = [
            evidence_of(hint.page, hint.quote, f"Dấu hiệu của máy chủ, chưa đủ để kết luận: {hint.day:%d/%m/%Y}")
            for hint in hints.items[:2]
        ]
        shown += [evidence_of(page, title, "Bài không ghi ngày đăng") for title, page in publications.undated[:5]]
        shown += [evidence_of(item.page, item.title, "Văn bản không ghi ngày") for item in documents.items[:3]]
        section = sections.find(_NEWS)
        days = [found.date for page in section.pages for found in find_dates(pages.own_text(page))]
        old = bool(days) and all((as_of - day).days > partial_days for day in days)
        if section.state is Ladder.CONTENT and section.best is not None and not old:
            shown.append(evidence_of(section.best.page, section.best.label, "Mục tin tức không ghi ngày"))
        if shown:
            return manual(
                "Cổng có bài hoặc văn bản nhưng không bài nào ghi ngày, nên chưa xác định được lần cập nhật mới nhất.",
                shown,
                Reason.UNDATABLE,
                remedy="Cho hiển thị ngày đăng ở từng tin, bài và văn bản.",
            )
        return failed("Không tìm thấy tin, bài hay văn bản nào trên các trang đã xem.", pages.looked_at())
    age = (as_of - newest.day).days
    told = f"Bài mới nhất đăng ngày {newest.day:%d/%m/%Y}, cách ngày đánh giá {age} ngày: “{newest.title[:120]}”."
    shown = [shown_as_evidence(item) for item in publications.items[:4]]
    if age <= pass_days:
        return passed(told, shown)
    remedy = f"Đăng tin, bài hoặc văn bản mới ít nhất mỗi {pass_days} ngày một lần, có ghi ngày đăng."
    if age <= partial_days:
        return partial(told, shown, Reason.STALE, remedy=remedy)
    return failed(told, shown, Reason.STALE, remedy=remedy)


def shown_as_evidence(item: Publication) -> Evidence:
    """Evidence that points to where a publication's date was read."""
    return evidence_of(item.page, item.quote, f"{item.day:%d/%m/%Y}: {item.title[:120]}")
