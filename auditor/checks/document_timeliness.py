"""How old the newest directive document is."""

from __future__ import annotations

from datetime import date

from auditor.checks.document_origin import no_documents
from auditor.facts.documents import Document, Documents
from auditor.facts.pages import Pages, evidence_of
from auditor.facts.publications import Publications
from auditor.model import Finding, Reason, failed, manual, partial, passed


def document_timeliness(
    documents: Documents, publications: Publications, pages: Pages, as_of: date, *, pass_days: int, partial_days: int
) -> Finding:
    """Văn bản chỉ đạo, điều hành mới nhất cách ngày đánh giá bao nhiêu ngày.

    What: takes the newest listed document by its day of posting, else by its day of issue, up to the as-of date.

    Why: directives that come late cannot be followed in time.

    Fix: post documents within a few working days and show their dates.
    """
    items = documents.items
    if not items:
        return no_documents(documents, pages)
    dated = sorted(
        ((day, item) for item in items if (day := _day(item, publications, as_of)) is not None),
        key=lambda pair: (-pair[0].toordinal(), pair[1].title),
    )
    if not dated:
        return manual(
            f"Có {len(items)} văn bản nhưng không văn bản nào ghi ngày.",
            [evidence_of(item.page, item.quote or item.title) for item in items[:4]],
            Reason.UNDATABLE,
            remedy="Ghi ngày ban hành hoặc ngày đăng cho từng văn bản.",
        )
    day, newest = dated[0]
    age = (as_of - day).days
    told = f"Văn bản mới nhất có ngày {day:%d/%m/%Y}, cách ngày đánh giá {age} ngày: “{newest.title[:120]}”."
    shown = [evidence_of(item.page, item.quote or item.title, f"Ngày {on:%d/%m/%Y}") for on, item in dated[:4]]
    if age <= pass_days:
        return passed(told, shown)
    if age <= partial_days:
        return partial(told, shown, Reason.STALE)
    return failed(told, shown, Reason.STALE)


def _day(item: Document, publications: Publications, as_of: date) -> date | None:
    if item.posted is not None and as_of < item.posted and item.posted.isoformat() <= item.page.fetched_at[:10]:
        return None  # it was posted later, whenever it was issued
    days = [day for day in (item.posted, item.issued) if day is not None and day <= as_of]
    if item.posted is None and (publication := publications.of(item.detail)) is not None:
        days.append(publication.day)
    return max(days, default=None)
