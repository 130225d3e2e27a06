"""The section rule's ladder: how far behind an announcement there is content."""

from __future__ import annotations

import pytest

from auditor.facts.sections import Ladder, Section, Sections
from auditor.model import Cause
from tests.auditor.portal_maker import facts_for, make_archive, page

TOPIC = "procedures"
TEXT = "<p>" + "Hồ sơ gồm đơn xin chuyển trường, học bạ và giấy khai sinh; nộp tại văn phòng trường. " * 4 + "</p>"
OTHERS = [("Giới thiệu", "/gt"), ("Tin tức", "/tin"), ("Liên hệ", "/lh"), ("Thư viện", "/tv")]


def find(entry: tuple[str, str] | None, pages: dict[str, object], topic: str = TOPIC, **more: object) -> Section:
    menu = [*OTHERS, *([entry] if entry else [])]
    made = {path: page(f"<h2>{label}</h2><p>Trang {label} của trường.</p>", menu=menu) for label, path in OTHERS}
    made["/"] = page("<p>Chào mừng</p>", menu=menu)
    for path, body in pages.items():
        made[path] = page(body, menu=menu) if isinstance(body, str) else body  # type: ignore[assignment]
    return facts_for(make_archive(made, **more))(Sections).find(topic)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("label", "body"),
    [
        ("Thủ tục hành chính", f"<h2>Thủ tục hành chính</h2>{TEXT}"),
        ("THỦ TỤC HÀNH CHÍNH", TEXT),
        ("Thu tuc hanh chinh", TEXT),
        ("5. Thủ tục hành chính (12)", TEXT),
        ("Thủ tục hành chánh", TEXT),
        ("TTHC", TEXT),
        ("Thủ tục hành chính", '<h2>TTHC</h2><a href="/bai">Quy trình chuyển trường cho học sinh</a>'),
        ("Thủ tục hành chính", '<a href="/don.pdf">Tải về</a>'),
        ("Thủ tục hành chính", '<img src="/x.jpg" alt="Thủ tục hành chính của trường">'),
        ("Thủ tục hành chính", "<table>" + "<tr><td>Chuyển trường</td><td>3 ngày</td></tr>" * 4 + "</table>"),
    ],
)
def test_content_is_found(label: str, body: str) -> None:
    found = find((label, "/tthc"), {"/tthc": body}, attachments={"/don.pdf": b""})
    assert found.state is Ladder.CONTENT, found


@pytest.mark.parametrize(
    ("body", "state"),
    [
        ("<h2>Thủ tục hành chính</h2>", Ladder.EMPTY),
        ("<h2>Thủ tục hành chính</h2><p>Nội dung đang được cập nhật.</p>", Ladder.PLACEHOLDER),
        ("<p>Đang cập nhật…</p><p>Lượt xem: 12</p>", Ladder.PLACEHOLDER),
        ("<p>CHUYEN MUC CHUA CO BAI VIET</p>", Ladder.PLACEHOLDER),
        ((404, "x"), Ladder.LINK_DEAD),
    ],
)
def test_nothing_behind_the_entry(body: object, state: Ladder) -> None:
    assert find(("Thủ tục hành chính", "/tthc"), {"/tthc": body}).state is state


def test_entries_that_could_not_be_looked_at() -> None:
    entry = ("Thủ tục hành chính", "/tthc")
    assert find(entry, {}).state is Ladder.UNSEEN
    assert find(entry, {}, failures={"/tthc": Cause.TIMEOUT}).state is Ladder.UNSEEN
    assert find(entry, {}, failures={"/tthc": Cause.CHALLENGE}).state is Ladder.UNSEEN
    assert find(entry, {}, failures={"/tthc": Cause.ROBOTS}).state is Ladder.FORBIDDEN


def test_entries_that_lead_nowhere_or_elsewhere() -> None:
    assert find(("Thủ tục hành chính", "#"), {}).state is Ladder.NOWHERE
    assert find(("Thủ tục hành chính", "https://dichvucong.gov.vn/"), {}).state is Ladder.EXTERNAL
    way_out = '<a href="https://dichvucong.gov.vn"><img src="/d.png"></a>'
    picture = f"<p>Mời bạn đọc bấm vào hình để sang trang tra cứu:</p>{way_out}"
    assert find(("Thủ tục hành chính", "/tthc"), {"/tthc": picture}).state is Ladder.EXTERNAL


