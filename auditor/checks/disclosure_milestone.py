"""Whether disclosures were published around June or September."""

from __future__ import annotations

from datetime import date, timedelta

from auditor.checks.disclosure import announcement, evidence, lower, named
from auditor.facts.disclosures import Disclosure, Disclosures, Life
from auditor.facts.pages import Pages
from auditor.facts.sections import Ladder
from auditor.milestones import milestone, within
from auditor.model import Finding, Reason, failed, manual, partial, passed, undetermined
from auditor.vocabulary import Vocabulary

_COUNTS = (Life.LIVE, Life.EXTERNAL, Life.UNSEEN, Life.FORBIDDEN)
_GONE = (Life.DEAD_FILE, Life.DEAD_PAGE, Life.PLACEHOLDER)


def disclosure_milestone(
    disclosures: Disclosures,
    pages: Pages,
    vocabulary: Vocabulary,
    as_of: date,
    *,
    month: int,
    late_days: int,
    early_days: int,
) -> Finding:
    """Nội dung công khai được đăng trong tháng phải công khai gần nhất đã qua.

    What: dates every disclosure and looks for one in the latest such month that has ended by the as-of date, or a
    little later or earlier.

    Why: circular 09/2009 asks for publication in June and updating in September; 09/2024 for 30 June.

    Fix: post the disclosure in that month and show the day of posting; keep those of earlier years.
    """
    existing = [item for item in disclosures.items if item.life in _COUNTS]
    dated = [item for item in existing if item.dated is not None]
    due = milestone(dated, month, as_of, late_days=late_days, early_days=early_days)
    first, last, inside, late, early = due.first, due.last, list(due.inside), list(due.late), list(due.early)
    name = f"tháng {month}/{first.year}"
    if inside:
        return passed(f"Có công khai trong {name}: {_told(inside[0])}. {_parts(inside, vocabulary)}", evidence(inside))
    if late:
        return partial(
            f"Công khai muộn {due.days_late} ngày so với {name}: {_told(late[-1])}. {_parts(late, vocabulary)}",
            evidence(late),
            Reason.LATE,
            remedy=f"Năm tới đăng nội dung công khai ngay trong tháng {month} và ghi rõ ngày đăng.",
        )
    if early:
        return partial(
            f"Công khai sớm hơn {name}: {_told(early[0])}. {_parts(early, vocabulary)}",
            evidence(early),
            Reason.EARLY,
            remedy=f"Rà soát và đăng hoặc cập nhật nội dung công khai trong tháng {month}, ghi rõ ngày.",
        )
    return _none(disclosures, pages, existing, dated, name, month, (first, last, late_days, early_days))


def _none(
    disclosures: Disclosures,
    pages: Pages,
    existing: list[Disclosure],
    dated: list[Disclosure],
    name: str,
    month: int,
    limits: tuple[date, date, int, int],
) -> Finding:
    """The answer where no disclosure that exists lies in those days."""
    first, last, late_days, early_days = limits
    remedy = f"Đăng nội dung công khai trong tháng {month} hằng năm, ghi rõ ngày đăng và năm học."
    entries = list(disclosures.entries())
    unread = [
        item
        for item in existing
        if item.dated is None
        and item.life in (Life.UNSEEN, Life.FORBIDDEN)
        and not item.before(first - timedelta(days=early_days))
    ]
    known = {item.url for item in disclosures.items}
    closed = [entry for entry in entries if entry.state in (Ladder.UNSEEN, Ladder.FORBIDDEN) and entry.url not in known]
    vanished = within(
        [item for item in disclosures.items if item.life is Life.DEAD_PAGE],
        first - timedelta(days=early_days),
        last + timedelta(days=late_days),
    )
    if unread or closed or vanished:
        forbidden = any(entry.state is Ladder.FORBIDDEN for entry in closed) or any(
            item.life is Life.FORBIDDEN for item in unread
        )
        return undetermined(
            f"Chưa đọc được hết nội dung công khai nên chưa biết có công khai trong {name} hay không.",
            [*evidence(vanished), *evidence(unread), *announcement(closed)],
            Reason.ROBOTS_FORBID if forbidden else Reason.CRAWL_CUT_SHORT,
        )
    unopened = [item for item in existing if item.unread and not item.before(first - timedelta(days=early_days))]
    if unopened:
        return manual(
            f"Có {len(unopened)} tệp công khai ({named(unopened)}) là bản chụp, quá lớn hoặc thuộc loại chưa đọc tự "
            f"động được nên chưa biết có công khai trong {name} hay không.",
            evidence(unopened),
            Reason.UNDATABLE,
            remedy="Mở tệp xem ngày ký; ghi ngày đăng ở từng nội dung công khai.",
        )
    if dated:
        return failed(
            f"Không có nội dung công khai nào trong {name} hoặc gần đó; lần mới nhất là {_told(dated[0])}.",
            evidence(dated),
            Reason.STALE,
            remedy=remedy,
        )
    if existing:
        return manual(
            f"Có {len(existing)} nội dung công khai ({named(existing)}) nhưng không xác định được ngày công khai.",
            evidence(existing),
            Reason.UNDATABLE,
            remedy="Ghi ngày đăng ở từng nội dung công khai, hoặc ghi tháng, năm trong tiêu đề.",
        )
    gone = [item for item in disclosures.items if item.life in _GONE]
    if gone:
        reason = Reason.PLACEHOLDER if all(item.life is Life.PLACEHOLDER for item in gone) else Reason.LINK_DEAD
        return failed(
            f"Có nêu nội dung công khai ({named(gone)}) nhưng trang hoặc tệp không mở được hay chưa có nội dung.",
            evidence(gone),
            reason,
            remedy=remedy,
        )
    if entries:
        waiting = all(entry.state in (Ladder.PLACEHOLDER, Ladder.EMPTY) for entry in entries)
        return failed(
            f"Có mục “{entries[0].label[:100]}” nhưng trong đó không có nội dung công khai nào mở được.",
            announcement(entries),
            Reason.PLACEHOLDER if waiting else Reason.LINK_DEAD,
            remedy=remedy,
        )
    return failed(
        "Không tìm thấy nội dung công khai nào trong menu, tiêu đề bài và tên tệp.", pages.looked_at(), remedy=remedy
    )


def _told(item: Disclosure) -> str:
    assert item.dated is not None
    day = item.dated.day
    when = f"ngày {day:%d/%m/%Y}" if item.dated.precision == "day" else f"tháng {day.month}/{day.year}"
    return f"“{item.title[:100]}” {when}"


def _parts(items: list[Disclosure], vocabulary: Vocabulary) -> str:
    covered = frozenset[str]().union(*(item.parts for item in items))
    titles = [lower(part.title) for name, part in vocabulary.documents.disclosure.parts.items() if name in covered]
    return f"Phần được công khai: {', '.join(titles)}." if titles else "Tiêu đề không cho biết phần được công khai."
