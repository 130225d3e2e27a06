"""The section rule: does the portal serve a topic with content of its own?"""

from __future__ import annotations

from dataclasses import replace

from auditor.facts.pages import Pages, evidence_of
from auditor.facts.publications import Publications
from auditor.facts.sections import Entry, Hint, Ladder, Section, Sections
from auditor.links import FRAME_REGIONS
from auditor.model import Evidence, Finding, Reason, failed, manual, partial, passed, undetermined
from auditor.urls import key
from auditor.vocabulary import Vocabulary, label_words

_TITLE_BLANKS = 5  # between the words of a title; the name of a section is shorter

_REASONS = {
    Ladder.NOWHERE: Reason.LINK_DEAD,
    Ladder.LINK_DEAD: Reason.LINK_DEAD,
    Ladder.SOFT_404: Reason.SOFT_404,
    Ladder.EMPTY: Reason.EMPTY,
    Ladder.PLACEHOLDER: Reason.PLACEHOLDER,
    Ladder.LOGIN: Reason.LOGIN_REQUIRED,
    Ladder.EXTERNAL: Reason.EXTERNAL_ONLY,
}


def section(
    sections: Sections,
    pages: Pages,
    publications: Publications,
    vocabulary: Vocabulary,
    *,
    topic: str,
    external_passes: bool = False,
) -> Finding:
    """Cổng có chuyên mục về nội dung này với nội dung thật hay không.

    What: looks for the topic in menus, links, headings, titles, image texts and addresses, and behind each entry.

    Why: the letter asks that the information be there, not that a menu promise it (section rule of items.yaml).

    Fix: fill the page behind the entry, repair the link, or add the entry to the menu.
    """
    found = sections.find(topic)
    name = vocabulary.topics[topic].title
    if found.state is Ladder.CONTENT and found.singles and is_article(found, pages, publications):
        found = replace(found, state=Ladder.SINGLE)
    return finding_of(found, name, pages, external_passes=external_passes)


def is_article(found: Section, pages: Pages, publications: Publications) -> bool:
    """Whether all that serves a topic are dated articles, announced by nothing but their titles outside menus."""
    return all(
        not entry.strong
        and entry.target is not None
        and label_words(entry.label).count(" ") >= _TITLE_BLANKS
        and is_post(entry.url, pages, publications)
        for entry in found.entries
        if entry.state is Ladder.CONTENT
    )


def is_post(url: str, pages: Pages, publications: Publications) -> bool:
    """Whether what stands at an address is a dated post to which no menu leads."""
    return publications.of(url) is not None and not any(
        one.link.region in FRAME_REGIONS for one in pages.occurrences.get(key(url), ())
    )


def finding_of(found: Section, name: str, pages: Pages, *, external_passes: bool = False) -> Finding:
    """The section rule's answer for a section; `name` is how people call it."""
    best = found.best
    if found.state is Ladder.NONE and found.hint is not None:
        return perhaps(found.hint, name)
    if found.state is Ladder.NONE:
        return failed(
            f"Không tìm thấy mục hay trang nào về {name} trong menu, trang chủ và {len(pages.pages)} trang đã xem.",
            pages.looked_at(),
            remedy=f"Thêm vào menu một mục về {name} và đăng nội dung của đơn vị (bài viết, bảng hoặc tệp) vào mục đó.",
        )
    if found.state is Ladder.SINGLE:
        single = found.singles[0]
        return partial(
            f"Chưa có mục riêng về {name}; chỉ thấy bài hoặc văn bản lẻ: “{single.title[:120]}”.",
            [Evidence(single.url, single.title[:300], "Bài hoặc văn bản lẻ", single.page.fetched_at)],
            Reason.SINGLE_DOCUMENT,
            remedy=f"Lập một mục riêng về {name} trong menu và đưa các bài, văn bản đã có vào đó.",
        )
    assert best is not None
    shown = _evidence(best)
    if found.state is Ladder.CONTENT:
        return passed(f"Có mục “{best.label[:120]}” với nội dung về {name}.", shown)
    if found.state is Ladder.FORBIDDEN:
        return undetermined(
            f"Có mục “{best.label[:120]}” nhưng tệp robots.txt của cổng không cho đọc.", shown, Reason.ROBOTS_FORBID
        )
    if found.state is Ladder.UNSEEN:
        return undetermined(
            f"Có mục “{best.label[:120]}” nhưng chưa đọc được trang (quá giới hạn, bị chặn hoặc lỗi đường truyền).",
            shown,
            Reason.CRAWL_CUT_SHORT,
        )
    if found.state is Ladder.EXTERNAL and external_passes:
        return passed(f"Mục “{best.label[:120]}” dẫn đến hệ thống tra cứu ở trang khác ({best.quote}).", shown)
    within = found.state is Ladder.LINK_DEAD and best.target is not None and best.target.page is not None
    return partial(
        f"Có mục “{best.label[:120]}” về {name} nhưng {_DEAD_WITHIN if within else _WHAT[found.state]}.",
        shown,
        _REASONS[found.state],
        remedy=(_REMEDY_WITHIN if within else _REMEDIES[found.state]).format(label=best.label[:120]),
    )


