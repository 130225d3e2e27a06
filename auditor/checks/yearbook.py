"""Whether figures of at least five years are published."""

from __future__ import annotations

from datetime import date

from auditor.facts.pages import Pages, evidence_of
from auditor.facts.sections import Entry, Ladder
from auditor.facts.yearbook import SUBJECTS, Figures, Yearbook
from auditor.model import Evidence, Finding, Reason, failed, manual, partial, passed, undetermined

_NAMES = {"classes": "trường, lớp", "students": "học sinh", "facilities": "cơ sở vật chất"}
_REASONS = {
    Ladder.PLACEHOLDER: Reason.PLACEHOLDER,
    Ladder.EMPTY: Reason.EMPTY,
    Ladder.SOFT_404: Reason.SOFT_404,
    Ladder.LOGIN: Reason.LOGIN_REQUIRED,
    Ladder.EXTERNAL: Reason.EXTERNAL_ONLY,
    Ladder.CONTENT: Reason.INCOMPLETE,
    Ladder.SINGLE: Reason.INCOMPLETE,
}


def yearbook(book: Yearbook, pages: Pages, as_of: date, *, min_years: int) -> Finding:
    """Có số liệu về trường, lớp, học sinh và cơ sở vật chất của ít nhất năm năm.

    What: collects figures by year from tables, files and the pages of a yearbook's section.

    Why: development shows only over years. Counters of visitors, running text and the forms of item 2.13 do not count.

    Fix: keep one table with a row per school year: classes, pupils, rooms and equipment.
    """
    section = book.section
    covered = book.subjects_by_year()
    full = [year for year, subjects in covered.items() if set(SUBJECTS) <= subjects]
    shown = _evidence(book.figures)
    if len(full) >= min_years:
        return passed(f"Có số liệu đủ ba nội dung của {len(full)} năm ({full[0]}–{full[-1]}).", shown)
    since = _since_founding(book.founded, full, as_of)
    if since and full:
        return passed(
            f"Có số liệu đủ ba nội dung của mọi năm từ khi thành lập ({book.founded}): {len(full)} năm.", shown
        )
    if book.figures:
        subjects = frozenset[str]().union(*covered.values()) if covered else frozenset()
        missing = [name for subject, name in _NAMES.items() if subject not in subjects]
        told = f"Có số liệu của {len(covered)} năm, trong đó {len(full)} năm đủ ba nội dung"
        told += f"; chưa thấy số liệu về {', '.join(missing)}." if missing else "."
        return partial(
            told,
            shown,
            remedy=f"Bổ sung cho đủ ít nhất {min_years} năm số liệu về trường, lớp, học sinh và cơ sở vật chất.",
        )
    best = section.best
    if best is not None and section.state in (Ladder.UNSEEN, Ladder.FORBIDDEN):
        reason = Reason.ROBOTS_FORBID if section.state is Ladder.FORBIDDEN else Reason.CRAWL_CUT_SHORT
        return undetermined(
            f"Có mục “{best.label[:120]}” nhưng chưa đọc được trang.", [evidence_of(best.page, best.label)], reason
        )
    if best is not None and section.state is Ladder.CONTENT and (shown := _unread(best, pages)):
        return manual(
            f"Có mục “{best.label[:120]}” nhưng nội dung là hình ảnh hoặc bảng nhúng mà chương trình không đọc được; "
            "cần người xem.",
            shown,
            Reason.NEEDS_PERSON,
            remedy="Đăng số liệu thành bảng chữ trên trang hoặc tệp bảng tính để ai cũng đọc và tra cứu được.",
        )
    if best is not None:
        return failed(
            f"Có mục “{best.label[:120]}” nhưng không thấy số liệu theo năm trong đó.",
            [evidence_of(best.page, best.label, "Mục thống kê")],
            _REASONS.get(section.state, Reason.LINK_DEAD),
            remedy=f"Đăng vào mục “{best.label[:120]}” bảng số liệu của ít nhất {min_years} năm.",
        )
    return failed(
        "Không tìm thấy bảng, tệp hay mục số liệu thống kê theo năm (bộ đếm lượt truy cập không được tính).",
        pages.looked_at(),
    )


def _unread(best: Entry, pages: Pages) -> list[Evidence]:
    """A picture or an embedded sheet on the page of a section, in which figures may stand."""
    page = best.target.page if best.target is not None else None
    if page is None:
        return []
    pictured = any(block.images for block in pages.own[page.key] if block.region == "")
    if not pictured and not any(embed.url and embed.region == "" and embed.tag == "iframe" for embed in page.embeds):
        return []
    return [evidence_of(page, best.quote or best.label, "Hình ảnh hoặc bảng nhúng trong mục thống kê")]


def _since_founding(founded: int | None, full: list[int], as_of: date) -> bool:
    """Whether every year from the founding to the last but one before the as-of date is covered."""
    if founded is None or founded > as_of.year:
        return False
    # The school year that runs now began in September; its figures may still be gathered.
    last = as_of.year - 1 if as_of.month >= 9 else as_of.year - 2
    wanted = set(range(founded, max(last, founded) + 1))
    return wanted <= set(full)


def _evidence(figures: tuple[Figures, ...]) -> list[Evidence]:
    ordered = sorted(figures, key=lambda one: -len(one.years))[:4]
    return [
        Evidence(
            one.url,
            one.quote,
            f"Số liệu năm {', '.join(str(year) for year in sorted(one.years)[:8])}" if one.years else "Tệp số liệu",
            one.page.fetched_at,
        )
        for one in ordered
    ]