def test_a_handle_is_filled_by_what_stands_under_it() -> None:
    below = '<ul><li><a href="/ct">Chuyển trường</a></li></ul>'
    menu = f'<nav><ul><li><a href="#">Thủ tục hành chính</a>{below}</li></ul></nav>'
    pages = {"/": f"{menu}<p>Chào</p>", "/ct": f"{menu}{TEXT}"}
    assert facts_for(make_archive(pages))(Sections).find(TOPIC).state is Ladder.CONTENT


@pytest.mark.parametrize(
    ("label", "topic"),
    [
        ("Thống kê truy cập", "yearbook"),
        ("Môn Lịch sử", "history"),
        ("Tổ Hành chính - Văn phòng", "procedures"),
        ("Văn bản hành chính", "procedures"),
        ("Chính sách bảo mật", "law_dissemination"),
        ("Báo chí viết về nhà trường", "spokesperson"),
        ("Tra cứu văn bản", "exam_results"),
    ],
)
def test_false_friends_announce_nothing(label: str, topic: str) -> None:
    assert find((label, "/x"), {"/x": TEXT}, topic).state is Ladder.NONE


def test_running_text_is_no_section() -> None:
    news = "<h1>Hội nghị viên chức</h1><p>Hội nghị bàn về thủ tục hành chính và công khai tài chính.</p>"
    assert find(None, {"/tin": '<a href="/b">Hội nghị viên chức năm học mới</a>', "/b": news}).state is Ladder.NONE


def test_a_single_article_is_told_from_a_section() -> None:
    listing = (
        '<a href="/b">Thủ tục hành chính về chuyển trường năm học 2026-2027 của nhà trường và các bước thực hiện</a>'
    )
    found = find(None, {"/tin": listing, "/b": TEXT})
    assert found.state is Ladder.SINGLE
    assert found.singles


def test_a_block_of_the_home_page_counts() -> None:
    home = '<h3>Thủ tục hành chính</h3><a href="/b">Quy trình xin học lại cho học sinh</a><h3>Tin</h3>'
    assert find(None, {"/": home, "/b": TEXT}).state is Ladder.CONTENT


def test_a_history_told_on_the_introduction_page() -> None:
    story = (
        "<p>Trường được thành lập năm 1975, tiền thân là trường làng. "
        + "Qua nhiều năm học sinh đông dần. " * 20
        + "</p>"
    )
    assert find(None, {"/gt": story}, "history").state is Ladder.CONTENT
    assert find(None, {"/gt": "<p>Trường có sân rộng.</p>" * 30}, "history").state is Ladder.NONE
    one_line = "<p>Trường được thành lập năm 2022, đào tạo ba cấp. " + "Khuôn viên rộng, nhiều cây xanh. " * 20 + "</p>"
    assert find(None, {"/gt": one_line}, "history").state is Ladder.NONE


def test_another_units_section_is_not_this_units() -> None:
    found = find(("Thủ tục hành chính", "http://thcskhac.hcm.edu.vn/tthc"), {})
    assert found.state is Ladder.EXTERNAL


def test_a_section_of_another_name_is_known_by_what_it_tells() -> None:
    told = find(("Quy trình - đơn từ", "/qt"), {"/qt": f"<h2>Quy trình</h2>{TEXT}"})
    assert told.state is Ladder.CONTENT, told
    untold = find(("Quy trình - đơn từ", "/qt"), {"/qt": "<h2>Quy trình</h2><p>Mời xem ở phòng 3.</p>"})
    assert untold.state is Ladder.NONE
    assert untold.hint is not None
    assert untold.hint.label == "Quy trình - đơn từ"
    assert find(("Tổ hành chính", "/hc"), {"/hc": TEXT}).hint is None


def test_a_history_under_any_name_is_known_by_its_years() -> None:
    text = "<p>1986: thành lập với 9 lớp. 1995: tách khối bán công. 2003: đổi tên. 2016: khánh thành nhà mới."
    text += " 2024: nhận danh hiệu trường học hạnh phúc, mười lăm phòng học mới.</p>"
    assert find(("Trường xưa và nay", "/xua"), {"/xua": text}, "history").state is Ladder.CONTENT
    news = "<p>Hội thi năm 2024 có 12 đội, năm 2025 có 15 đội dự thi.</p>"
    assert find(("Góc đọc", "/xua"), {"/xua": news}, "history").state is Ladder.NONE


