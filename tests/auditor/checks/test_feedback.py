"""Item 2.14: a form for opinions passes wherever it lives; comments, applications and accounts are none."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.checks.feedback import feedback
from auditor.model import Cause, Verdict
from tests.auditor.portal_maker import finding_of, make_archive, page

MENU = [("Tin tức", "/tin-tuc/"), ("Văn bản", "/van-ban/"), ("Liên hệ", "/lien-he/")]
CONTACT_FORM = (
    '<h2>Liên hệ</h2><form method="post" action="/gui"><input name="ten" placeholder="Họ và tên">'
    '<textarea name="noidung" placeholder="Nội dung"></textarea><input type="submit" value="Gửi"></form>'
)
LOOSE_ASPX = (
    '<form method="post" action="/lienhe"><p>' + "Chữ của cả trang nằm trong một biểu mẫu. " * 60 + "</p>"
    '<input name="ctl00$txtSearch"><input name="ctl00$x$txtHoTen"><textarea name="ctl00$x$txtNoidung"></textarea>'
    '<input type="submit" name="ctl00$x$btnSend" value="Gửi liên hệ"></form>'
)
COMMENT = (
    '<h2>Lễ hội mùa thu</h2><form action="/wp-comments-post.php" class="comment-form"><textarea '
    'name="comment"></textarea>'
    "<button>Gửi bình luận</button></form>"
)
APPLICATION = (
    '<h2>Ghi danh lớp 6</h2><form method="post"><label>Họ tên học sinh <input name="ten"></label><label>Ngày sinh '
    '<input name="ngay"></label><label>Ghi chú <textarea name="ghichu"></textarea></label>'
    "<button>Đăng ký dự tuyển</button></form>"
)
ACCOUNT = (
    '<form method="post"><input name="username"><input type="password" name="p"><textarea name="sig" title="Chữ ký">'
    "</textarea><button>Đăng ký thành viên</button></form>"
)
PLAIN = "<p>Trường chào đón các em học sinh.</p>"
TEXT = "<p>" + "Nhà trường tiếp phụ huynh vào sáng thứ hai tại văn phòng. " * 6 + "</p>"


def portal(contact: Any, *, home: str = PLAIN, menu: Any = MENU, **more: Any) -> dict[str, Any]:
    pages: dict[str, Any] = {
        "/": page(home, menu=menu),
        "/tin-tuc/": page("<h2>Tin tức</h2><p>Tin của trường trong tuần qua.</p>", menu=menu),
        "/van-ban/": page("<h2>Văn bản</h2><p>Danh sách văn bản của trường.</p>", menu=menu),
        "/bai-1/": page("<h2>Hội diều</h2><p>Các em thả diều trên đê.</p>", menu=menu),
    }
    if contact is not None:
        pages["/lien-he/"] = contact if isinstance(contact, tuple) else page(contact, menu=menu)
    return {"pages": pages, **more}


NO_CONTACT = MENU[:2]
GOP_Y = [*NO_CONTACT, ("Góp ý", "/gop-y/")]


@pytest.mark.parametrize(
    ("made", "verdict"),
    [
        (portal(CONTACT_FORM), Verdict.PASS),
        (portal(LOOSE_ASPX), Verdict.PASS),
        (portal(None, home=CONTACT_FORM, menu=NO_CONTACT), Verdict.PASS),
        (
            portal('<h2>Góp ý</h2><iframe src="https://docs.google.com/forms/d/e/abc/viewform"></iframe>'),
            Verdict.PASS,
        ),
        (
            portal(None, home='<a href="https://forms.gle/abc">Hộp thư góp ý</a>', menu=NO_CONTACT),
            Verdict.PASS,
        ),
        (
            portal(None, home='<a href="https://forms.gle/abc">Đăng ký thi chạy</a>', menu=NO_CONTACT),
            Verdict.FAIL,
        ),
        (portal(None, home=COMMENT, menu=NO_CONTACT), Verdict.FAIL),
        (portal(None, home=APPLICATION, menu=NO_CONTACT), Verdict.FAIL),
        (portal(None, home=ACCOUNT, menu=NO_CONTACT), Verdict.FAIL),
        (portal(None, menu=NO_CONTACT), Verdict.FAIL),
        (portal((404, "không có")), Verdict.PARTIAL),
        (portal("<h2>Liên hệ</h2>" + TEXT + "<p>Điện thoại: 028 3000 1234</p>"), Verdict.PARTIAL),
        (portal(None, home='<a href="tel:02830001234">Hộp thư góp ý</a>', menu=NO_CONTACT), Verdict.PARTIAL),
        (portal(None, failures={"/lien-he/": Cause.TIMEOUT}), Verdict.UNDETERMINED),
        (portal(None, end={"forbidden": ["/lien-he/"]}), Verdict.UNDETERMINED),
    ],
    ids=[
        "contact form", "page in one form", "form on the home page", "embedded form service", "linked form service",
        "form service for something else", "comments", "application", "account", "nothing", "dead contact page",
        "only a telephone", "box that is a telephone link", "contact page not reached", "contact page forbidden",
    ],
)  # fmt: skip
def test_verdict(made: dict[str, Any], verdict: Verdict) -> None:
    assert finding_of(feedback, make_archive(made.pop("pages"), **made)).verdict is verdict


def test_announced_and_only_being_updated_is_a_fail() -> None:
    """Head of items.yaml: a page that is announced and says that it is being updated is no section."""
    made = portal(None, menu=GOP_Y)
    made["pages"]["/gop-y/"] = page("<h2>Góp ý</h2><p>Nội dung đang được cập nhật.</p>", menu=GOP_Y)
    assert finding_of(feedback, make_archive(made["pages"])).verdict is Verdict.FAIL


def test_box_beneath_an_article_is_for_comments() -> None:
    """Some systems call the box under an article "Ý kiến của bạn", as a contact page would."""
    article = (
        "<h2>Hội diều</h2><p>Các em thả diều trên đê.</p><h3>Bình luận</h3><form><textarea name='content' "
        "placeholder='Ý kiến của bạn'></textarea><button>Gửi đi</button></form>"
    )
    made = portal(None, menu=NO_CONTACT)
    made["pages"]["/bai-1/"] = page(article, menu=NO_CONTACT)
    assert finding_of(feedback, make_archive(made["pages"])).verdict is Verdict.FAIL


def test_button_whose_form_only_scripts_bring_is_partial() -> None:
    button = '<div id="contactButton"><button type="button" data-module="contact">Gửi phản hồi</button></div>'
    made = portal(None, home=button, menu=NO_CONTACT)
    assert finding_of(feedback, make_archive(made["pages"])).verdict is Verdict.PARTIAL


def test_captcha_box_is_no_opinion() -> None:
    """A reCAPTCHA brings a text area of its own into any form."""
    box = '<form><input name="email"><textarea name="g-recaptcha-response"></textarea><button>Gửi</button></form>'
    made = portal(None, home=box, menu=NO_CONTACT)
    assert finding_of(feedback, make_archive(made["pages"])).verdict is Verdict.FAIL


def test_form_service_behind_a_counter_of_departures() -> None:
    """Google Sites sends every visitor who leaves through an address of its own."""
    link = '<p><a href="https://www.google.com/url?q=https%3A%2F%2Fforms.gle%2Fmau&amp;sa=D">Phiếu góp ý</a></p>'
    assert finding_of(feedback, make_archive(**portal(None, home=link, menu=NO_CONTACT))).verdict is Verdict.PASS


def test_a_line_with_a_mail_address_for_opinions_is_partial() -> None:
    line = '<p>Hòm thư góp ý: <a href="mailto:gopy@thcsmau.edu.vn">gopy@thcsmau.edu.vn</a></p>'
    assert finding_of(feedback, make_archive(**portal(None, home=line, menu=NO_CONTACT))).verdict is Verdict.PARTIAL
    contact = "<p>Văn phòng: thu@thcsmau.edu.vn</p>"
    assert finding_of(feedback, make_archive(**portal(None, home=contact, menu=NO_CONTACT))).verdict is Verdict.FAIL
