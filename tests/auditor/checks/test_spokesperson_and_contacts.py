"""Item 2.16: the unit's own details count wherever they stand, those of the bodies above it never."""

from __future__ import annotations

import pytest

from auditor.checks.spokesperson_and_contacts import spokesperson_and_contacts
from auditor.facts.contacts import Contacts, decoded_email
from auditor.model import Kind, Verdict
from tests.auditor.portal_maker import facts_for, finding_of, make_archive, page, unit_of

MENU = [("Tin tức", "/tin-tuc/"), ("Liên hệ", "/lien-he/"), ("Người phát ngôn", "/nguoi-phat-ngon/")]
ADDRESS = "<p>Địa chỉ: số 1 đường Mẫu, Phường Mẫu, TP. Hồ Chí Minh</p>"
PHONE = "<p>Điện thoại: (028) 3000.1234</p>"
EMAIL = "<p>Email: thcsmau@hcm.edu.vn</p>"
ALL = ADDRESS + PHONE + EMAIL
SPEAKER = "<h2>Người phát ngôn</h2><p>Người phát ngôn của trường: ông Mẫu Văn Bình, Phó Hiệu trưởng.</p>"
UBND = "<p>ỦY BAN NHÂN DÂN QUẬN MẪU</p><p>Địa chỉ: 2 đường Lớn</p><p>Điện thoại: 028 3000 9999</p><p>Email: "
"ubnd@mau.gov.vn</p>"


@pytest.mark.parametrize(
    ("footer", "speaker", "verdict"),
    [
        (ALL, SPEAKER, Verdict.PASS),
        (ALL, "<table><tr><td>Người phát ngôn</td><td>Bà Mẫu Thị An</td></tr></table>", Verdict.PASS),
        (ALL, "", Verdict.PARTIAL),
        (ADDRESS + PHONE, SPEAKER, Verdict.PARTIAL),
        ("", SPEAKER, Verdict.PARTIAL),
        (PHONE + EMAIL, "", Verdict.PARTIAL),
        ("<p>Địa chỉ</p><p>số 1 đường Mẫu, Phường Mẫu</p><p>ĐT: 3000 1234</p>", "", Verdict.PARTIAL),
        ("<p>Số 1 đường Mẫu, Phường Mẫu, TP. HCM</p><a href='tel:02830001234'>Gọi</a>", "", Verdict.PARTIAL),
        (ADDRESS + '<a href="/cdn-cgi/l/email-protection#5435147a22">[email&#160;protected]</a>', "", Verdict.PARTIAL),
        (UBND, "", Verdict.FAIL),
        (UBND + "<p>Trường THCS Mẫu</p>" + ADDRESS + PHONE, "", Verdict.PARTIAL),
        (UBND.replace("</p>", "</p><p>Trang chủ</p>", 1), "", Verdict.FAIL),
        ("<p>Trường THCS Mẫu trực thuộc</p>" + UBND, "", Verdict.FAIL),
        ("<p>Bản quyền thuộc về Phòng GD&ĐT Quận Mẫu</p>" + ALL, "", Verdict.PARTIAL),
        (PHONE, "", Verdict.FAIL),
        ("", "", Verdict.FAIL),
        (ADDRESS, "<p>Người phát ngôn của cơ quan hành chính nhà nước là người đứng đầu cơ quan đó.</p>", Verdict.FAIL),
    ],
    ids=[
        "everything", "speaker in a table", "no speaker", "no e-mail", "speaker only", "two details", "label alone",
        "no labels", "hidden e-mail", "only the office above", "office above and own",
        "office above two lines up", "own name before the office above",
        "line of copyright", "one detail", "nothing",
        "speaker in a rule",
    ],
)  # fmt: skip
def test_verdict(footer: str, speaker: str, verdict: Verdict) -> None:
    pages = {
        "/": page("<p>Chào mừng.</p>", menu=MENU, footer=footer),
        "/tin-tuc/": page("<h2>Tin tức</h2><p>Tin trong tuần.</p>", menu=MENU, footer=footer),
        "/lien-he/": page("<h2>Liên hệ</h2>", menu=MENU, footer=footer),
    }
    if speaker:
        pages["/nguoi-phat-ngon/"] = page(speaker, menu=MENU, footer=footer)
    else:
        pages = {path: html.replace("Người phát ngôn", "Thông báo") for path, html in pages.items()}
    assert finding_of(spokesperson_and_contacts, make_archive(pages)).verdict is verdict