@pytest.mark.parametrize("label", ["CK tài chính", "Điều kiện đảm bảo CL"])
def test_abbreviated_labels_are_spelled_out(label: str) -> None:
    topic = "disclosure_finance" if "CK" in label else "disclosure_conditions"
    assert find((label, "/ck"), {"/ck": TEXT}, topic).state is Ladder.CONTENT


def test_a_faint_name_is_read_and_nobody_is_asked_because_of_it() -> None:
    assert find(("Hướng dẫn học vụ", "/hv"), {"/hv": TEXT}).state is Ladder.CONTENT
    other = find(("Sổ tay phụ huynh", "/st"), {"/st": "<p>Mời phụ huynh đưa con đến trường đúng giờ mỗi sáng.</p>" * 5})
    assert (other.state, other.hint) == (Ladder.NONE, None)
    file = ("Sổ tay phụ huynh", "/st.pdf")
    assert find(file, {}, attachments={"/st.pdf": 404}).hint is None
    unread = find(file, {}, attachments={"/st.pdf": b""}).hint
    assert unread is not None
    assert unread.label == "Sổ tay phụ huynh"


def test_a_picture_is_told_by_a_name_run_together() -> None:
    entry = ("Tổ chức bộ máy", "/tc")
    body = '<h2>Tổ chức bộ máy</h2><img src="/{}.jpg">'
    assert find(entry, {"/tc": body.format("sodotochuc")}, "organisation_chart").state is Ladder.CONTENT
    assert find(entry, {"/tc": body.format("thuchienchuyende")}, "organisation_chart").state is Ladder.EMPTY
    assert find(entry, {"/tc": body.format("thutuchanhchinh")}, "organisation_chart").state is Ladder.EMPTY


def test_a_time_line_of_years_in_lines_of_their_own_is_a_history() -> None:
    line = "".join(
        f"<li><span>{year}</span><p>Trường có thêm một cấp học và một khu nhà mới.</p></li>"
        for year in (2011, 2014, 2018)
    )
    assert find(("Hành trình 15 năm", "/ht"), {"/ht": f"<ul>{line}</ul>"}, "history").state is Ladder.CONTENT
    counts = "".join(f"<tr><td>{year}</td><td>{year - 1200} em</td></tr>" for year in (2011, 2014, 2018)) * 4
    assert find(("Hành trình 15 năm", "/ht"), {"/ht": f"<table>{counts}</table>"}, "history").state is Ladder.NONE


def test_numbers_that_are_no_years_make_no_history() -> None:
    tail = " Trường có nhiều phòng học và sân chơi rộng cho học sinh." * 3
    for one in ("Tỉnh Hànam {} có hội thi.", "Đợt 01-{}: nhận hồ sơ.", "Mã số 7{}: phòng học."):
        lines = "".join(f"<p>{one.format(year)}{tail}</p>" for year in (1986, 1995, 2003))
        assert find(("Trường xưa và nay", "/xua"), {"/xua": lines}, "history").state is Ladder.NONE, one


def test_what_follows_enough_content_changes_nothing_but_the_quote() -> None:
    titles = "".join(f'<li><a href="/b{n}">Quy trình chuyển trường số {n} của lớp</a></li>' for n in range(3))
    last = "Thủ tục chuyển trường thực hiện tại văn phòng trường vào mọi buổi sáng trong tuần, trừ các ngày nghỉ lễ."
    body = f"<h2>Thủ tục hành chính</h2><ul>{titles}</ul><p>Nội dung khác đang được cập nhật.</p><p>{last}</p>"
    found = find(("Thủ tục hành chính", "/tthc"), {"/tthc": body, **{f"/b{n}": TEXT for n in range(3)}})
    assert found.best is not None
    assert (found.state, found.best.quote) == (Ladder.CONTENT, last)
    promised = find(
        ("Thủ tục hành chính", "/tthc"),
        {"/tthc": f"<p>{last * 2}</p><p>Nội dung khác đang được cập nhật.</p>"},
    )
    assert promised.state is Ladder.PLACEHOLDER


