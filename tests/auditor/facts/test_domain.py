"""Domain names against unit names, on real pairs of the city's schools (item 2.2)."""

from __future__ import annotations

import pytest

from auditor.facts.domain import Form, judge_domain
from auditor.model import Kind
from auditor.vocabulary import load_vocabulary

CITY = "hcm"

RIGHT = [
    ("Trường Tiểu học Phan Chu Trinh", "thphanchutrinhgovap.hcm.edu.vn"),
    ("Trường THCS Nguyễn Thái Bình", "thcsnguyenthaibinhq6.hcm.edu.vn"),
    ("Trường Mẫu giáo Bông Sen", "mgbongsen.hcm.edu.vn"),
    ("Trường Mầm non Thiết Mộc Lan", "thietmoclanbta.hcm.edu.vn"),
    ("Trường Mầm non 8 Quận 5", "mn8q5.hcm.edu.vn"),
    ("Trường Mầm non 8", "mn8q5.hcm.edu.vn"),
    ("Trường Mầm non Hoàng Yến", "mnhoangyenq5.hcm.edu.vn"),
    ("Trường Tiểu học Chương Dương", "thchuongduongq5.hcm.edu.vn"),
    ("Trường Tiểu học Lê Văn Thọ", "thlevanthogv.hcm.edu.vn"),
    ("Trường Tiểu học Đặng Thùy Trâm", "thdangthuytram-anhoitay.hcm.edu.vn"),
    ("Trường Mầm non 19/5", "mn19thang5q2.hcm.edu.vn"),
    ("Trường Mầm non An Khánh", "mnankhanhtd.hcm.edu.vn"),
    ("Trường THCS An Phú", "thcsanphuq2.hcm.edu.vn"),
    ("Trường Tiểu học An Phú", "tieuhocanphu.hcm.edu.vn"),
    ("Trường Mầm non Dạ Lý Hương", "mndalyhuong-phanhieu.hcm.edu.vn"),
    ("Trường Mầm non Hoa Trà My 3", "hoatramy3q8.hcm.edu.vn"),
    ("Trường Mầm non Trúc Đào", "trucdaobta.hcm.edu.vn"),
    ("Trường Mầm non 1 tháng 6", "1thang6bta.hcm.edu.vn"),
    ("Trường Tiểu học An Lạc 1", "thanlac1.hcm.edu.vn"),
    ("Trường Tiểu học Đinh Công Tráng", "thdinhcongtrangbt.hcm.edu.vn"),
    ("Trường THCS Bình Trị Đông B", "thcsbinhtridongbbt.hcm.edu.vn"),
    ("Trường Mầm non 1", "mn1q3.hcm.edu.vn"),
    ("Trường THCS Bàn Cờ", "thcsbanco.hcm.edu.vn"),
    ("Trường THCS Colette", "thcscolette.hcm.edu.vn"),
    ("Trường Mầm non 10A", "mn10atanbinh.hcm.edu.vn"),
    ("Trường Trung học cơ sở Vũng Tàu", "thcsvungtau.hcm.edu.vn"),
    ("Trường Tiểu học - Trung học cơ sở Trịnh Thị Dối", "th-thcstrinhthidoi.hcm.edu.vn"),
    ("Trường THCS và THPT Thạnh An", "thcs-thptthanhan.hcm.edu.vn"),
    ("Trường Trung học phổ thông Bùi Thị Xuân", "thptbuithixuan.hcm.edu.vn"),
    ("Trường THPT Giồng Ông Tố", "thptgiongongto.hcm.edu.vn"),
    ("Trường THPT Marie Curie", "thptmariecurie.hcm.edu.vn"),
    ("Phòng Giáo dục và Đào tạo Quận 8", "pgdquan8.hcm.edu.vn"),
    ("Phòng GD&ĐT Quận 6", "pgdquan6.hcm.edu.vn"),
    ("UBND Phường Bến Thành", "phuongbenthanh.hcm.edu.vn"),
    ("Ủy ban nhân dân xã Cần Giờ", "xacangio.hcm.edu.vn"),
    ("Trung tâm GDNN - GDTX Quận 11", "ttgdtxq11.hcm.edu.vn"),
    ("Trường Tiểu học Rạng Đông (cơ sở 2)", "thrangdong.hcm.edu.vn"),
]


