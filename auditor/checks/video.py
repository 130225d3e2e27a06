"""Item 2.15: videos of conferences, training and events."""

from __future__ import annotations

from auditor.facts.pages import Pages, evidence_of
from auditor.facts.sections import Ladder, Sections
from auditor.facts.videos import Videos
from auditor.model import Evidence, Finding, Reason, failed, manual, partial, passed, undetermined


def video(videos: Videos, sections: Sections, pages: Pages) -> Finding:
    """Cổng có ít nhất một video xem được ngay trên trang hay không.

    What: looks for players embedded in pages, video files, and links that open a player on the page; a link to a
    channel elsewhere, a file that is gone and a sample of the vendor are none.

    Why: the letter asks that conferences, training and events be shown to those who could not be there.

    Fix: embed at least one video of the unit's own in a page.
    """
    good = videos.good
    if good:
        first = good[0]
        count = f"{len(good)} video" if len(good) > 1 else "một video"
        return passed(
            f"Có {count} xem được ngay trên cổng.",
            [evidence_of(one.page, one.title, f"Video: {one.url}") for one in good[:3]] or [evidence_of(first.page)],
        )
    if videos.playable:
        one = videos.playable[0]
        what = "tệp video không mở được" if one.dead else "đó là video mẫu của nhà cung cấp phần mềm"
        return partial(
            f"Có chỗ xem video nhưng {what}.",
            [evidence_of(one.page, one.title, f"Video: {one.url}")],
            Reason.BROKEN if one.dead else Reason.PLACEHOLDER,
            remedy="Thay bằng video hoạt động của đơn vị và thử mở lại trên trang.",
        )
    if videos.perhaps:
        return manual(
            "Có khung hiện một tệp từ dịch vụ lưu trữ, nhưng không rõ đó là video hay văn bản; cần người xem.",
            [evidence_of(one.page, one.title, f"Tệp: {one.url}") for one in videos.perhaps[:3]],
            Reason.NEEDS_PERSON,
            remedy="Ghi chữ “video” vào tên mục hoặc tên tệp, hay nhúng video từ trang chia sẻ video.",
        )
    section = sections.find("video")
    best = section.best
    if section.state in (Ladder.UNSEEN, Ladder.FORBIDDEN) and best is not None:
        return undetermined(
            f"Có mục “{best.label[:120]}” nhưng chưa đọc được trang này.",
            [evidence_of(best.page, best.label, best.url)],
            Reason.ROBOTS_FORBID if section.state is Ladder.FORBIDDEN else Reason.CRAWL_CUT_SHORT,
        )
    if best is not None and section.state is not Ladder.NONE:
        return partial(
            f"Có mục “{best.label[:120]}” nhưng chưa thấy video nào xem được ngay trên trang.",
            [evidence_of(best.page, best.label, best.url)],
            Reason.EXTERNAL_ONLY if section.state is Ladder.EXTERNAL or videos.elsewhere else Reason.EMPTY,
            remedy=f"Nhúng ít nhất một video của đơn vị vào mục “{best.label[:120]}”.",
        )
    channel = next((one for one in videos.elsewhere if "video" in _topics(one.title, sections)), None)
    if channel is not None:
        return partial(
            "Chỉ có liên kết sang kênh video ở trang khác.",
            [Evidence(channel.page.url, channel.title, f"Liên kết đến {channel.url}", channel.page.fetched_at)],
            Reason.EXTERNAL_ONLY,
        )
    return failed("Không thấy video nào trên trang chủ và các trang đã xem.", pages.looked_at())


def _topics(label: str, sections: Sections) -> frozenset[str]:
    return frozenset(topic for topic, found in sections.found.items() if any(e.label == label for e in found.entries))
