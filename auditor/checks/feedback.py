"""Item 2.14: a way for anyone to send an opinion."""

from __future__ import annotations

from auditor.facts.opinion import Opinion
from auditor.facts.pages import Pages, evidence_of
from auditor.facts.sections import Ladder, Section, Sections
from auditor.model import Evidence, Finding, Reason, failed, partial, passed, undetermined
from auditor.page import Page

_BROKEN = {
    Ladder.NOWHERE: ("mục này không dẫn đến trang nào", Reason.LINK_DEAD),
    Ladder.LINK_DEAD: ("liên kết bị hỏng", Reason.LINK_DEAD),
    Ladder.SOFT_404: ("trang báo không tồn tại", Reason.SOFT_404),
    Ladder.EMPTY: ("trang không có biểu mẫu hay nội dung gì", Reason.EMPTY),
    Ladder.LOGIN: ("phải đăng nhập mới gửi được", Reason.LOGIN_REQUIRED),
    Ladder.EXTERNAL: ("chỉ dẫn sang trang khác", Reason.EXTERNAL_ONLY),
    Ladder.SINGLE: ("đó chỉ là một bài lẻ, không có biểu mẫu", Reason.SINGLE_DOCUMENT),
    Ladder.CONTENT: ("chưa có ô nhập nội dung và nút gửi", Reason.INCOMPLETE),
}


def feedback(opinion: Opinion, sections: Sections, pages: Pages) -> Finding:
    """Tổ chức, cá nhân có gửi được ý kiến góp ý qua cổng hay không.

    What: looks for a form with a text area and a way to send it, on the portal or on a form service that is embedded
    or linked for opinions. Comments under articles, applications and accounts are none. The form is never sent.

    Why: the letter asks that organisations and individuals can give their opinion.

    Fix: open a contact page with a box for the text and a button, without a login.
    """
    open_forms = [form for form in opinion.forms if not form.login]
    if open_forms:
        form = open_forms[0]
        where = f"trên {form.service}" if form.service else "trên cổng"
        return passed(
            f"Có biểu mẫu gửi ý kiến {where} (“{form.label[:80]}”).",
            [evidence_of(form.page, form.label, f"Biểu mẫu: {form.url}")],
        )
    if opinion.forms:
        form = opinion.forms[0]
        return partial(
            "Có biểu mẫu gửi ý kiến nhưng phải đăng nhập.",
            [evidence_of(form.page, form.label, "Biểu mẫu sau đăng nhập")],
            Reason.LOGIN_REQUIRED,
        )
    asked = sections.find("feedback")
    contact = sections.find("contact")
    for section in (asked, contact):
        best = section.best
        if best is not None and section.state in (Ladder.UNSEEN, Ladder.FORBIDDEN):
            return undetermined(
                f"Có mục “{best.label[:120]}” nhưng chưa đọc được trang này.",
                [evidence_of(best.page, best.label, best.url)],
                Reason.ROBOTS_FORBID if section.state is Ladder.FORBIDDEN else Reason.CRAWL_CUT_SHORT,
            )
    for section in (asked, contact):
        found = _announced(section, pages.home, of_contact=section is contact)
        if found is not None:
            return found
    return failed(
        "Không thấy biểu mẫu góp ý, trang liên hệ hay mục hỏi đáp nào để gửi ý kiến.",
        pages.looked_at(),
    )


def _announced(section: Section, home: Page | None, *, of_contact: bool) -> Finding | None:
    """What an opinion section without a form is worth; None where it is none, as a heading over a footer's address."""
    best = section.best
    if best is None and section.singles and not of_contact:
        single = section.singles[0]
        return partial(
            f"Chỉ thấy bài lẻ “{single.title[:120]}”, chưa có biểu mẫu gửi ý kiến.",
            [Evidence(single.url, single.title[:300], "", single.page.fetched_at)],
            Reason.SINGLE_DOCUMENT,
        )
    if best is None or section.state is Ladder.NONE:
        return None
    if of_contact and (best.target is None or (best.target.page is not None and best.target.page is home)):
        return None
    shown = [evidence_of(best.page, best.label, f"Mục dẫn đến {best.url}" if best.url else "Nơi thấy mục này")]
    if best.target is not None and best.target.page is not None:
        shown.insert(0, evidence_of(best.target.page, best.quote, "Trang của mục"))
    if section.state is Ladder.PLACEHOLDER:
        return failed(
            f"Mục “{best.label[:120]}” chỉ ghi là đang cập nhật, chưa gửi được ý kiến nào.",
            shown,
            Reason.PLACEHOLDER,
        )
    what, reason = _BROKEN[section.state]
    return partial(
        f"Có mục “{best.label[:120]}” nhưng {what}.",
        shown,
        reason,
        remedy=f"Đặt vào mục “{best.label[:120]}” một biểu mẫu có ô nhập nội dung và nút gửi, không cần đăng nhập.",
    )
