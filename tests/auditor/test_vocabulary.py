"""One wrong label here fails a school for a section that it has, or passes it for one that it lacks."""

from __future__ import annotations

import pickle
from importlib import resources

import pytest

from auditor.model import Kind
from auditor.text import contains_words, words
from auditor.vocabulary import (
    Label,
    Labels,
    Vocabulary,
    VocabularyError,
    field_of,
    label_words,
    load_vocabulary,
    read_vocabulary,
    under,
)

TOPICS = (
    "introduction organisation_chart leaders leaders_duties history staff_directory news documents procedures "
    "online_services forms law_dissemination yearbook own_resources exam_results procurement disclosure "
    "disclosure_commitment disclosure_actual_quality disclosure_conditions disclosure_finance annual_report feedback "
    "contact video spokesperson editorial_board links search site_map privacy"
).split()


def packaged() -> dict[str, bytes]:
    folder = resources.files("checklists") / "vocabulary"
    return {entry.name: entry.read_bytes() for entry in folder.iterdir() if entry.name.endswith(".yaml")}


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return load_vocabulary()


def test_every_topic_that_checks_ask_for_is_there(vocabulary: Vocabulary) -> None:
    assert set(TOPICS) <= set(vocabulary.topics)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2. Văn bản (15) »", "van ban"),
        ("I/ Giới thiệu", "gioi thieu"),
        ("2.3. Cơ cấu tổ chức:", "co cau to chuc"),
        ("a) Lịch sử nhà trường", "lich su nha truong"),
        ("» Xem tất cả >>", "xem tat ca"),
        ("Công khai năm học 2025-2026", "cong khai"),
        ("Báo cáo thường niên 2024", "bao cao thuong nien"),
        ("Liên kết Liên kết", "lien ket"),
        ("Thông báo (12 bài)", "thong bao"),
        ("3 công khai", "3 cong khai"),
        ("03 công khai", "03 cong khai"),
        ("E-Learning", "e learning"),
        ("10 năm học 2025-2026", "10"),
        ("Tin mới…", "tin moi"),
        ("2025", "2025"),
        ("»", ""),
        ("", ""),
    ],
)
def test_labels_lose_their_ornaments_only(text: str, expected: str) -> None:
    assert label_words(text) == expected


