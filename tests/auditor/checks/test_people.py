"""Items 2.3.b, 2.3.d and 3: people in tables, cards and lines, without their numbers being passed on."""

from __future__ import annotations

from io import BytesIO

import pytest
from openpyxl import Workbook

from auditor.checks.editorial_board import editorial_board
from auditor.checks.leaders_duties import leaders_duties
from auditor.checks.staff_directory import staff_directory
from auditor.model import Cause, Reason, Verdict
from tests.auditor.portal_maker import finding_of, make_archive, page

MENU = [("Tin tức", "/tin-tuc/"), ("Ban Giám hiệu", "/bgh/"), ("Danh bạ", "/danh-ba/"), ("Ban Biên tập", "/bbt/")]
PEOPLE = (
    ("Mẫu Thị An", "Hiệu trưởng", "0903 111 222", "an@thcsmau.edu.vn"),
    ("Lê Văn Bình", "Phó Hiệu trưởng", "028.3000.1235", "binh@thcsmau.edu.vn"),
    ("Trần Thị Chi", "Giáo viên", "(028) 3000 1236", "chi@thcsmau.edu.vn"),
)
HEADER = "<tr><th>STT</th><th>Họ và tên</th><th>Chức vụ</th><th>Điện thoại</th><th>Email</th></tr>"


def table(fields: int, *, header: bool = True, people: int = 3) -> str:
    rows = "".join(
        f"<tr><td>{number}</td>" + "".join(f"<td>{value}</td>" for value in person[:fields]) + "</tr>"
        for number, person in enumerate(PEOPLE[:people], start=1)
    )
    return f"<h2>Danh bạ</h2><table>{HEADER if header else ''}{rows}</table>"


CARDS = "<h2>Danh bạ</h2>" + "".join(
    f"<div>Họ và tên:</div><h3>{name}</h3><div>Chức vụ:</div><div>{post}</div><div>Điện thoại:</div><div>{phone}</div>"
    '<div>Email:</div><div><a href="/cdn-cgi/l/email-protection">[email&#160;protected]</a></div>'
    for name, post, phone, _ in PEOPLE
)
LINES = "<h2>Danh bạ</h2>" + "".join(
    f"<p>{post}: Thầy {name} - ĐT: {phone} - {mail}</p>" for name, post, phone, mail in PEOPLE
)
LINKED = "<h2>Danh bạ</h2>" + "".join(
    f'<div><p>{post}</p><h4>{name}</h4><a href="tel:02830001234"><img src="/p.png"></a>'
    f'<a href="mailto:{mail}">Gửi thư</a></div>'
    for name, post, _, mail in PEOPLE
)
BULLETS = "<h2>Danh bạ</h2>" + "".join(
    f'<div><a href="/gv/{number}">» {name}</a><p>{post}</p><p>{phone}</p><p>{mail}</p></div>'
    for number, (name, post, phone, mail) in enumerate(PEOPLE)
)
NAMES = "<h2>Danh bạ</h2>" + "".join(f"<p>{name}</p>" for name, *_ in PEOPLE)
TURNED = (
    "<h2>Danh bạ</h2><table>"
    + "".join(
        f"<tr><td>{label}</td>" + "".join(f"<td>{person[field]}</td>" for person in PEOPLE) + "</tr>"
        for field, label in enumerate(("Họ và tên", "Chức vụ", "Điện thoại", "Email"))
    )
    + "</table>"
)
OFFICES = (
    "<h2>Danh bạ</h2><p>Văn phòng: 028 3000 1111</p><p>Phòng Tài vụ: 028 3000 2222</p>" + "<p>Giờ làm việc.</p>" * 3
)


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        (table(4), Verdict.PASS),
        (table(4, header=False), Verdict.PASS),
        (table(4, people=2), Verdict.PASS),
        (CARDS, Verdict.PASS),
        (LINES, Verdict.PASS),
        (LINKED, Verdict.PASS),
        (BULLETS, Verdict.PASS),
        (table(3), Verdict.PARTIAL),
        (table(2), Verdict.PARTIAL),
        ('<h2>Danh bạ</h2><a href="/tep/danh-ba.pdf">Danh bạ cán bộ, giáo viên, nhân viên</a>', Verdict.PARTIAL),
        (TURNED, Verdict.PASS),
        (NAMES, Verdict.FAIL),
        (NAMES.replace("Danh bạ", "Đội ngũ giáo viên"), Verdict.FAIL),
        (OFFICES, Verdict.FAIL),
        ("<h2>Danh bạ</h2><p>Nội dung đang được cập nhật.</p>", Verdict.FAIL),
    ],
    ids=[
        "table", "table without header", "two people of a small unit", "cards", "lines", "behind links",
        "names behind bullets",
        "no e-mail", "names and posts",
        "only a file", "a column per person", "names only", "names under a heading that speaks of teachers",
        "offices only", "being updated",
    ],
)  # fmt: skip
def test_staff_directory(body: str, verdict: Verdict) -> None:
    pages = {"/": page("<p>Chào mừng.</p>", menu=MENU), "/danh-ba/": page(body, menu=MENU)}
    archive = make_archive(pages, attachments={"/tep/danh-ba.pdf": b""})
    assert finding_of(staff_directory, archive, options={"min_people": 3}).verdict is verdict