@pytest.mark.parametrize(
    ("body", "state"),
    [
        ("<p>Vui lòng đăng nhập bằng tài khoản nhà trường để xem.</p>", Ladder.LOGIN),
        (
            "<p>Kho học liệu của trường gồm hơn ba nghìn đầu mục.</p><p>Vui lòng đăng nhập.</p>"
            '<form method="post"><input name="u"><input type="password" name="p"><button>Đăng nhập</button></form>',
            Ladder.LOGIN,
        ),
        (TEXT + "<p>Vui lòng đăng nhập để gửi bình luận.</p>", Ladder.CONTENT),
        (
            "<p>Hồ sơ gồm đơn và học bạ, nộp tại văn phòng trường.</p><p>Bạn cần đăng nhập để bình luận.</p>",
            Ladder.CONTENT,
        ),
    ],
)
def test_a_login_wall_is_no_content(body: str, state: Ladder) -> None:
    assert find(("Thủ tục hành chính", "/tthc"), {"/tthc": f"<h2>Thủ tục hành chính</h2>{body}"}).state is state


def test_the_ministrys_own_sites_are_no_section_of_the_portal() -> None:
    assert find(("Cải cách hành chính", "http://cchc.moet.gov.vn/"), {}).state is Ladder.NONE


def test_a_part_in_a_list_of_parts_is_no_page_of_its_own() -> None:
    parts = "".join(f"<li>{part}</li>" for part in ("Ban Giám hiệu", "Hội đồng trường", "Tổ Toán", "Tổ Văn phòng"))
    body = f"<h2>Cơ cấu tổ chức</h2><ul>{parts}</ul><p>Các tổ làm việc dưới sự chỉ đạo của Ban Giám hiệu.</p>"
    assert find(("Cơ cấu tổ chức", "/cc"), {"/cc": body}, "leaders").state is Ladder.NONE


def test_a_way_to_another_site_does_not_hide_a_section_of_another_name() -> None:
    listed = '<a href="/p">Phiếu bài tập Toán 3 tuần 30 do tổ khối 3 biên soạn</a>'
    told = "<p>" + "Học liệu và đề ôn tập do giáo viên của trường biên soạn, học sinh tải về ở nhà. " * 3 + "</p>"
    away = '<p><a href="https://igiaoduc.vn/">Kho học liệu igiaoduc</a></p>'
    body = f"<h2>Góc học tập</h2>{told}{listed}"
    found = find(("Góc học tập", "/goc"), {"/": away, "/goc": body, "/p": told}, "own_resources")
    assert found.state is Ladder.CONTENT


DEAD_FILES = '<ul><li><a href="/a.pdf">Quy trình xin chuyển trường</a></li><li><a href="/b.doc">Mẫu đơn</a></li></ul>'


@pytest.mark.parametrize(
    ("there", "state"),
    [
        ({"/a.pdf": 404, "/b.doc": 404}, Ladder.LINK_DEAD),
        ({"/a.pdf": 404, "/b.doc": b""}, Ladder.CONTENT),
        ({}, Ladder.CONTENT),
    ],
    ids=["all are gone", "one opens", "not looked at"],
)
def test_names_of_files_that_do_not_open_are_no_content(there: dict[str, bytes | int], state: Ladder) -> None:
    body = f"<h1>Thủ tục hành chính</h1>{DEAD_FILES}"
    assert find(("Thủ tục hành chính", "/tthc"), {"/tthc": body}, attachments=there).state is state


def test_a_text_beside_a_dead_file_stays_content() -> None:
    body = f"<h1>Thủ tục hành chính</h1>{TEXT}{DEAD_FILES}"
    found = find(("Thủ tục hành chính", "/tthc"), {"/tthc": body}, attachments={"/a.pdf": 404, "/b.doc": 404})
    assert found.state is Ladder.CONTENT