@pytest.mark.parametrize(
    ("label", "topics"),
    [
        # as they stand in menus of portals
        ("Giới thiệu", ["introduction"]),
        ("THÔNG TIN TRƯỜNG", ["introduction"]),
        ("Sơ đồ tổ chức", ["organisation_chart"]),
        ("Tổ chức bộ máy", ["organisation_chart"]),
        ("Cơ cấu tổ chức nhà trường năm học 2025-2026", ["organisation_chart"]),
        ("Chức năng nhiệm vụ và cơ cấu tổ chức", ["functions", "organisation_chart"]),
        ("1. Ban giám hiệu", ["leaders"]),
        ("BGH, Khoa, Phòng", ["leaders"]),
        ("Phân công nhiệm vụ Lãnh đạo Sở", ["leaders_duties"]),
        ("Quá trình hình thành và phát triển", ["history"]),
        ("Các mốc lịch sử thành lập và phát triển", ["history"]),
        ("LỊCH SỬ & TRUYỀN THỐNG", ["history"]),
        ("Danh bạ", ["staff_directory"]),
        ("Danh sách CB - GV - NV", ["staff_directory"]),
        ("Tin tức - Sự kiện", ["news"]),
        ("Hoạt động", ["news"]),
        ("Thông báo", ["news"]),
        ("Văn bản - Công văn", ["documents"]),
        ("Văn bản sở GD & ĐT", ["documents"]),
        ("Tra cứu văn bản", ["documents"]),
        ("Van bản pháp luật", ["documents"]),
        ("Thủ tục hành chính", ["procedures"]),
        ("Cải cách HC – Thủ tục HC", ["procedures"]),
        ("Quy trình làm hồ sơ chuyển trường đi", ["procedures"]),
        ("Thủ tục - Biểu mẫu", ["procedures", "forms"]),
        ("Dịch vụ công trực tuyến", ["online_services"]),
        ("DVC mức độ 3, 4", ["online_services"]),
        ("Biểu mẫu", ["forms"]),
        ("Mẫu đơn xin chuyển trường", ["forms"]),
        ("Phổ biến - GD pháp luật", ["law_dissemination"]),
        ("Góc tuyên truyền", ["law_dissemination"]),
        ("Công tác pháp chế", ["law_dissemination"]),
        ("Niêm giám thống kê", ["yearbook"]),
        ("Kho học liệu", ["own_resources"]),
        ("Bài giảng Elearning", ["own_resources"]),
        ("Đề thi - Đáp án", ["own_resources"]),
        ("Tra cứu điểm thi", ["exam_results"]),
        ("Bảng điểm", ["exam_results"]),
        ("Dự án, hạng mục đầu tư, đấu thầu, mua sắm công", ["procurement"]),
        ("Công khai đấu thầu", ["procurement"]),
        ("Công khai", ["disclosure"]),
        ("Quy chế 3 Công Khai", ["disclosure"]),
        ("Công khai 2025-2026", ["disclosure"]),
        ("Công khai Chất lượng Giáo Dục", ["disclosure_actual_quality"]),
        ("Các điều kiện đảm bảo chất lượng", ["disclosure_conditions"]),
        ("Công khai tài chính Quí 1", ["disclosure_finance"]),
        ("Văn bản công khai thu chi", ["disclosure_finance"]),
        (
            "Kế hoạch và kết quả hoạt động chăm sóc giáo dục",
            ["disclosure_commitment", "disclosure_actual_quality"],
        ),
        ("Báo cáo thường niên năm 2024", ["annual_report"]),
        ("Hộp thư góp ý", ["feedback"]),
        ("Liên hệ - Góp ý", ["feedback", "contact"]),
        ("Liên hệ", ["contact"]),
        ("Video Clip", ["video"]),
        ("Truyền hình giáo dục", ["video"]),
        ("Người phát ngôn", ["spokesperson"]),
        ("Ban Biên tập", ["editorial_board"]),
        ("Lựa chọn website liên kết", ["links"]),
        ("Từ khóa tìm kiếm...", ["search"]),
        ("Sơ đồ site", ["site_map"]),
        # the same without accents, with one slip, doubled
        ("CO CAU TO CHUC", ["organisation_chart"]),
        ("Bài gảing điện tử", []),
        ("Bài giang điện tử", ["own_resources"]),
        ("Bài giảng điện tửi", ["own_resources"]),
        ("Thủ tục hành chín", ["procedures"]),
        # look-alikes
        ("Lịch sử", []),
        ("Lịch sử – Địa lí", []),
        ("Môn Lịch sử", []),
        ("Di tích lịch sử địa phương", []),
        ("Thống kê truy cập", []),
        ("Thống kê", []),
        ("Tổ Hành chính - Văn phòng", ["departments"]),
        ("Kế hoạch cải cách hành chính năm 2021", []),
        ("Báo chí", []),
        ("Báo chí viết về khuyến học", []),
        ("Chính sách bảo mật", ["privacy"]),
        ("Thang điểm thi đua", []),
        ("Thi - Kiểm tra", []),
        ("Báo giá website", []),
        ("Dạy học theo dự án", []),
        ("Kế hoạch", []),
        ("Thời khóa biểu", []),
        ("Tuyển sinh", []),
        ("Thư viện ảnh", []),
        ("Tin học", []),
        ("Hệ thống Quản lý văn bản", []),
        ("Thăm dò ý kiến", []),
        ("Công khai tài chính công đoàn", []),
        ("Sổ liên lạc", []),
        ("Sổ liên lạc điện tử", []),
        ("Sinh hoạt tổ chuyên môn tháng 10", []),
        ("Quản trị website", ["login"]),
        # sentences announce nothing
        (
            "Hội nghị trực tuyến triển khai Cổng dịch vụ công quốc gia cho cán bộ, giáo viên toàn trường năm nay",
            [],
        ),
    ],
)
def test_labels_mean_their_topics(vocabulary: Vocabulary, label: str, topics: list[str]) -> None:
    assert list(vocabulary.topics_of_label(label)) == topics