def test_numbers_of_the_spokesperson_are_masked() -> None:
    """A scorecard is passed around; it must not spread a person's number."""
    speaker = "<h2>Người phát ngôn</h2><p>Người phát ngôn: bà Mẫu Thị An - 0903 123 456 - mtan@mau.vn</p>"
    archive = make_archive(
        {"/": page("<p>Chào</p>", menu=MENU, footer=ALL), "/nguoi-phat-ngon/": page(speaker, menu=MENU)}
    )
    quotes = " ".join(evidence.quote for evidence in finding_of(spokesperson_and_contacts, archive).evidence)
    assert "Mẫu Thị An" in quotes
    assert "0903 123 456" not in quotes
    assert "mtan@" not in quotes


def test_private_mail_is_noted_and_counts() -> None:
    footer = ALL.replace("thcsmau@hcm.edu.vn", "thcsmau@gmail.com")
    finding = finding_of(spokesperson_and_contacts, make_archive({"/": page("<p>Chào</p>", footer=footer)}))
    assert finding.verdict is Verdict.PARTIAL
    assert "dịch vụ cá nhân" in finding.summary


def test_an_office_of_education_is_not_the_body_above_itself() -> None:
    footer = "<p>PHÒNG GIÁO DỤC VÀ ĐÀO TẠO QUẬN MẪU</p>" + ALL
    unit = unit_of("pgdmau.hcm.edu.vn", name="Phòng Giáo dục và Đào tạo Quận Mẫu", kind=Kind.PHONG)
    archive = make_archive({"/": page("<p>Chào</p>", footer=footer)}, host="pgdmau.hcm.edu.vn", unit=unit)
    assert facts_for(archive)(Contacts).missing == ()


def test_hidden_addresses_are_read_as_a_browser_reads_them() -> None:
    assert decoded_email("5435147a22") == "a@.v"
    assert decoded_email("xyz") == ""
    assert decoded_email("") == ""