def test_no_directory_is_a_fail_and_one_not_reached_is_not() -> None:
    nothing = make_archive({"/": page("<p>Chào mừng.</p>", menu=MENU[:1])})
    assert finding_of(staff_directory, nothing, options={"min_people": 3}).verdict is Verdict.FAIL
    unread = make_archive({"/": page("<p>Chào mừng.</p>", menu=MENU)}, failures={"/danh-ba/": Cause.TIMEOUT})
    assert finding_of(staff_directory, unread, options={"min_people": 3}).verdict is Verdict.UNDETERMINED


def test_lists_of_pupils_are_no_directory() -> None:
    """A list of prize winners has names and telephones of nobody's office."""
    winners = "<h2>Học sinh đoạt giải</h2>" + "".join(f"<p>{name} - lớp 9A - giải Nhất</p>" for name, *_ in PEOPLE)
    archive = make_archive({"/": page(winners, menu=MENU[:1]), "/tin-tuc/": page(winners, menu=MENU[:1])})
    assert finding_of(staff_directory, archive, options={"min_people": 3}).verdict is Verdict.FAIL


def test_numbers_of_people_are_masked_in_evidence() -> None:
    pages = {"/": page("<p>Chào mừng.</p>", menu=MENU), "/danh-ba/": page(LINES, menu=MENU)}
    finding = finding_of(staff_directory, make_archive(pages), options={"min_people": 3})
    quotes = " ".join(evidence.quote for evidence in finding.evidence)
    assert "Mẫu Thị An" in quotes
    assert "0903 111 222" not in quotes
    assert "an@thcsmau" not in quotes


DUTY = "Phụ trách chung, trực tiếp phụ trách công tác tổ chức, tài chính của nhà trường."
DUTIES = (
    "<h2>Ban Giám hiệu</h2><table><tr><th>Họ và tên</th><th>Chức vụ</th><th>Nhiệm vụ</th></tr>"
    f"<tr><td>Bà Mẫu Thị An</td><td>Hiệu trưởng</td><td>{DUTY}</td></tr></table>"
)
EMPTY_DUTY = (
    "<h2>Ban Giám hiệu</h2><div><b>Mẫu Thị An</b><div>Chức vụ: Hiệu trưởng</div><div>Lĩnh vực phụ trách: </div>"
    "<div>Email: phu-trach-nhiem-vu@thcsmau.edu.vn</div></div>"
)
NO_DUTIES = (
    "<h2>Ban Giám hiệu</h2><div>Họ và tên:</div><h3>Mẫu Thị An</h3><div>Chức vụ:</div><div>Hiệu trưởng</div>"
    "<div>Lĩnh vực công việc phụ trách:</div><h2>Tin tức mới</h2><p>Hội thi làm diều giấy mừng xuân mới của trường.</p>"
)


POSTS_AS_DUTIES = (
    "<table><tr><td>Họ và tên</td><td>Nhiệm vụ</td><td>Số ĐT</td></tr>"
    + "".join(f"<tr><td>{name}</td><td>{post}</td><td>{phone}</td></tr>" for name, post, phone, _ in PEOPLE)
    + "</table>"
)