@pytest.mark.parametrize(
    ("title", "topics"),
    [
        ("THCS Kim Ngân - Công khai theo Thông tư 09/2024 năm học 2024-2025", ["disclosure"]),
        ("Công khai chất lượng giáo dục 2021", ["disclosure_actual_quality"]),
        ("Công khai quyết toán Quí 2.2020", ["disclosure_finance"]),
        ("Quyết toán thu học phí năm học 2019 - 2020", ["disclosure_finance"]),
        ("Báo cáo thường niên năm 2024 của trường", ["annual_report"]),
        ("Quyết định thành lập Ban Biên tập trang thông tin điện tử", ["editorial_board"]),
        ("Quyết định phân công người phát ngôn của nhà trường", ["spokesperson"]),
        ("Kế hoạch tuyên truyền luật An toàn giao thông", ["law_dissemination"]),
        ("Thư mời báo giá thiết bị dạy học tối thiểu lớp 5", ["procurement"]),
        ("Đơn xin xét tuyển đợt 2", ["forms"]),
        ("Kỷ niệm 40 năm xây dựng và trưởng thành của nhà trường", ["history"]),
        ("Thống kê số học sinh đăng ký dự tuyển vào lớp 10", []),
        ("Hội thi giáo viên dạy giỏi cấp trường", []),
        ("Lễ khai giảng năm học mới 2025-2026", []),
        ("Học sinh tham quan di tích lịch sử Địa đạo", []),
    ],
)
def test_titles_wholly_on_a_topic(vocabulary: Vocabulary, title: str, topics: list[str]) -> None:
    assert list(vocabulary.topics_of_title(title)) == topics


@pytest.mark.parametrize(
    ("address", "topics"),
    [
        ("/gioi-thieu/lich-su-hinh-thanh-c123.html", ["introduction", "history"]),
        ("/cong-khai/c/113030", ["disclosure"]),
        ("/hoi-ap", ["feedback"]),
        ("/du-an-hang-muc-au-tu-au-thau-mua-sam-cong", ["procurement"]),
        ("/index.html?page=search", ["search"]),
        ("/co-cau-to-chuc/cctc/0", ["organisation_chart"]),
        ("/tin-tuc/hoc-sinh-lam-thu-tuc-hanh-chinh-nhanh-ct99.html", ["news"]),
        ("/", []),
        ("", []),
    ],
)
def test_addresses_hint_at_topics(vocabulary: Vocabulary, address: str, topics: list[str]) -> None:
    assert list(vocabulary.topics_of_address(address)) == topics


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Trường Mầm non 19/5", Kind.MN),
        ("Trường MN Hoa Mai", Kind.MN),
        ("Mẫu giáo Bông Sen", Kind.MN),
        ("Nhóm trẻ độc lập Mây Hồng", Kind.MN),
        ("UBND Quận 1 - Trường Mầm non Bé Ngoan", Kind.MN),
        ("Trường Tiểu học Lê Quý Đôn", Kind.TH),
        ("TH Phan Chu Trinh", Kind.TH),
        ("Trường Tiểu học Thực hành Sư phạm", Kind.TH),
        ("Trường Trung học cơ sở Bàn Cờ", Kind.THCS),
        ("THCS Bàn Cờ", Kind.THCS),
        ("Trường THPT chuyên Sao Khuê", Kind.THPT),
        ("Trường Phổ thông Năng khiếu", Kind.THPT),
        ("Trường THCS - THPT Hồng Hà", Kind.LIEN_CAP),
        ("TH&THCS Suối Bạc", Kind.LIEN_CAP),
        ("Trường Tiểu học, Trung học cơ sở và Trung học phổ thông Sao Việt", Kind.LIEN_CAP),
        ("Trường Cấp 2-3 Đức Trí", Kind.LIEN_CAP),
        ("Phòng GD&ĐT Quận 8", Kind.PHONG),
        ("Phòng Văn hóa - Xã hội phường Chợ Lớn", Kind.PHONG),
        ("UBND Phường Bình Lợi Trung", Kind.PHONG),
        ("Ủy ban nhân dân xã Cần Giờ", Kind.PHONG),
        ("Sở GD&ĐT TP.HCM", Kind.SO),
        ("Sở Giáo dục và Đào tạo Thành phố Hồ Chí Minh", Kind.SO),
        ("Trung tâm GDNN-GDTX Quận 11", Kind.GDTX),
        ("TTGDTX Chu Văn An", Kind.GDTX),
        ("Trường Chuyên biệt Tương Lai", Kind.KHAC),
        ("Trường Quốc tế Á Đông", None),
        ("", None),
    ],
)
def test_kinds_told_by_names(vocabulary: Vocabulary, name: str, kind: Kind | None) -> None:
    assert vocabulary.names.kind_of(name) == kind