@pytest.mark.parametrize(
    ("footer", "found"),
    [
        ("Số 9 Hùng Vương, P. Mẫu, TP.HCM|☎ 0254 – 382 – 5566", "address phone"),
        ("© Trường THCS Mẫu, đường Trường Chinh, KP Vạn Hạnh, P. Mẫu. Tel: (84-254) 3876 555", "address phone"),
        ("📍 62 Hoàng Diệu, phường Mẫu, TP.HCM|☎️ (028) 3940.2261 · ✉️ mau(at)hcm.edu.vn", "address phone email"),
        ("12/3A Nguyễn Trãi, P.5, Q.5 - 028 5412 7788, 028 5412 7799", "address phone"),
        ("12 Lê Lợi, Bến Mẫu, Q.1|+84 28 3822 1234|vanthu [@] mau.edu.vn", "address phone email"),
        ("KP 3, TT. Mẫu - 0283.874.5566 / 0283.874.5567|info at mau dot edu dot vn", "address phone email"),
        ("12 Le Loi Street, Ward 5, Ho Chi Minh City|Tel. +84 (0)28 3822 1234", "address phone"),
        ("Văn phòng: 028 3855 1234", "phone"),
        ("Thiết kế bởi Công ty ABC - 0909 123 456", ""),
        ("MST: 0301234567", ""),
        ("Cập nhật 05.10.2025, 07:31:22 | 1.288.901 lượt", ""),
        ("Giờ làm việc: 7:00 - 11:30, 13:00 - 17:00", ""),
        ("Thầy Hà|P. Hiệu trưởng, P. Kế toán", ""),
        ("visit us at www.mau.edu.vn", ""),
    ],
)
def test_details_without_a_label(footer: str, found: str) -> None:
    """Footers show them in every form; a tax number, a clock or the designer's number are none of them."""
    lines = "".join(f"<p>{line}</p>" for line in footer.split("|"))
    missing = facts_for(make_archive({"/": page("<p>Chào</p>", menu=MENU, footer=lines)}))(Contacts).missing
    assert " ".join(name for name in ("address", "phone", "email") if name not in missing) == found


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("<p>Giang Tử Long - Phó Hiệu trưởng: phụ trách nề nếp; người phát ngôn với báo chí.</p>", "Giang Tử Long"),
        (
            "<table><tr><td>Trần Thị Hoa</td><td>Phó Hiệu trưởng</td><td>Người phát ngôn</td></tr>"
            "<tr><td>Lê Văn Bình</td><td>Kế toán</td><td></td></tr></table>",
            "Trần Thị Hoa",
        ),
        (
            "<h3>Cô Trần Thị Hoa</h3><p>Hiệu trưởng</p><p>Phụ trách chung, là người phát ngôn của trường</p>",
            "Trần Thị Hoa",
        ),
        ("<p>Spokesperson: Mr. Nguyễn Văn An</p>", "Nguyễn Văn An"),
        ("<p>Trường chưa có người phát ngôn; mọi việc do Hiệu trưởng Trần Thị Hoa giải quyết</p>", None),
        ("<p>Ông Nguyễn Văn An, Hiệu trưởng: nhà trường chưa có người phát ngôn.</p>", None),
    ],
)
def test_a_spokesperson_among_the_charges_of_a_leader(told: str, name: str | None) -> None:
    archive = make_archive({"/": page("<p>Chào</p>", menu=MENU), "/lien-he/": page(f"<h1>Lãnh đạo</h1>{told}")})
    spokesperson = facts_for(archive)(Contacts).spokesperson
    assert (spokesperson.name if spokesperson else None) == name


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("<p>Nhóm có năm bạn. Người phát ngôn của nhóm, em Lữ Khánh Vy, trình bày bằng tiếng Anh.</p>", None),
        ("<p>Người phát ngôn: em Lữ Khánh Vy, lớp 9/2.</p>", None),
        ("<p>Người phát ngôn của Công ty Hoa Sen, ông Lê Văn Bình, trao 20 suất quà.</p>", None),
        ("<p>Người phát ngôn của Bộ, bà Mẫu Thị An, cho biết như trên.</p>", None),
        ("<p>Người phát ngôn của Trường THCS Mẫu: ông Lê Văn Bình</p>", "Lê Văn Bình"),
        ("<p>Người phát ngôn của đơn vị: bà Mẫu Thị An</p>", "Mẫu Thị An"),
        ("<p>Người phát ngôn của Hội đồng sư phạm: ông Lê Văn Bình</p>", "Lê Văn Bình"),
        ("<p>Người phát ngôn: Trưởng ban Lê Văn Bình</p>", "Lê Văn Bình"),
        ("<p>Người phát ngôn cho báo chí: cô Mẫu Thị An</p>", "Mẫu Thị An"),
        ("<p>Người phát ngôn và cung cấp thông tin cho báo chí: cô Mẫu Thị An</p>", "Mẫu Thị An"),
    ],
)
def test_who_speaks_for_others_is_not_the_units_spokesperson(told: str, name: str | None) -> None:
    """News of pupils, firms and ministries have spokespersons, too."""
    news = page(f"<h1>Dự án lọc nước của lớp 10A1</h1>{told}", menu=MENU)
    spokesperson = facts_for(make_archive({"/": page("<p>Chào</p>"), "/tin-tuc/": news}))(Contacts).spokesperson
    assert (spokesperson.name if spokesperson else None) == name


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        ("<p>Số 1 đường Mẫu, Phường Mẫu, TP. HCM</p><p>ĐT: 028 3000 1234</p>", Verdict.MANUAL),
        ("<p>Địa chỉ: số 1 đường Mẫu, Phường Mẫu</p><p>Email: thcsmau@hcm.edu.vn</p>", Verdict.MANUAL),
        ("<p>Số 1 đường Mẫu, Phường Mẫu, TP. HCM</p>", Verdict.FAIL),
        ("<p>Cô Mẫu Thị An: 028 3000 1234, an@hcm.edu.vn</p>", Verdict.FAIL),
    ],
)
def test_details_on_a_page_of_another_name_are_shown_to_a_person(body: str, verdict: Verdict) -> None:
    menu = [("Tin tức", "/tin-tuc/"), ("Thực đơn", "/td/"), ("Mời ghé chơi", "/ghe-choi/"), ("Thư viện", "/tv/")]
    pages = {path: page(f"<h1>{label}</h1><p>Trang {label}</p>", title=label, menu=menu) for label, path in menu}
    pages["/"] = page("<p>Chào mừng.</p>", menu=menu)
    pages["/ghe-choi/"] = page(f"<h1>Mời ghé chơi</h1>{body}", title="Mời ghé chơi", menu=menu)
    found = finding_of(spokesperson_and_contacts, make_archive(pages))
    assert found.verdict is verdict
    assert verdict is Verdict.FAIL or "Mời ghé chơi" in found.summary
