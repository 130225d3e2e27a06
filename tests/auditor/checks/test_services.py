"""Items 2.7 and 4.2: forms to fill in or to fetch, and guides for services that are really offered."""

from __future__ import annotations

import pytest

from auditor.checks.online_services_and_forms import online_services_and_forms
from auditor.checks.service_guide import service_guide
from auditor.model import Cause, Verdict
from tests.auditor.portal_maker import finding_of, make_archive, page

NEWS = ("Tin tức", "/tin-tuc/")
SERVICES = ("Dịch vụ công trực tuyến", "/dvc/")
FORMS = ("Biểu mẫu", "/bieu-mau/")
GUIDE = "<h2>Hướng dẫn</h2><p>Bước 1: điền đơn. Bước 2: chờ trường trả lời.</p><p>Thành phần hồ sơ: học bạ. "
"Lệ phí: không.</p>"
APPLICATION = (
    '<h2>Nộp đơn trực tuyến</h2><form method="post"><label>Họ tên học sinh <input name="ten"></label>'
    '<label>Ngày sinh <input name="ngay"></label><button>Nộp hồ sơ</button></form>'
)
FILES = '<h2>Biểu mẫu</h2><ul><li><a href="/tep/don.docx">Đơn xin chuyển trường</a></li></ul>'
NAMED = '<p>Tải về: <a href="/tep/don.docx">Tờ trình cho phép hoạt động</a></p>'
TEXT = "<p>" + "Nhà trường tiếp nhận hồ sơ của phụ huynh tại phòng văn thư vào giờ hành chính. " * 4 + "</p>"
DVC = "https://dichvucong.hochiminhcity.gov.vn/"


def pages_of(entry: tuple[str, str] | None, body: str | tuple[int, str] | None) -> dict[str, str | tuple[int, str]]:
    menu = [NEWS, *([entry] if entry else [])]
    pages: dict[str, str | tuple[int, str]] = {
        "/": page("<p>Chào mừng.</p>", menu=menu),
        "/tin-tuc/": page("<h2>Tin tức</h2><p>Tin trong tuần.</p>", menu=menu),
    }
    if entry and body is not None:
        pages[entry[1]] = body if isinstance(body, tuple) else page(body, menu=menu)
    return pages


@pytest.mark.parametrize(
    ("entry", "body", "attachments", "verdict"),
    [
        (SERVICES, APPLICATION, {}, Verdict.PASS),
        (FORMS, FILES, {"/tep/don.docx": b""}, Verdict.PASS),
        (SERVICES, f"<h2>Dịch vụ công trực tuyến</h2>{TEXT}{FILES}", {"/tep/don.docx": b""}, Verdict.PASS),
        (("Một cửa trực tuyến", "/mot-cua/"), APPLICATION, {}, Verdict.PASS),
        (SERVICES, f"<h2>Dịch vụ công trực tuyến</h2>{TEXT}{NAMED}", {"/tep/don.docx": b""}, Verdict.PASS),
        (SERVICES, f"<h2>Dịch vụ công trực tuyến</h2>{TEXT}", {}, Verdict.PARTIAL),
        (NEWS, "<h2>Biểu mẫu tìm kiếm</h2><form action='/tim'><input name='q'><button>Tìm kiếm</button></form>", {},
         Verdict.FAIL),
        (FORMS, FILES, {"/tep/don.docx": 404}, Verdict.PARTIAL),
        (FORMS, "<h2>Biểu mẫu</h2><p>Nội dung đang được cập nhật.</p>", {}, Verdict.PARTIAL),
        (FORMS, (404, "không có"), {}, Verdict.PARTIAL),
        (("Dịch vụ công trực tuyến", DVC), None, {}, Verdict.PARTIAL),
        (None, None, {}, Verdict.FAIL),
    ],
    ids=[
        "form to fill in", "form to fetch", "services with a form to fetch", "another name",
        "named as forms are", "no form", "heading of a search box", "file is gone", "being updated",
        "dead", "only elsewhere", "nothing",
    ],
)  # fmt: skip
def test_online_services_and_forms(
    entry: tuple[str, str] | None,
    body: str | tuple[int, str] | None,
    attachments: dict[str, bytes | int],
    verdict: Verdict,
) -> None:
    archive = make_archive(pages_of(entry, body), attachments=attachments)
    assert finding_of(online_services_and_forms, archive).verdict is verdict


def test_section_that_was_not_reached_is_undetermined() -> None:
    archive = make_archive(pages_of(SERVICES, None), failures={"/dvc/": Cause.TIMEOUT})
    assert finding_of(online_services_and_forms, archive).verdict is Verdict.UNDETERMINED
    assert finding_of(service_guide, archive).verdict is Verdict.UNDETERMINED