@pytest.mark.parametrize(
    "said",
    [
        "Sơ đồ đang được thiết kế, mời quý vị xem lại vào dịp khác nhé.",
        "Nhà trường sẽ sớm bổ sung phần này, mong quý phụ huynh thông cảm.",
        "Nhà trường sẽ cập nhật trong tháng tới, trân trọng cảm ơn quý vị.",
        "Ban giám hiệu đang hoàn thiện nội dung để đăng lên trang này ạ.",
        "Mục này đang được biên soạn, mời quý phụ huynh vui lòng quay lại sau.",
        "Hình ảnh đang chờ cập nhật từ tổ văn phòng của nhà trường nhé.",
    ],
)
def test_a_promise_is_no_content(said: str) -> None:
    """Whoever promises a page in words of their own has not filled it."""
    entry = ("Thủ tục hành chính", "/tthc")
    assert find(entry, {"/tthc": f"<h1>Thủ tục hành chính</h1><p>{said}</p>"}).state is Ladder.PLACEHOLDER
    assert find(entry, {"/tthc": f"<h1>Thủ tục hành chính</h1>{TEXT}<p>{said}</p>"}).state is Ladder.CONTENT


@pytest.mark.parametrize(
    "said",
    [
        "Trường có 42 phòng học, sẽ bổ sung thông tin về 2 phòng Tin học mới.",
        "Trường đang bổ sung đội ngũ giáo viên tiếng Anh và Tin học cho cả ba cơ sở.",
    ],
)
def test_what_tells_something_is_no_mere_promise(said: str) -> None:
    body = f"<h1>Thủ tục hành chính</h1><p>{said}</p>"
    assert find(("Thủ tục hành chính", "/tthc"), {"/tthc": body}).state is Ladder.CONTENT


def test_the_heading_of_a_page_in_the_menu_counts_as_if_the_menu_said_it() -> None:
    rhymes = "<p>Những trò chơi và bài đồng dao do các cô sưu tầm, tự soạn cho bé chơi ở nhà mỗi chiều.</p>"
    body = f"<h1>Sân chơi và học liệu của các cô</h1>{rhymes}"
    assert find(("Sân chơi", "/san-choi"), {"/san-choi": body}, "own_resources").state is Ladder.CONTENT
    put_off = "<h1>Sân chơi và học liệu của các cô</h1><p>Đang cập nhật</p>"
    assert find(("Sân chơi", "/san-choi"), {"/san-choi": put_off}, "own_resources").state is not Ladder.CONTENT


@pytest.mark.parametrize("label", ["Giải quyết giấy tờ", "Giấy tờ cho PH", "Hướng dẫn làm giấy tờ", "Việc của PH"])
def test_procedures_in_everyday_words(label: str) -> None:
    body = (
        "<p>Chuyển trường: đơn, học bạ, khai sinh, nộp tại văn thư, trả kết quả sau 2 ngày.</p>"
        "<p>Cấp bản sao học bạ: đơn theo mẫu, nhận sau 3 ngày làm việc, không thu tiền.</p>"
    )
    assert find((label, "/gt-ph"), {"/gt-ph": f"<h1>{label}</h1>{body}"}).state is Ladder.CONTENT


def test_procedures_under_a_name_that_says_nothing_are_shown_to_a_person() -> None:
    """Better a minute of somebody's time than the charge that a school has none."""
    body = (
        "<p>Thành phần hồ sơ: đơn, học bạ. Thời hạn giải quyết: 3 ngày. Lệ phí: không. Nơi tiếp nhận: văn phòng.</p>"
        * 2
    )
    found = find(("Bạn cần biết", "/can-biet"), {"/can-biet": f"<h1>Bạn cần biết</h1>{body}"})
    assert found.state is Ladder.NONE
    assert found.hint is not None
    assert found.hint.label == "Bạn cần biết"
    once = "<p>Phụ huynh nộp hồ sơ nhập học tại văn phòng trường trong tuần đầu của tháng tám mỗi năm.</p>" * 2
    assert find(("Bạn cần biết", "/can-biet"), {"/can-biet": once}).hint is None


def test_duties_among_the_leaders_are_known_by_their_heading() -> None:
    charges = "<ol><li>Ông Lê Văn Bình, Trưởng phòng: điều hành chung</li><li>Bà Mẫu Thị An: mầm non</li></ol>"
    for heading in ("Phân công trong lãnh đạo phòng", "Phân công công việc trong Ban Giám hiệu"):
        body = f"<h1>Chức năng, nhiệm vụ</h1><h3>{heading}</h3>{charges}"
        assert find(("Chức năng", "/cn"), {"/cn": body}, "leaders_duties").state is Ladder.CONTENT, heading
