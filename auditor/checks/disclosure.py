"""Whether one part of the "ba công khai" is disclosed."""

from __future__ import annotations

from auditor.facts.disclosures import PART_TOPICS, UMBRELLA, Disclosure, Disclosures, Life
from auditor.facts.pages import Pages, evidence_of
from auditor.facts.sections import Entry, Ladder
from auditor.model import Evidence, Finding, Reason, failed, manual, partial, passed, undetermined
from auditor.vocabulary import Vocabulary

_DEAD = {
    Life.DEAD_PAGE: Reason.LINK_DEAD,
    Life.DEAD_FILE: Reason.LINK_DEAD,
    Life.PLACEHOLDER: Reason.PLACEHOLDER,
}
_ENTRY_REASONS = {
    Ladder.PLACEHOLDER: Reason.PLACEHOLDER,
    Ladder.EMPTY: Reason.EMPTY,
    Ladder.SOFT_404: Reason.SOFT_404,
    Ladder.LOGIN: Reason.LOGIN_REQUIRED,
    Ladder.EXTERNAL: Reason.EXTERNAL_ONLY,
}
_UNREAD_ENTRY = (Ladder.UNSEEN, Ladder.FORBIDDEN)


def disclosure(disclosures: Disclosures, pages: Pages, vocabulary: Vocabulary, *, part: str) -> Finding:
    """Nội dung này của “ba công khai” có trên cổng hay không.

    What: looks in the ledger of disclosures for pages, files and pictures that cover the part.

    Why: item 2.13 asks for all three subjects; a menu entry or a dead file discloses nothing.

    Fix: post the disclosure of the part under the menu of disclosures and test that its file opens.
    """
    title = vocabulary.documents.disclosure.parts[part].title
    topic = next(name for name, value in PART_TOPICS.items() if value == part)
    found = disclosures.of_part(part)
    live = [item for item in found if item.exists]
    if live and all(item.is_folder for item in live):
        return partial(
            f"{title}: chỉ có liên kết sang thư mục ở dịch vụ lưu trữ bên ngoài ({named(live)}).",
            evidence(live),
            Reason.EXTERNAL_ONLY,
            remedy="Đăng từng nội dung công khai ngay trên cổng, ghi ngày đăng.",
        )
    if live:
        return passed(f"Có {len(live)} nội dung công khai về {lower(title)}: {named(live)}.", evidence(live))
    return not_disclosed(disclosures, pages, title, found, (topic,))


def not_disclosed(
    disclosures: Disclosures, pages: Pages, title: str, found: tuple[Disclosure, ...], topics: tuple[str, ...]
) -> Finding:
    """The answer where nothing of a part can be opened: unseen, announced in vain, under an umbrella, or absent."""
    unread = [item for item in found if item.life in (Life.UNSEEN, Life.FORBIDDEN)]
    announced = list(disclosures.entries(*topics))
    closed = [entry for entry in announced if entry.state in _UNREAD_ENTRY]
    if unread or closed:
        forbidden = any(item.life is Life.FORBIDDEN for item in unread) or any(
            entry.state is Ladder.FORBIDDEN for entry in closed
        )
        return undetermined(
            f"Có nêu {lower(title)} nhưng chưa đọc được trang hoặc tệp.",
            [*evidence(unread), *announcement(closed)],
            Reason.ROBOTS_FORBID if forbidden else Reason.CRAWL_CUT_SHORT,
        )
    if found:
        return partial(
            f"Có nêu {lower(title)} ({named(found)}) nhưng trang hoặc tệp không mở được hay chưa có nội dung.",
            evidence(found),
            _DEAD.get(found[0].life, Reason.LINK_DEAD),
            remedy=f"Đăng lại nội dung “{found[0].title[:100]}” và thử mở trang, tệp sau khi đăng.",
        )
    if serving := [entry for entry in announced if entry.state is Ladder.CONTENT]:
        # Something stands there: that it could not be told apart is the program's lack, not the school's.
        return manual(
            f"Có mục “{serving[0].label[:100]}” với nội dung nhưng chương trình không nhận ra nội dung công khai trong "
            "đó; cần người xem.",
            announcement(serving),
            Reason.NEEDS_PERSON,
        )
    if announced:
        state = announced[0].state
        return partial(
            f"Có mục “{announced[0].label[:100]}” nhưng chưa có nội dung mở được.",
            announcement(announced),
            _ENTRY_REASONS.get(state, Reason.LINK_DEAD),
            remedy=f"Đăng nội dung về {lower(title)} vào mục “{announced[0].label[:100]}”.",
        )
    umbrellas = disclosures.umbrellas()
    general = list(disclosures.entries(UMBRELLA))
    closed = [entry for entry in general if entry.state in _UNREAD_ENTRY]
    unread = [item for item in umbrellas if item.life in (Life.UNSEEN, Life.FORBIDDEN)]
    if closed or unread:
        return undetermined(
            "Có mục công khai nhưng chưa đọc được hết nội dung.", [*evidence(unread), *announcement(closed)]
        )
    if umbrellas:
        return partial(
            f"Có công khai chung ({named(umbrellas)}) nhưng tên và nội dung đọc được không cho biết có {lower(title)}.",
            evidence(umbrellas),
            remedy=f"Ghi rõ trong tiêu đề hoặc tách riêng phần {lower(title)} để người xem tìm được.",
        )
    told = [item for item in disclosures.items if item.exists and (item.in_section or item.parts)]
    if general and not told:
        return partial(
            f"Có mục “{general[0].label[:100]}” nhưng không có nội dung về {lower(title)}.",
            announcement(general),
            _ENTRY_REASONS.get(general[0].state, Reason.LINK_DEAD),
            remedy=f"Đăng nội dung về {lower(title)} vào mục “{general[0].label[:100]}”.",
        )
    return failed(
        f"Không tìm thấy nội dung công khai về {lower(title)} trong menu, tiêu đề bài và tên tệp.", pages.looked_at()
    )


def lower(title: str) -> str:
    """A title inside a sentence."""
    return title[:1].lower() + title[1:]


def named(items: list[Disclosure] | tuple[Disclosure, ...]) -> str:
    """The first titles, for a summary."""
    told = "; ".join(f"“{item.title[:90]}”" for item in items[:2])
    return told + (f" và {len(items) - 2} nội dung khác" if len(items) > 2 else "")


def evidence(items: list[Disclosure] | tuple[Disclosure, ...]) -> list[Evidence]:
    """Disclosures as evidence, with the date that counts."""
    return [
        Evidence(
            item.url,
            item.title,
            f"Ngày {item.dated.day:%d/%m/%Y} ({item.dated.quote[:80]})" if item.dated else "Không rõ ngày",
            item.page.fetched_at,
        )
        for item in items[:4]
    ]


def announcement(entries: list[Entry]) -> list[Evidence]:
    """Menu entries and headings as evidence."""
    return [evidence_of(entry.page, entry.label, "Nơi thấy mục này") for entry in entries[:3]]