def test_contact_form_is_no_service() -> None:
    contact = '<h2>Liên hệ</h2><form><input name="ten"><textarea name="noidung"></textarea><button>Gửi liên '
    "hệ</button></form>"
    archive = make_archive(pages_of(("Liên hệ", "/lien-he/"), contact))
    assert finding_of(online_services_and_forms, archive).verdict is Verdict.FAIL
    assert finding_of(service_guide, archive).verdict is Verdict.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("entry", "body", "verdict"),
    [
        (SERVICES, GUIDE + APPLICATION, Verdict.PASS),
        (SERVICES, f"<p>Cách làm: 1. Điền tên bé. 2. Bấm nút gửi. 3. Chờ trường gọi.</p>{APPLICATION}", Verdict.PASS),
        (SERVICES, APPLICATION, Verdict.PARTIAL),
        (("Ghi danh lớp 6 trường Mẫu", f"{DVC}tuyen-sinh/ghi-danh?truong=12"), None, Verdict.PARTIAL),
        (("Ghi danh trực tuyến", "https://forms.gle/abc"), None, Verdict.PARTIAL),
        (("Dịch vụ công trực tuyến", DVC), None, Verdict.NOT_APPLICABLE),
        (FORMS, FILES, Verdict.NOT_APPLICABLE),
        (None, None, Verdict.NOT_APPLICABLE),
    ],
    ids=[
        "with guide", "numbered steps", "without guide", "own entry in a system", "form service", "front door",
        "files only", "nothing",
    ],
)  # fmt: skip
def test_service_guide(entry: tuple[str, str] | None, body: str | None, verdict: Verdict) -> None:
    archive = make_archive(pages_of(entry, body), attachments={"/tep/don.docx": b""})
    assert finding_of(service_guide, archive).verdict is verdict


def test_guide_may_stand_elsewhere_on_the_portal() -> None:
    menu = [NEWS, SERVICES, ("Thủ tục hành chính", "/tthc/")]
    archive = make_archive(
        {"/": page("<p>Chào</p>", menu=menu), "/dvc/": page(APPLICATION, menu=menu), "/tthc/": page(GUIDE, menu=menu)}
    )
    assert finding_of(service_guide, archive).verdict is Verdict.PASS


def test_the_way_to_a_service_that_the_menu_offers_everywhere_may_be_told_on_another_page() -> None:
    menu = [NEWS, ("Đăng ký trực tuyến", "/dk/"), ("Lộ trình nhập học", "/lo-trinh/"), ("Liên hệ", "/lh/")]
    steps = GUIDE + '<p>Bắt đầu tại trang <a href="/dk/">Đăng ký trực tuyến</a>.</p>'
    bodies = {"/": "<p>Chào</p>", "/dk/": APPLICATION, "/lo-trinh/": steps, "/lh/": "<p>Điện thoại</p>"}
    archive = make_archive({path: page(body, menu=menu) for path, body in bodies.items()})
    assert finding_of(service_guide, archive).verdict is Verdict.PASS


def test_crawl_that_was_cut_short_does_not_say_that_nothing_is_offered() -> None:
    archive = make_archive(pages_of(None, None), end={"stopped_by": "max_seconds"})
    assert finding_of(service_guide, archive).verdict is Verdict.UNDETERMINED


FEEDBACK = "<form><input name='ten'><textarea placeholder='Nội dung góp ý'></textarea><button>Gửi góp ý</button></form>"
CODED = (
    "<form method='post'><input name='maHocSinh'><select name='loaiGiay'><option>Giấy xác nhận</option></select>"
    "<button>Gửi yêu cầu</button></form>"
)
EMBEDDED = "<iframe src='https://docs.google.com/forms/d/e/1FAIp/viewform?embedded=true' title='{}'></iframe>"
STEPS = "<ol><li>Điền phiếu.</li><li>Đến gặp cô giáo.</li><li>Nộp bản sao khai sinh, sổ tiêm chủng.</li></ol>"


@pytest.mark.parametrize(
    ("entry", "body", "service", "guide"),
    [
        (SERVICES, APPLICATION + FEEDBACK, Verdict.PASS, Verdict.PARTIAL),
        (("Thủ tục hành chính", "/tthc/"), f"<h2>Xin giấy tờ</h2>{CODED}", Verdict.PASS, Verdict.PARTIAL),
        (("Nhập học", "/nh/"), EMBEDDED.format("Phiếu đăng ký nhập học") + STEPS, Verdict.PARTIAL, Verdict.PASS),
        (("Đăng ký nhập học trực tuyến", "/nh/"), EMBEDDED.format(""), Verdict.PASS, Verdict.PARTIAL),
        (
            ("Kết quả học tập", "/kq/"),
            "<form><input name='maHocSinh'><input placeholder='Ngày sinh'><button>Tra cứu</button></form>",
            Verdict.FAIL,
            Verdict.NOT_APPLICABLE,
        ),
        (("Khảo sát", "/ks/"), EMBEDDED.format("Khảo sát ý kiến"), Verdict.FAIL, Verdict.NOT_APPLICABLE),
        (
            ("Đăng ký tuyển sinh", "/ts/"),
            "<h1>Đăng ký tuyển sinh</h1><div><input placeholder='Họ tên học sinh'><input placeholder='Ngày sinh'>"
            "<button>Gửi đi</button></div>",
            Verdict.PASS,
            Verdict.PARTIAL,
        ),
    ],
    ids=[
        "beside a form for opinions", "names in the code", "embedded, steps in a list", "embedded, named by the menu",
        "look-up of results", "survey", "inputs without a form",
    ],
)  # fmt: skip
def test_forms_as_portals_have_them(entry: tuple[str, str], body: str, service: Verdict, guide: Verdict) -> None:
    archive = make_archive(pages_of(entry, body))
    assert finding_of(online_services_and_forms, archive).verdict is service
    assert finding_of(service_guide, archive).verdict is guide