@pytest.mark.parametrize(
    ("name", "core"),
    [
        ("Trường THCS Bàn Cờ", "ban co"),
        ("Trường Tiểu học, THCS và THPT Sao Việt", "sao viet"),
        ("Trường Mầm non 19/5", "19 5"),
        ("Phòng Giáo dục và Đào tạo Quận 8", "quan 8"),
        ("Trường Tiểu học Thực hành", "thuc hanh"),
        ("Trường THPT Trường Chinh", "truong chinh"),
        ("Tiểu học Trường Thạnh", "truong thanh"),
        ("Trường Mầm non tư thục Trường Sơn", "truong son"),
        ("UBND Quận 1 - Trường Mầm non Bé Ngoan", "be ngoan"),
        ("Phòng GD&ĐT Quận 3 - Trường TH Phan Chu Trinh", "phan chu trinh"),
        ("Cổng thông tin điện tử Trường THCS Long Trường", "long truong"),
        ("Trường Cấp 2-3 Đức Trí", "duc tri"),
        ("Trường THCS", "thcs"),
        ("", ""),
        ("Thép Mới", "thep moi"),
    ],
)
def test_a_unit_s_own_name(vocabulary: Vocabulary, name: str, core: str) -> None:
    assert vocabulary.names.core(name) == core


def test_hosts_by_what_they_are(vocabulary: Vocabulary) -> None:
    hosts = vocabulary.hosts
    for host in ("truong.hcm.edu.vn", "login.smas.edu.vn", "hcm.quanlytruonghoc.edu.vn", "temis.csdl.edu.vn"):
        assert hosts.management_system(host) is not None, host
        assert not hosts.is_education(host), host
    for host in (
        "thcsbanco.hcm.edu.vn",
        "moet.gov.vn",
        "edu.net.vn",
        "sgddt.hochiminhcity.gov.vn",
        "pgdquan8.hcm.edu.vn",
    ):
        assert hosts.is_education(host), host
        assert hosts.management_system(host) is None, host
    for host in ("olm.vn", "azota.vn", "hochiminhcity.gov.vn", "notsmas.edu.vn.example.com", "google.com"):
        assert hosts.management_system(host) is None, host
        assert not hosts.is_education(host), host
    assert len(hosts.ministry_sites) == 5
    assert {hosts.ministry_site(host).id for host in ("www.edu.net.vn", "dichvucong.gov.vn")} == {"edunet", "reform"}  # type: ignore[union-attr]
    assert hosts.ministry_site("moet.gov.vn") is None
    assert hosts.ministry_site("www.moet.gov.vn") is None
    for host in ("dichvucong.hochiminhcity.gov.vn", "dvc.gialai.gov.vn", "tscamau.tsdc.edu.vn"):
        assert hosts.is_service_portal(host), host
    assert not hosts.is_service_portal("thcsbanco.hcm.edu.vn")


def test_a_suffix_is_a_whole_name() -> None:
    assert under("login.SMAS.edu.vn.", ("smas.edu.vn",))
    assert not under("xsmas.edu.vn", ("smas.edu.vn",))


def test_one_ministry_host_replaces_one_site_only(vocabulary: Vocabulary) -> None:
    every = [host for site in vocabulary.hosts.ministry_sites for host in site.hosts]
    assert len(every) == len(set(every))


def test_the_longest_post_in_a_text_counts(vocabulary: Vocabulary) -> None:
    people = vocabulary.people
    for text, title in (
        ("ông Mẫu, Phó Hiệu trưởng", "Phó Hiệu trưởng"),
        ("Hiệu trưởng và Phó Hiệu trưởng", "Phó Hiệu trưởng"),
        ("Hiệu trưởng", "Hiệu trưởng"),
    ):
        post = people.position(text)
        assert post is not None
        assert words(title) in post.names
    assert people.position("Họp phụ huynh") is None


def test_titles_of_columns_have_one_meaning(vocabulary: Vocabulary) -> None:
    columns = vocabulary.documents.columns
    assert field_of(columns, "Số/Ký hiệu") == "number"
    assert field_of(columns, "Ngày ban hành:") == "issued"
    assert field_of(columns, "2. Ngày ban hành (15) »") == "issued"
    people = load_vocabulary().people.fields
    assert field_of(people, "Máy bàn/Di động") == "phone"
    assert field_of(people, "Họ tên/Email") is None
    assert field_of(columns, "Ngày đăng") == "posted"
    assert field_of(columns, "Thời khóa biểu") is None
    assert field_of(vocabulary.people.fields, "Họ và tên") == "name"
    for model in (columns, vocabulary.people.fields):
        names = type(model).model_fields
        for first in names:
            for second in names:
                if first < second:
                    assert not set(getattr(model, first)) & set(getattr(model, second)), (first, second)