@pytest.mark.parametrize(("name", "host"), RIGHT)
def test_right_names(name: str, host: str) -> None:
    vocabulary = load_vocabulary()
    kind = vocabulary.names.kind_of(name) or Kind.KHAC
    assert judge_domain(f"http://www.{host}/", name, kind, CITY, vocabulary).form is Form.RIGHT


@pytest.mark.parametrize(
    ("name", "url", "form"),
    [
        ("Trường Mầm non Lê Quang Định", "http://mn11bbinhthanh.hcm.edu.vn/", Form.NOT_SPELLED),
        ("Trường THCS Trung Mỹ Tây 1", "http://thcshahuytaphm.hcm.edu.vn/", Form.NOT_SPELLED),
        ("Trường THPT Lương Thế Trân", "http://ltt.hcm.edu.vn/", Form.NOT_SPELLED),
        ("Trường THPT Lương Thế Trân", "http://thptltt.hcm.edu.vn/", Form.NOT_SPELLED),
        ("Trường Mầm non 1", "http://mn11q3.hcm.edu.vn/", Form.NOT_SPELLED),
        ("Trường Mầm non 8", "http://mn18q5.hcm.edu.vn/", Form.NOT_SPELLED),
        ("Trường THPT Nguyễn Hiền", "https://www.hcm.edu.vn/thpt-nguyen-hien/tin-c1.aspx", Form.DEPARTMENT_PATH),
        ("Trường THPT Lê Minh Xuân", "http://thptleminhxuan.edu.vn/", Form.NO_CITY),
        ("Trường THPT Võ Trường Toản", "http://votruongtoanq12hcm.edu.vn/", Form.NO_CITY),
        ("Trường Tiểu học Gia Thụy", "http://thgiathuy.longbien.edu.vn/", Form.NO_CITY),
        ("Trường THCS và THPT Hồng Hà", "http://thpthongha.com/", Form.OTHER),
        ("Phòng GD&ĐT Quận 8", "http://pgdquan8.hochiminhcity.gov.vn/", Form.STATE),
        ("Trường Mầm non Mẫu", "http://mamnonmau.blogspot.com/", Form.FREE_HOST),
        ("Trường Mầm non Mẫu", "https://sites.google.com/view/mamnonmau", Form.FREE_HOST),
        ("Trường Mầm non Mẫu", "http://203.0.113.7/", Form.ADDRESS),
        ("Trường Mầm non Mẫu", "http://hcm.edu.vn.example.com/", Form.OTHER),
        ("Trường THPT Mẫu Hoa", "http://thptmauhoahcm.edu.vn.com/", Form.OTHER),
    ],
)
def test_names_that_are_not_right(name: str, url: str, form: Form) -> None:
    vocabulary = load_vocabulary()
    kind = vocabulary.names.kind_of(name) or Kind.KHAC
    assert judge_domain(url, name, kind, CITY, vocabulary).form is form


def test_the_department_is_right_at_the_citys_own_name() -> None:
    vocabulary = load_vocabulary()
    name = "Sở Giáo dục và Đào tạo Thành phố Hồ Chí Minh"
    assert judge_domain("http://hcm.edu.vn/", name, Kind.SO, CITY, vocabulary).form is Form.RIGHT


def test_another_city_sets_its_own_label() -> None:
    vocabulary = load_vocabulary()
    found = judge_domain("http://thmau.danang.edu.vn/", "Trường Tiểu học Mẫu", Kind.TH, "danang", vocabulary)
    assert found.form is Form.RIGHT