@pytest.mark.parametrize(
    ("path", "body", "verdict"),
    [
        ("/bgh/", DUTIES, Verdict.PASS),
        ("/bgh/", f"<h2>Ban Giám hiệu</h2><p>Hiệu trưởng: Mẫu Thị An</p><p>{DUTY}</p>", Verdict.PASS),
        ("/nhiem-vu-lanh-dao/", f"<h2>Nhiệm vụ của lãnh đạo</h2><p>{DUTY * 3}</p>", Verdict.PASS),
        ("/bgh/", "<h2>Bộ máy</h2><p>Hiệu trưởng Mẫu Thị An phụ trách chung. Còn lại là các tổ.</p>", Verdict.PASS),
        ("/bgh/", "<h2>Bộ máy</h2><p>Bà Mẫu Thị An, Hiệu trưởng, chịu trách nhiệm về tài chính.</p>", Verdict.PASS),
        ("/bgh/", "<h2>Nhiệm vụ</h2><p>Hiệu trưởng Mẫu Thị An: nhân sự; Phó Hiệu trưởng Lê Văn Bình: dạy học.</p>",
         Verdict.PASS),
        ("/bgh/", "<h2>Các thời kỳ</h2><p>Hiệu trưởng Mẫu Thị An: nhiệm kỳ 1990 - 1995.</p>", Verdict.PARTIAL),
        ("/bgh/", EMPTY_DUTY, Verdict.PARTIAL),
        ("/nhiem-vu-lanh-dao/", "<p>Hiệu trưởng: bà Mẫu Thị An. Hiệu phó: ông Lê Văn Bình.</p>", Verdict.PARTIAL),
        ("/bgh/", NO_DUTIES, Verdict.PARTIAL),
        ("/bgh/", "<h2>Ban Giám hiệu</h2><p>Đang cập nhật...</p>", Verdict.PARTIAL),
        ("/bgh/", (404, "không có"), Verdict.PARTIAL),
        ("/bgh/", POSTS_AS_DUTIES, Verdict.PARTIAL),
        ("/bgh/", "<h2>BGH</h2><h3>Thầy Lê Văn Bình</h3><p>Phụ trách chung; cán bộ, tài chính.</p>", Verdict.PASS),
        ("/bai/", "<h2>Hội thi</h2><p>Các em làm diều.</p>", Verdict.FAIL),
    ],
    ids=[
        "table", "lines", "page of duties", "sentence", "post behind the name", "fields behind colons",
        "terms of office", "empty field before another", "page of duties with names only",
        "empty field", "being updated", "dead", "posts in a column of duties", "leaders without posts", "nothing",
    ],
)  # fmt: skip
def test_leaders_duties(path: str, body: str | tuple[int, str], verdict: Verdict) -> None:
    menu = [("Tin tức", "/tin-tuc/"), (("Nhiệm vụ của lãnh đạo" if "nhiem" in path else "Ban Giám hiệu"), path)]
    if path == "/bai/":
        menu = [("Tin tức", "/tin-tuc/"), ("Hội thi", path)]
    shown = body if isinstance(body, tuple) else page(body, menu=menu)
    archive = make_archive({"/": page("<p>Chào mừng.</p>", menu=menu), path: shown})
    assert finding_of(leaders_duties, archive).verdict is verdict


def test_news_beside_a_leader_is_no_duty() -> None:
    """Titles in the side column speak of tasks all the time."""
    news = '<h4><a href="/n">Hội nghị triển khai nhiệm vụ năm học mới của nhà trường</a></h4>'
    menu = [("Ban Giám hiệu", "/bgh/")]
    body = f"<h2>Ban Giám hiệu</h2><p>Hiệu trưởng: Mẫu Thị An</p>{news}"
    archive = make_archive({"/": page("<p>Chào</p>", menu=menu), "/bgh/": page(body, menu=menu)})
    assert finding_of(leaders_duties, archive).verdict is Verdict.PARTIAL


HEAD, EDITOR, ADMIN = (
    "<li>Trưởng ban: bà Mẫu Thị An, Hiệu trưởng</li>",
    "<li>Biên tập viên: ông Lê Văn Bình, Tổ trưởng Tổ Toán</li>",
    "<li>Quản trị viên: cô Trần Thị Chi, giáo viên Tin học</li>",
)
BOARD_TABLE = (
    "<table><tr><th>Họ và tên</th><th>Chức vụ</th><th>Nhiệm vụ trong ban</th></tr>"
    "<tr><td>Mẫu Thị An</td><td>Hiệu trưởng</td><td>Trưởng ban</td></tr>"
    "<tr><td>Lê Văn Bình</td><td>Tổ trưởng</td><td>Biên tập viên</td></tr>"
    "<tr><td>Trần Thị Chi</td><td>Giáo viên</td><td>Quản trị mạng</td></tr></table>"
)


