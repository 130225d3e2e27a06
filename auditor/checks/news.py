"""The news section and the age of its newest article."""

from __future__ import annotations

from datetime import date

from auditor.checks.freshness import shown_as_evidence
from auditor.checks.section import finding_of
from auditor.facts.pages import Pages, evidence_of
from auditor.facts.publications import Genre, Publication, Publications
from auditor.facts.sections import Ladder, Sections
from auditor.model import Finding, Reason, Verdict, manual, partial, passed
from auditor.vocabulary import Vocabulary

TOPIC = "news"
_LIST = 3


def news(
    sections: Sections, publications: Publications, pages: Pages, vocabulary: Vocabulary, as_of: date, *, pass_days: int
) -> Finding:
    """Cổng có mục tin tức, sự kiện với các bài ghi ngày đăng, bài mới nhất còn mới.

    What: looks for a news section, or a block of dated articles on the home page, and its newest article.

    Why: news is the part of a portal that shows whether anyone keeps it.

    Fix: post news at least monthly and show the day of posting.
    """
    section = sections.find(TOPIC)
    items = [item for item in publications.items if item.genre is Genre.NEWS]
    if not items and section.state is Ladder.NONE:
        # Dated articles in a section of another name ("Nhật ký", "Chuyện ở trường") are news.
        loose = [item for item in publications.items if item.genre is Genre.OTHER and not item.topics]
        items = loose if len(loose) >= _LIST else []
        if loose and not items:
            return _perhaps(loose[0], vocabulary.topics[TOPIC].title)
    if items:
        newest = items[0]
        age = (as_of - newest.day).days
        told = f"Tin mới nhất đăng ngày {newest.day:%d/%m/%Y}, cách ngày đánh giá {age} ngày: “{newest.title[:120]}”."
        shown = [shown_as_evidence(item) for item in items[:4]]
        if age <= pass_days:
            return passed(told, shown)
        remedy = f"Đăng tin về hoạt động của đơn vị ít nhất mỗi {pass_days} ngày một lần."
        return partial(told, shown, Reason.STALE, remedy=remedy)
    found = finding_of(section, vocabulary.topics[TOPIC].title, pages)
    if section.state in (Ladder.CONTENT, Ladder.SINGLE) and found.verdict in (Verdict.PASS, Verdict.PARTIAL):
        best = section.best
        shown = [evidence_of(best.page, best.label, "Mục tin tức")] if best is not None else pages.looked_at()
        return partial(
            "Có mục tin tức nhưng không thấy bài nào ghi ngày đăng.",
            shown,
            Reason.UNDATABLE,
            remedy="Cho hiển thị ngày đăng ở từng bài trong mục tin tức.",
        )
    return found


def _perhaps(newest: Publication, name: str) -> Finding:
    """The answer where one or two dated articles stand under a name that says nothing: perhaps they are the news."""
    heading = newest.page.title or newest.page.url
    return manual(
        f"Không có mục nào mang tên thường gặp của {name}, nhưng trang “{heading[:120]}” có bài ghi ngày đăng, mới "
        f"nhất là “{newest.title[:120]}” ({newest.day:%d/%m/%Y}); cần người xem.",
        [shown_as_evidence(newest)],
        Reason.OTHER_NAME,
        remedy=f"Nếu đó là mục tin của đơn vị, hãy đặt tên mục là {name} để người xem dễ tìm.",
    )
