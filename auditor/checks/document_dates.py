"""Whether listed documents show number, issue date and effect."""

from __future__ import annotations

from auditor.checks.document_origin import documents_as_evidence, no_documents, not_understood
from auditor.facts.documents import Documents
from auditor.facts.pages import Pages
from auditor.model import Finding, Reason, failed, partial, passed, undetermined


def document_dates(documents: Documents, pages: Pages, *, min_share: float) -> Finding:
    """Văn bản có số ký hiệu, ngày ban hành và hiệu lực.

    What: counts the listed documents that show number, issue date, and date or state of effect, in the list or on
    their own page. The day of posting is not the issue date.

    Why: by these three a reader knows whether a document still binds.

    Fix: fill in «Số ký hiệu», «Ngày ban hành» and «Ngày hiệu lực» or «Trạng thái».
    """
    items = documents.listed
    if not items:
        return no_documents(documents, pages)
    counts = {
        "số ký hiệu": sum(bool(item.number) for item in items),
        "ngày ban hành": sum(item.issued is not None for item in items),
        "hiệu lực": sum(item.has_effect for item in items),
    }
    enough = [name for name, count in counts.items() if count >= min_share * len(items)]
    told = f"Trong {len(items)} văn bản thấy được: " + ", ".join(
        f"{count} văn bản có {name}" for name, count in counts.items()
    )
    shown = documents_as_evidence(items, lambda item: not (item.number and item.issued is not None and item.has_effect))
    if len(enough) == len(counts):
        return passed(f"{told}.", shown)
    if any(counts.values()):
        missing = [name for name in counts if name not in enough]
        return partial(
            f"{told}.",
            shown,
            remedy=f"Bổ sung {', '.join(missing)} cho các văn bản còn thiếu, ngay trong danh sách văn bản.",
        )
    if documents.untold:
        return not_understood(told, shown)
    if not documents.read_lists:
        return undetermined(f"{told}. Chưa mở được trang danh sách văn bản.", shown)
    return failed(f"{told}.", shown, Reason.INCOMPLETE)
