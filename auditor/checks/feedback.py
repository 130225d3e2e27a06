"""Item 2.14: a way for anyone to send an opinion."""

from __future__ import annotations

from auditor.facts.opinion import Opinion
from auditor.facts.pages import Pages, evidence_of
from auditor.facts.sections import Entry, Ladder, Sections
from auditor.model import Evidence, Finding, Reason, failed, partial, passed, undetermined

_BROKEN = {
    Ladder.NOWHERE: ("mục này không dẫn đến trang nào", Reason.LINK_DEAD),
    Ladder.LINK_DEAD: ("liên kết bị hỏng", Reason.LINK_DEAD),
    Ladder.SOFT_404: ("trang báo không tồn tại", Reason.SOFT_404),
    Ladder.EMPTY: ("trang không có biểu mẫu hay nội dung gì", Reason.EMPTY),
    Ladder.LOGIN: ("phải đăng nhập mới gửi được", Reason.LOGIN_REQUIRED),
    Ladder.EXTERNAL: ("chỉ dẫn sang trang khác", Reason.EXTERNAL_ONLY),
    Ladder.CONTENT: ("chưa có ô nhập nội dung và nút gửi", Reason.INCOMPLETE),
}
_UNSEEN = (Ladder.UNSEEN, Ladder.FORBIDDEN)
# From the worst to the best, for a portal with several such entries.
_WORTH = (Ladder.PLACEHOLDER, *_BROKEN)


def feedback(opinion: Opinion, sections: Sections, pages: Pages) -> Finding:
    """Tổ chức, cá nhân có gửi được ý kiến góp ý qua cổng hay không.

    What: looks for a form with a text area and a way to send it, on the portal or on a form service that is embedded
    or linked for opinions. Comments under articles, applications and accounts are none. The form is never sent.

    Why: the letter asks that organisations and individuals can give their opinion.

    Fix: open a contact page with a box for the text and a button, without a login.
    """
    if opinion.forms:
        form = opinion.forms[0]
        where = f"trên {form.service}" if form.service else "trên cổng"
        return passed(
            f"Có biểu mẫu gửi ý kiến {where} (“{form.label[:80]}”).",
            [evidence_of(form.page, form.label, f"Biểu mẫu: {form.url}")],
        )
    asked, contact = _entries(sections, "feedback", pages), _entries(sections, "contact", pages)
    for entry in (*asked, *contact):
        if entry.state in _UNSEEN:
            return undetermined(
                f"Có mục “{entry.label[:120]}” nhưng chưa đọc được trang này.",
                [evidence_of(entry.page, entry.label, entry.url)],
                Reason.ROBOTS_FORBID if entry.state is Ladder.FORBIDDEN else Reason.CRAWL_CUT_SHORT,
            )
    for entries in (asked, contact):
        if entries:
            return _announced(max(entries, key=lambda entry: (_WORTH.index(entry.state), entry.strong)))
    if opinion.buttons:
        button = opinion.buttons[0]
        return partial(
            f"Có nút “{button.label[:80]}” nhưng không thấy biểu mẫu nào hiện ra từ nút này.",
            [evidence_of(button.page, button.label, "Nút gửi ý kiến")],
            remedy="Đặt biểu mẫu góp ý vào một trang riêng có trong menu.",
        )
    if opinion.addresses:
        line = opinion.addresses[0]
        return partial(
            f"Chỉ có dòng “{line.label[:80]}” với hộp thư hoặc số điện thoại, chưa có biểu mẫu gửi ý kiến.",
            [evidence_of(line.page, line.label, "Nơi nhận ý kiến")],
            remedy="Đặt biểu mẫu góp ý vào một trang riêng có trong menu.",
        )
    singles = sections.find("feedback").singles
    if singles:
        return partial(
            f"Chỉ thấy bài lẻ “{singles[0].title[:120]}”, chưa có biểu mẫu gửi ý kiến.",
            [Evidence(singles[0].url, singles[0].title[:300], "", singles[0].page.fetched_at)],
            Reason.SINGLE_DOCUMENT,
        )
    return failed(
        "Không thấy biểu mẫu góp ý, trang liên hệ hay mục hỏi đáp nào để gửi ý kiến.",
        pages.looked_at(),
    )


def _entries(sections: Sections, topic: str, pages: Pages) -> list[Entry]:
    """Entries of a topic; "Liên hệ" over an address on the home page is no place for opinions, "Góp ý" is."""
    found = [entry for entry in sections.find(topic).entries if entry.state in _WORTH or entry.state in _UNSEEN]
    if topic == "feedback":
        return found
    return [
        entry
        for entry in found
        if entry.target is not None and (entry.target.page is None or entry.target.page is not pages.home)
    ]


def _announced(entry: Entry) -> Finding:
    """What an announced opinion section without a form is worth."""
    shown = [evidence_of(entry.page, entry.label, f"Mục dẫn đến {entry.url}" if entry.url else "Nơi thấy mục này")]
    if entry.target is not None and entry.target.page is not None:
        shown.insert(0, evidence_of(entry.target.page, entry.quote, "Trang của mục"))
    label = entry.label[:120]
    if entry.state is Ladder.PLACEHOLDER:
        return failed(f"Mục “{label}” chỉ ghi là đang cập nhật, chưa gửi được ý kiến nào.", shown, Reason.PLACEHOLDER)
    what, reason = _BROKEN[entry.state]
    return partial(
        f"Có mục “{label}” nhưng {what}.",
        shown,
        reason,
        remedy=f"Đặt vào mục “{label}” một biểu mẫu có ô nhập nội dung và nút gửi, không cần đăng nhập.",
    )