def perhaps(hint: Hint, name: str) -> Finding:
    """The answer where a section of another name may be the one: a person is asked before it is called missing."""
    return manual(
        f"Không có mục nào mang tên thường gặp của {name}, nhưng mục “{hint.label[:120]}” có thể là mục này; "
        "cần người xem.",
        [evidence_of(hint.page, hint.label, "Nơi thấy mục này"), Evidence(hint.url, "", "Địa chỉ của mục")],
        Reason.OTHER_NAME,
        remedy=f"Nếu mục “{hint.label[:120]}” là {name}, hãy đặt tên mục như vậy để người xem dễ tìm.",
    )


_WHAT = {
    Ladder.NOWHERE: "mục này không dẫn đến trang nào",
    Ladder.LINK_DEAD: "liên kết bị hỏng",
    Ladder.SOFT_404: "trang báo không tồn tại",
    Ladder.EMPTY: "trang không có nội dung",
    Ladder.PLACEHOLDER: "trang chỉ ghi là đang cập nhật",
    Ladder.LOGIN: "phải đăng nhập mới xem được",
    Ladder.EXTERNAL: "chỉ dẫn sang trang khác",
}
_REMEDIES = {
    Ladder.NOWHERE: "Gắn mục “{label}” với một trang có nội dung của đơn vị.",
    Ladder.LINK_DEAD: "Sửa liên kết của mục “{label}” để mở được trang.",
    Ladder.SOFT_404: "Sửa liên kết của mục “{label}” để mở được trang.",
    Ladder.EMPTY: "Đăng nội dung (bài viết, bảng hoặc tệp) vào mục “{label}”.",
    Ladder.PLACEHOLDER: "Thay dòng “đang cập nhật” ở mục “{label}” bằng nội dung thật.",
    Ladder.LOGIN: "Cho xem mục “{label}” mà không cần đăng nhập.",
    Ladder.EXTERNAL: "Đăng nội dung của đơn vị ngay trên cổng, trong mục “{label}”; giữ liên kết ngoài để tham khảo.",
}
_DEAD_WITHIN = "không mở được tệp hay trang nào trong đó"
_REMEDY_WITHIN = "Đăng lại các tệp, bài trong mục “{label}” và thử mở từng tệp, bài sau khi đăng."


def _evidence(entry: Entry) -> list[Evidence]:
    shown = [evidence_of(entry.page, entry.label, "Nơi thấy mục này")]
    target = entry.target
    if target is not None and target.page is not None:
        shown.insert(0, evidence_of(target.page, entry.quote, "Trang của mục"))
    elif entry.url and entry.url != entry.page.url:
        note = f"Trả lời {target.status}" if target is not None and target.status else "Địa chỉ của mục"
        shown.insert(0, Evidence(entry.url, entry.quote, note, entry.page.fetched_at))
    return shown
