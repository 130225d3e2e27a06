"""Whether listed documents show their form and who issued them."""

from __future__ import annotations

from auditor.facts.documents import Document, Documents
from auditor.facts.pages import Pages, evidence_of
from auditor.facts.sections import Ladder
from auditor.model import Evidence, Finding, Reason, failed, manual, partial, passed, undetermined


def document_origin(documents: Documents, pages: Pages, *, min_share: float) -> Finding:
    """Văn bản trong mục văn bản cho biết hình thức và cơ quan ban hành.

    What: counts the listed documents whose form and issuing authority are shown in a column, a label, the title or
    the number.

    Why: a directive without its kind and issuer cannot be told from a note.

    Fix: fill in «Loại văn bản» and «Cơ quan ban hành», or write them in the title.
    """
    items = documents.listed
    if not items:
        return no_documents(documents, pages)
    kinds = sum(bool(item.kind) for item in items)
    authorities = sum(bool(item.authority) for item in items)
    told = (
        f"Trong {len(items)} văn bản thấy được, {kinds} văn bản cho biết hình thức (loại) và {authorities} văn bản "
        "cho biết cơ quan ban hành."
    )
    shown = documents_as_evidence(items, lambda item: not (item.kind and item.authority))
    if kinds >= min_share * len(items) and authorities >= min_share * len(items):
        return passed(told, shown)
    if kinds or authorities:
        return partial(told, shown)
    if documents.untold:
        return not_understood(told, shown)
    if not documents.read_lists:
        return undetermined(f"{told} Chưa mở được trang danh sách văn bản.", shown)
    return failed(told, shown, Reason.INCOMPLETE)


def not_understood(told: str, shown: list[Evidence]) -> Finding:
    """The answer where fields of documents stand beside the files in a way that could not be read."""
    return manual(
        f"{told.rstrip('.')}. Trang có ghi số, ngày hoặc cơ quan ban hành nhưng chương trình không gắn được với từng "
        "văn bản; cần người xem.",
        shown,
        Reason.NEEDS_PERSON,
    )


def documents_as_evidence(items: tuple[Document, ...], lacking: object) -> list[Evidence]:
    """Some documents as evidence: two of those that lack something, then others."""
    test = lacking if callable(lacking) else bool
    short = [item for item in items if test(item)][:2]
    rest = [item for item in items if item not in short][: 4 - len(short)]
    return [
        evidence_of(item.page, item.quote or item.title, "Thiếu thông tin" if item in short else "Văn bản")
        for item in (*rest, *short)
    ]


def no_documents(documents: Documents, pages: Pages) -> Finding:
    """The answer where no document could be read: absent, announced in vain, or not seen."""
    section = documents.section
    best = section.best
    if section.state in (Ladder.UNSEEN, Ladder.FORBIDDEN, Ladder.LOGIN) and best is not None:
        reason = Reason.ROBOTS_FORBID if section.state is Ladder.FORBIDDEN else Reason.CRAWL_CUT_SHORT
        if section.state is not Ladder.LOGIN:
            return undetermined(
                f"Có mục “{best.label[:120]}” nhưng chưa đọc được trang.", [evidence_of(best.page, best.label)], reason
            )
    if best is None:
        return failed("Không tìm thấy mục văn bản trên cổng.", pages.looked_at())
    shown = [evidence_of(best.page, best.label, "Mục văn bản")]
    if best.target is not None and best.target.page is not None:
        shown.append(evidence_of(best.target.page, best.quote, "Trang của mục"))
    if section.state is Ladder.CONTENT:
        return manual(
            f"Mục “{best.label[:120]}” có nội dung nhưng không nhận ra văn bản nào; cần người xem.",
            shown,
            Reason.NEEDS_PERSON,
            remedy="Trình bày văn bản thành danh sách có số ký hiệu, ngày ban hành, trích yếu và tệp tải về.",
        )
    reason = {
        Ladder.PLACEHOLDER: Reason.PLACEHOLDER,
        Ladder.EMPTY: Reason.EMPTY,
        Ladder.SOFT_404: Reason.SOFT_404,
        Ladder.LOGIN: Reason.LOGIN_REQUIRED,
        Ladder.EXTERNAL: Reason.EXTERNAL_ONLY,
        Ladder.SINGLE: Reason.EMPTY,
    }.get(section.state, Reason.LINK_DEAD)
    return failed(
        f"Có mục “{best.label[:120]}” nhưng không thấy văn bản nào trong đó.",
        shown,
        reason,
        remedy=f"Đăng các văn bản chỉ đạo, điều hành vào mục “{best.label[:120]}”.",
    )