def test_disclosure_forms_cover_every_level(vocabulary: Vocabulary) -> None:
    disclosure = vocabulary.documents.disclosure
    assert [form.number for form in disclosure.forms] == list(range(1, 17))
    assert {form.part for form in disclosure.forms} <= set(disclosure.parts)
    for kind in (Kind.MN, Kind.TH, Kind.THCS, Kind.THPT, Kind.GDTX):
        parts = {form.part for form in disclosure.forms if kind in form.kinds}
        assert parts == {"commitment", "actual_quality", "conditions"}, kind


@pytest.mark.parametrize(
    ("title", "number"),
    [
        ("Biểu mẫu 09", "09"),
        ("Bieu_mau_05_1a2b.pdf", "05"),
        ("BM9-1.jpg", "9"),
        ("MẪU 12", "12"),
        ("Biểu mẫu số 10 năm học 2020-2021", "10"),
        ("Mẫu 2020", None),
        ("Mầm non 12", None),
    ],
)
def test_numbers_of_disclosure_forms(vocabulary: Vocabulary, title: str, number: str | None) -> None:
    found = (one.search(words(title)) for one in vocabulary.documents.disclosure.form_patterns)
    assert next((match.group(1) for match in found if match), None) == number


def test_placeholders_are_found_however_they_are_typed(vocabulary: Vocabulary) -> None:
    for text in ("CHUYEN MUC CHUA CO BAI VIET", "Nội dung đang được cập nhật...", "Không tìm thấy Tài nguyên nào!"):
        assert any(contains_words(words(text), one) for one in vocabulary.placeholders.empty), text
    for text in ("Hãy đợi 10 giây", "Hệ thống đang từ chối truy cập của bạn"):
        assert any(contains_words(words(text), one) for one in vocabulary.placeholders.flood), text
    lively = words("Trường cập nhật lịch thi học kỳ, nội dung trọng tâm: mời phụ huynh xem thông báo")
    assert not any(contains_words(lively, one) for one in vocabulary.placeholders.empty)


def test_platforms_by_generator(vocabulary: Vocabulary) -> None:
    def known(generator: str) -> list[str]:
        return [one.name for one in vocabulary.platforms if any(p.search(generator) for p in one.generator)]

    assert known("WordPress 5.3.2") == ["WordPress"]
    assert known("NukeViet v4.0") == ["NukeViet"]
    assert known("Joomla! - Open Source Content Management") == ["Joomla"]
    assert known("quangich.com") == ["Nền tảng Quảng Ích (HCM-EDU)"]
    assert known("Microsoft FrontPage 4.0") == []
    assert known("Microsoft Visual Studio .NET 7.1") == []
    for platform in vocabulary.platforms:
        assert all(mark == mark.lower() for mark in (*platform.markup, *platform.paths)), platform.name


def test_abuse_brands_are_no_common_words(vocabulary: Vocabulary) -> None:
    innocent = words(
        "Giải bóng đá mini chào mừng ngày 20/11, câu lạc bộ cờ vua, thi đấu cờ tướng, keo dán, trò chơi dân gian, "
        "đề thi lớp 10, cả cuộc đời, đời thường, lộ đề thi, ca đó, sợi câu, nhà cải tạo, "
        "hội khỏe Phù Đổng, quay số trúng thưởng, bán trú, cá heo, gà con, bắn bi, đánh giá"
    )
    for group in vocabulary.abuse.groups.values():
        for label in (*group.brands, *group.phrases):
            assert not contains_words(innocent, label), label
        for label in group.accented:
            assert label.shown != label, f"{label} is written without accents"
    assert contains_words(words("Link vào W88 mới nhất"), "w88")


def test_labels_are_folded_and_remember_how_they_were_written(vocabulary: Vocabulary) -> None:
    label = vocabulary.topics["history"].labels[0]
    assert label == "lich su hinh thanh"
    assert isinstance(label, Label)
    assert label.shown == "Lịch sử hình thành"
    copy = pickle.loads(pickle.dumps(vocabulary))
    assert copy.topics["history"].labels[0].shown == "Lịch sử hình thành"
    assert copy.topics_of_label("Liên hệ") == ("contact",)


def test_the_hash_is_over_every_file(vocabulary: Vocabulary) -> None:
    files = packaged()
    assert read_vocabulary(files).sha256 == vocabulary.sha256
    assert read_vocabulary({**files, "charsets.yaml": b"x: 1\n"}).sha256 != vocabulary.sha256