@pytest.mark.parametrize(
    ("body", "footer", "verdict"),
    [
        (f"<h2>Ban Biên tập</h2><ul>{HEAD}{EDITOR}{ADMIN}</ul>", "", Verdict.PASS),
        (f"<h2>Ban Biên tập</h2>{BOARD_TABLE}", "", Verdict.PASS),
        (f"<h2>Ban Biên tập</h2><ul>{HEAD}{EDITOR}</ul>", "", Verdict.PARTIAL),
        (f"<h2>Ban Biên tập</h2><ul>{HEAD.replace('Trưởng ban', 'Phó trưởng ban')}{ADMIN}</ul>", "", Verdict.PARTIAL),
        (f"<h2>Ban Biên tập</h2><ul>{HEAD.replace(', Hiệu trưởng', '')}{EDITOR}{ADMIN}</ul>", "", Verdict.PARTIAL),
        ("", "<p>Chịu trách nhiệm nội dung: Hiệu trưởng - Mẫu Thị An</p>", Verdict.PARTIAL),
        ("", "<p>Chịu trách nhiệm nội dung về bài đăng thuộc về tác giả</p>", Verdict.MANUAL),
        ("", "", Verdict.MANUAL),
        ("<h2>Ban Biên tập</h2><p>Nội dung đang được cập nhật.</p>", "", Verdict.MANUAL),
    ],
    ids=[
        "list", "table", "no administrator", "deputy only", "head is no leader", "responsible in the footer",
        "nobody responsible", "nothing", "being updated",
    ],
)  # fmt: skip
def test_editorial_board(body: str, footer: str, verdict: Verdict) -> None:
    menu = MENU if body else MENU[:1]
    pages = {
        "/": page("<p>Chào mừng.</p>", menu=menu, footer=footer),
        "/tin-tuc/": page("<h2>Tin</h2>", menu=menu, footer=footer),
    }
    if body:
        pages["/bbt/"] = page(body, menu=menu, footer=footer)
    assert finding_of(editorial_board, make_archive(pages)).verdict is verdict


def test_signature_of_another_body_is_no_board() -> None:
    """Articles shared from the department are signed by the department's board."""
    article = "<h2>Hội nghị toàn ngành</h2><p>Hội nghị bàn nhiều việc.</p><p>Ban Biên tập</p><p>Nguyễn Văn Tám</p>"
    menu = [("Tin tức", "/tin-tuc/")]
    archive = make_archive({"/": page("<p>Chào</p>", menu=menu), "/tin-tuc/": page(article, menu=menu)})
    assert finding_of(editorial_board, archive).verdict is Verdict.MANUAL


def test_leaders_with_duties_and_members_of_the_board_are_no_directory() -> None:
    """Who does what is asked by 2.3.b and 3; parents still find nobody's number."""
    menu = [("Phân công nhiệm vụ Ban Giám hiệu", "/phan-cong/"), ("Ban Biên tập", "/bbt/")]
    board = f"<h2>Ban Biên tập</h2><ul>{HEAD}{EDITOR}{ADMIN}</ul>"
    duties = DUTIES.replace("Ban Giám hiệu", "Phân công nhiệm vụ Ban Giám hiệu")
    archive = make_archive(
        {
            path: page(body, menu=menu)
            for path, body in (("/", "<p>Chào</p>"), ("/phan-cong/", duties), ("/bbt/", board))
        }
    )
    assert finding_of(staff_directory, archive, options={"min_people": 3}).verdict is Verdict.FAIL
    assert finding_of(leaders_duties, archive).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("footer", "verdict"),
    [
        ("Trường Mẫu. Điện thoại: 028 3000 1111. Trưởng Ban biên tập: Hiệu trưởng Mẫu Thị An.", Verdict.PARTIAL),
        ("ĐT: 028 3000 1111. Email: thu@thcsmau.edu.vn. Quản trị website: cô Trần Thị Chi.", Verdict.PARTIAL),
        (
            "Ban Biên tập: Trưởng ban: bà Mẫu Thị An, Hiệu trưởng; Biên tập: ông Lê Văn Bình; "
            "Quản trị mạng: cô Trần Thị Chi",
            Verdict.PASS,
        ),
        (
            "Ban Biên tập: Hiệu trưởng Mẫu Thị An (Trưởng ban), ông Lê Văn Bình (biên tập viên), "
            "cô Trần Thị Chi (quản trị viên)",
            Verdict.PASS,
        ),
        ("Phụ trách trang: cô Trần Thị Chi (văn thư)", Verdict.PARTIAL),
        ("Chịu trách nhiệm: Thầy Lê Văn Bình", Verdict.PARTIAL),
        ("Chịu trách nhiệm chung: Hiệu trưởng Mẫu Thị An", Verdict.MANUAL),
        ("Phụ trách trang thiết bị: thầy Lê Văn Bình", Verdict.MANUAL),
        ("Thiết kế: Công ty Mẫu. Thành viên: 12. Tổ trưởng: Lê Văn Bình.", Verdict.MANUAL),
    ],
    ids=[
        "head",
        "administrator",
        "three roles in one line",
        "roles in brackets",
        "of the pages",
        "who answers",
        "in charge of everything",
        "in charge of equipment",
        "words of other things",
    ],
)
def test_roles_in_a_line_of_the_footer(footer: str, verdict: Verdict) -> None:
    archive = make_archive({"/": page("<p>Chào mừng.</p>", menu=MENU[:1], footer=f"<p>{footer}</p>")})
    assert finding_of(editorial_board, archive).verdict is verdict


