"""4.3: injected advertising needs no judgement; a page about the harm of gambling is none."""

from __future__ import annotations

import pytest

from auditor.checks.content_accuracy import content_accuracy
from tests.auditor.portal_maker import finding_of, make_archive, page, probe

MENU = [("Giới thiệu", "/gt"), ("Tin tức", "/tin")]


@pytest.mark.parametrize(
    "body",
    [
        '<a href="https://kubet-vip.example/">Kubet</a>',
        '<div style="display:none"><a href="http://nhacai-w88.example/">W88 nhà cái uy tín</a></div>',
        "<p>Top nhà cái uy tín: W88, Fun88, 188bet. Soi kèo bóng đá, tài xỉu online</p>",
        '<script>window.location.href="https://8xbet.example/"</script><p>Đang chuyển</p>',
        '<div style="position:absolute;left:-9999px">kubet jun88 nổ hũ đổi thưởng</div>',
        "<h1>Hacked by Anonymous Team</h1>",
    ],
)
def test_abuse_fails(body: str) -> None:
    archive = make_archive({"/": page(body, menu=MENU, title="Hacked by x" if "Hacked" in body else "Trường Mẫu")})
    found = finding_of(content_accuracy, archive)
    assert found.verdict == "fail", found
    assert not any("http://" in e.quote or "https://" in e.quote for e in found.evidence), "evidence must be defused"


@pytest.mark.parametrize(
    "body",
    [
        "<p>Nhà trường tuyên truyền phòng chống cờ bạc, cá độ bóng đá, lô đề trong học sinh.</p>",
        "<p>Cảnh báo tác hại của cá cược, tài xỉu online với học sinh</p>",
        "<p>Công ty Xổ số kiến thiết trao học bổng cho học sinh nghèo</p>",
        "<p>Giải bóng đá mini học sinh, trực tiếp bóng đá tại sân trường</p>",
        '<input type="hidden" name="__VIEWSTATE" value="w88m88fb88kubet"><img src="c2e48fb88bd.jpg"><p>Chào</p>',
        '<script>window.location = "http://thcsmau.hcm.edu.vn/?page=search"</script><p>Chào</p>',
        '<a href="http://thcskhac.hcm.edu.vn/">Trường bạn</a><p>Slot đăng ký tham quan</p>',
    ],
)
def test_innocent_content_is_left_to_a_person(body: str) -> None:
    found = finding_of(content_accuracy, make_archive({"/": page(body, menu=MENU)}))
    assert found.verdict == "manual", found


CLOAKED = page("<p>Kubet, W88, Fun88: nhà cái uy tín, tài xỉu online</p>", menu=MENU, title="Kubet nhà cái uy tín")


@pytest.mark.parametrize(
    ("shown", "moved_to", "verdict"),
    [
        (CLOAKED, None, "fail"),
        (page("<p>Chào mừng</p>", menu=MENU), None, "manual"),
        (page("<p>Chào mừng</p>", menu=MENU), "https://8xbet.example/", "fail"),
        (page("", menu=MENU), "https://8xbet.example/", "fail"),
        (page("", menu=MENU), "https://thcsmau.hcm.edu.vn/trang-chu", "manual"),
    ],
)
def test_what_only_search_engines_are_shown(shown: str, moved_to: str | None, verdict: str) -> None:
    view = {"url": "http://thcsmau.hcm.edu.vn/", "status": 200, "moved_to": moved_to}
    archive = make_archive(
        {"/": page("<p>Chào mừng</p>", menu=MENU)}, probes=[probe("/", shown)], notes=[("search_engine_view", view)]
    )
    found = finding_of(content_accuracy, archive)
    assert found.verdict == verdict, found