MISTAKES = [
    pytest.param("topics.yaml", "    slugs: [lien-he,", "    slug: [lien-he,", "contact.slug", id="unknown key"),
    pytest.param("topics.yaml", "labels: [Báo cáo thường niên,", 'labels: ["…",', "không có chữ nào", id="empty label"),
    pytest.param("topics.yaml", "labels: [Báo cáo thường niên,", "labels: [2024,", "dấu nháy", id="label is a number"),
    pytest.param(
        "topics.yaml", "labels: [Báo cáo thường niên,", "labels: [Tin tức,", "«news»", id="label in two topics"
    ),
    pytest.param(
        "topics.yaml", "shared:\n", "shared:\n  - Trang vàng\n", "ít nhất hai chuyên mục", id="shared by none"
    ),
    pytest.param(
        "topics.yaml",
        "not_labels: [Kế hoạch tài chính]",
        "not_labels: [Công khai tài chính]",
        "loại trừ",
        id="label and not",
    ),
    pytest.param("hosts.yaml", "[truong.hcm.edu.vn]", "[https://truong.hcm.edu.vn]", "mẫu", id="host is an address"),
    pytest.param("hosts.yaml", "104.16.0.0/13", "104.16.0.1/13", "104.16.0.1/13", id="no network"),
    pytest.param(
        "platforms.yaml", "generator: ['WordPress'", "generator: ['Word(Press'", "chính quy", id="bad pattern"
    ),
    pytest.param("names.yaml", "kind: gdtx", "kind: gdtxx", "gdtx", id="unknown kind"),
    pytest.param("people.yaml", 'Số thứ tự, "No"', "Số thứ tự, No", "dấu nháy", id="No is a truth value"),
    pytest.param(
        "documents.yaml", "first_school_year: 2024}", "first_school_year: '2024'}", "số nguyên", id="year is text"
    ),
    pytest.param("abuse.yaml", "defaced:\n", "defaced:\ndefaced:\n", "đã có ở dòng", id="key twice"),
]


@pytest.mark.parametrize(("file", "old", "new", "said"), MISTAKES)
def test_a_mistake_is_named_with_file_and_line(file: str, old: str, new: str, said: str) -> None:
    files = packaged()
    text = files[file].decode()
    assert old in text
    files[file] = text.replace(old, new, 1).encode()
    with pytest.raises(VocabularyError) as caught:
        read_vocabulary(files)
    message = str(caught.value)
    assert message.startswith(f"checklists/vocabulary/{file}, dòng ")
    assert said in message


def test_a_missing_or_broken_file_is_named() -> None:
    files = packaged()
    with pytest.raises(VocabularyError, match=r"hosts\.yaml"):
        read_vocabulary({name: content for name, content in files.items() if name != "hosts.yaml"})
    with pytest.raises(VocabularyError, match=r"names\.yaml, dòng 2: .*UTF-8"):
        read_vocabulary({**files, "names.yaml": b"a: 1\n\xe1\xba"})


def test_labels_are_found_as_whole_words_in_the_order_of_the_text() -> None:
    labels = Labels((Label("tin tuc", "Tin tức"), Label("tin", "Tin"), Label("tuc su", "Tục sự")))
    assert labels.each_in("tin tuc su kien tin") == ["tin tuc", "tin", "tuc su", "tin"]
    assert labels.first_in("ban tin tuc moi") == "tin tuc"
    assert labels.first_in("tinh tuc") is None
    assert labels.stand_in("ban tin")
    assert not labels.stand_in("ban tinh")
    assert Labels().first_in("tin") is None


def test_the_lines_that_hold_labels_are_found_in_one_pass_and_no_label_runs_over_two_lines() -> None:
    labels = Labels((Label("tin tuc"), Label("tin"), Label("van ban")))
    lines = ["tin", "", "van ban tin tuc", "ban tin va van", "ban", "tinh tuc", "van ban"]
    assert labels.lines_with(lines) == {at for at, line in enumerate(lines) if labels.stand_in(line)} == {0, 2, 3, 6}
    assert labels.lines_with([]) == Labels().lines_with(lines) == frozenset()
    overlapping = Labels((Label("hop bao"), Label("bao chi"), Label("tin")))
    lines = ["hop", "bao chi", "", "bao", "chi tin", "tinh hop baochi", "tin hop bao chi tin", "tin"]
    assert overlapping.lines_with(lines) == {1, 4, 6, 7}