@pytest.mark.parametrize(
    ("duty", "verdict"),
    [
        ("Ông Mẫu Văn Bình, Giám đốc: chịu trách nhiệm chung, phụ trách tài chính, nhân sự.", Verdict.MANUAL),
        ("Chịu trách nhiệm trước Hiệu trưởng về chuyên môn khối 4.", Verdict.MANUAL),
        ("Bà Lê Thị Hoa, Phó Hiệu trưởng: chịu trách nhiệm quản lý website của trường", Verdict.PARTIAL),
    ],
)
def test_what_a_leader_is_charged_with_is_no_editorship(duty: str, verdict: Verdict) -> None:
    menu = [("Trang chủ", "/"), ("Giới thiệu", "/gioi-thieu")]
    archive = make_archive(
        {
            "/": page("<p>Chào mừng.</p>", menu=menu),
            "/gioi-thieu": page(f"<h1>Giới thiệu</h1><p>{duty}</p>", title="Giới thiệu", menu=menu),
        }
    )
    assert finding_of(editorial_board, archive).verdict is verdict


def test_whoever_is_named_in_a_frame_is_named() -> None:
    frames = '<html><head><title>Trường Mẫu</title></head><frameset rows="80,*"><frame src="/tren"><frame src="/giua">'
    shown = page("<p>Chịu trách nhiệm nội dung: Hiệu trưởng Mẫu Thị An.</p>")
    archive = make_archive({"/": f"{frames}</frameset></html>", "/tren": page("<p>Banner</p>"), "/giua": shown})
    assert finding_of(editorial_board, archive).verdict is Verdict.PARTIAL


def test_duties_in_one_article_of_the_news_are_no_section() -> None:
    """Next month the article is gone from the list, and nobody finds who answers for what."""
    title = "Thông báo phân công nhiệm vụ Ban giám hiệu năm học mới"
    article = page(f"<h1>{title}</h1><p>Bà Mẫu Thị An - Hiệu trưởng, phụ trách chung, tài chính.</p>", menu=MENU[:1])
    news = page(f'<h2>Tin tức</h2><p><a href="/tin-tuc/7/">{title}</a></p>', menu=MENU[:1])
    archive = make_archive({"/": news, "/tin-tuc/": news, "/tin-tuc/7/": article})
    assert finding_of(leaders_duties, archive).verdict is Verdict.PARTIAL


def test_a_column_of_duties_that_holds_posts_tells_no_duties() -> None:
    head = "<tr><td>STT</td><td>Họ và tên</td><td>Nhiệm vụ</td><td>Số ĐT</td></tr>"

    def judged(duty: str) -> Verdict:
        rows = "".join(
            f"<tr><td>{number}</td><td>{name}</td><td>{post}{duty}</td><td>0903 111 22{number}</td></tr>"
            for number, (name, post, *_) in enumerate(PEOPLE)
        )
        body = f"<h2>Đội ngũ</h2><table>{head}{rows}</table>"
        return finding_of(
            leaders_duties, make_archive({"/": page("", menu=MENU), "/bgh/": page(body, menu=MENU)})
        ).verdict

    assert judged("") is Verdict.PARTIAL
    assert judged(", phụ trách chung") is Verdict.PASS
    assert judged(" - tài chính, nhân sự, thi đua") is Verdict.PASS


def test_duties_in_a_dated_post_among_the_disclosures_are_no_section() -> None:
    rows = "".join(
        f"<tr><td>{name}</td><td>{post}</td><td>{phone}</td><td>Phụ trách chung</td></tr>"
        for name, post, phone, _ in PEOPLE
    )
    head = "<tr><td>Họ và tên</td><td>Chức vụ</td><td>Điện thoại</td><td>Nhiệm vụ</td></tr>"
    table = f"<table>{head}{rows}</table>"
    post = f"<h1>Họ tên, chức vụ, điện thoại, nhiệm vụ của lãnh đạo nhà trường</h1>{table}"
    listing = (
        '<h1>Công khai</h1><a href="/ck/1">Họ tên, chức vụ, điện thoại, nhiệm vụ của lãnh đạo nhà trường</a>'
        "<span>27/06/2026</span>"
    )
    menu = [("Tin tức", "/tin-tuc/"), ("Công khai", "/ck/")]
    posted = {"/": page("", menu=menu), "/ck/": page(listing, menu=menu), "/ck/1": page(post, menu=menu)}
    found = finding_of(leaders_duties, make_archive(posted))
    assert (found.verdict, found.reason) == (Verdict.PARTIAL, Reason.SINGLE_DOCUMENT)
    menu.append(("Ban Giám hiệu", "/ck/1"))
    entered = {"/": page("", menu=menu), "/ck/": page(listing, menu=menu), "/ck/1": page(post, menu=menu)}
    assert finding_of(leaders_duties, make_archive(entered)).verdict is Verdict.PASS


def test_a_board_told_in_one_line_of_the_contact_page() -> None:
    menu = [("Tin tức", "/tin-tuc/"), ("Liên hệ", "/lien-he/")]
    line = "<p>Ban biên tập: ông Lê Văn Bình (Trưởng ban), bà Mẫu Thị An (biên tập viên).</p>"
    pages = {"/": page("<p>Chào</p>", menu=menu), "/tin-tuc/": page("<p>Tin</p>", menu=menu)}
    for path, verdict in (("/lien-he/", Verdict.PARTIAL), ("/bai/", Verdict.MANUAL)):
        shown = page(f"<h1>Liên hệ</h1><p>Gửi theo mẫu.</p>{line}" if "lien" in path else f"<h1>Báo lớp</h1>{line}")
        assert finding_of(editorial_board, make_archive({**pages, path: shown})).verdict is verdict, path


@pytest.mark.parametrize(
    ("rows", "verdict"),
    [
        (list(PEOPLE), Verdict.PASS),
        ([person[:3] for person in PEOPLE], Verdict.PARTIAL),
        ([], Verdict.PARTIAL),
    ],
    ids=["all four fields", "no e-mail", "an empty table"],
)
def test_a_directory_in_a_workbook_is_read(rows: list[tuple[str, ...]], verdict: Verdict) -> None:
    """Leaders elsewhere without numbers must not make a school lack what its workbook holds."""
    workbook, body = Workbook(), BytesIO()
    sheet = workbook.active
    assert sheet is not None
    for row in (("Họ và tên", "Chức vụ", "Điện thoại", "Email"), *rows):
        sheet.append(row)
    workbook.save(body)
    leaders = "<h2>Ban Giám hiệu</h2><p>Mẫu Thị An - Hiệu trưởng</p><p>Lê Văn Bình - Phó Hiệu trưởng</p>"
    pages = {
        "/": page("<p>Chào</p>", menu=MENU),
        "/bgh/": page(leaders, menu=MENU),
        "/danh-ba/": page('<h1>Danh bạ</h1><a href="/danh-ba.xlsx">Danh bạ cán bộ</a>', title="Danh bạ", menu=MENU),
    }
    archive = make_archive(pages, attachments={"/danh-ba.xlsx": body.getvalue()})
    assert finding_of(staff_directory, archive, options={"min_people": 3}).verdict is verdict


def test_a_board_in_a_workbook_is_read() -> None:
    workbook, body = Workbook(), BytesIO()
    sheet = workbook.active
    assert sheet is not None
    for row in ("QUYẾT ĐỊNH", "Ông Lê Văn Bình - Hiệu trưởng - Trưởng ban", "Bà Mẫu Thị An - Văn thư - Biên tập viên"):
        sheet.append([row])
    workbook.save(body)
    board = '<h1>Ban Biên tập</h1><p>Quyết định: <a href="/qd.xlsx">Tải về</a></p>'
    pages = {"/": page("<p>Chào</p>", menu=MENU), "/bbt/": page(board, title="Ban Biên tập", menu=MENU)}
    found = finding_of(editorial_board, make_archive(pages, attachments={"/qd.xlsx": body.getvalue()}))
    assert found.verdict is Verdict.PARTIAL
    assert "quản trị viên" in found.summary
