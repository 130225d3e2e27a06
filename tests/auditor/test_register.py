"""The register: what offices write in their spreadsheets becomes units; what cannot be used is named, never lost."""

from __future__ import annotations

import re
import struct
import time
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from auditor.model import Kind
from auditor.register import MAX_CELL, Register, RegisterError, one_unit, read_address, read_register

HEAD = ["Mã đơn vị", "Tên đơn vị", "Loại hình", "Quận/Huyện", "Website"]


def csv_of(folder: Path, text: str, *, encoding: str = "utf-8", name: str = "danh-sach.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def xlsx_of(folder: Path, *rows: Sequence[Any], name: str = "danh-sach.xlsx") -> Path:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(list(row))
    path = folder / name
    book.save(path)
    return path


def only(register: Register) -> Any:
    assert len(register.units) == 1, register
    return register.units[0]


def test_all_columns_by_their_vietnamese_titles(tmp_path: Path) -> None:
    register = read_register(
        csv_of(
            tmp_path,
            "STT,Mã đơn vị,Tên đơn vị,Loại hình,Đơn vị quản lý,Quận/Huyện,Website,Hệ thống quản lý\n"
            "1,P1,Phòng GD&ĐT Quận Ví Dụ,Phòng,,Quận Ví Dụ,pgdvidu.hcm.edu.vn,\n"
            "2,T1,Trường Tiểu học Hoa Sen,Tiểu học,Phòng GDĐT quận ví dụ,Quận Ví Dụ,thhoasen.hcm.edu.vn,csdl.vn\n",
        )
    )
    phong, school = register.units
    assert (phong.id, phong.kind, phong.row, phong.parent) == ("P1", Kind.PHONG, 2, None)
    assert school.kind is Kind.TH
    assert school.district == "Quận Ví Dụ"
    assert school.url == "http://thhoasen.hcm.edu.vn/"
    assert school.management_system == "csdl.vn"
    assert school.extra == {"STT": "2"}
    assert (register.rejected, register.source) == ((), "danh-sach.csv")


def test_parent_is_found_by_id_and_by_name_else_kept_as_written(tmp_path: Path) -> None:
    register = read_register(
        csv_of(
            tmp_path,
            "id,name,parent,url\nP1,Phòng GD&ĐT Quận Ví Dụ,,a.edu.vn\nT1,Trường Tiểu học A,P1,b.edu.vn\n"
            "T2,Trường Tiểu học B,phòng gd-đt QUẬN VÍ DỤ,c.edu.vn\nT3,Trường Tiểu học C,Phòng Khác,d.edu.vn\n"
            "T4,Trường Tiểu học D,T4,e.edu.vn\n",
        )
    )
    assert [unit.parent for unit in register.units] == [None, "P1", "P1", "Phòng Khác", None]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_csv_delimiters_and_encodings(tmp_path: Path, delimiter: str, encoding: str) -> None:
    text = "\r\n".join(delimiter.join(row) for row in (HEAD, ["A", "Trường THCS Ánh Dương", "THCS", "Q8", "a.edu.vn"]))
    unit = only(read_register(csv_of(tmp_path, text, encoding=encoding)))
    assert (unit.id, unit.name, unit.kind) == ("A", "Trường THCS Ánh Dương", Kind.THCS)


def test_windows_1258_of_old_excel(tmp_path: Path) -> None:
    # cp1258 holds most Vietnamese letters as a base letter and a tone mark of its own.
    text = "Ma;Tên đơn vi\u0323;Website\r\nA;Trươ\u0300ng THCS Nguyê\u0303n Vi\u0301 Du\u0323;a.edu.vn\r\n"
    unit = only(read_register(csv_of(tmp_path, text, encoding="cp1258")))
    assert unit.name == "Trường THCS Nguyễn Ví Dụ"


def test_a_csv_in_an_unknown_code_is_refused_with_what_to_do(tmp_path: Path) -> None:
    raw = b"id;name;url\nA;" + bytes([0xB5, 0xB8, 0xA9] * 5) + b";a.edu.vn\n"
    path = tmp_path / "cu.csv"
    path.write_bytes(raw)
    with pytest.raises(RegisterError, match=r"cu\.csv.*UTF-8.*dòng 2.*CSV UTF-8"):
        read_register(path)


def test_one_broken_letter_costs_only_its_row(tmp_path: Path) -> None:
    lines = ["id,name,url"] + [f"A{i},Trường Tiểu học Đống Đa số {i},a{i}.edu.vn" for i in range(40)]
    raw = "\n".join(lines).encode() + b"\nB,Tr\xff\xffng C,c.edu.vn\n"
    path = tmp_path / "a.csv"
    path.write_bytes(raw)
    register = read_register(path)
    assert len(register.units) == 40
    assert [(row.row, "bộ mã" in row.reason) for row in register.rejected] == [(42, True)]


def test_merged_title_rows_and_column_numbers_around_the_header(tmp_path: Path) -> None:
    path = xlsx_of(
        tmp_path,
        ["ỦY BAN NHÂN DÂN", None, None, None, None],
        ["DANH SÁCH TRANG WEB CÁC ĐƠN VỊ (tên đơn vị, website)"],
        [],
        HEAD,
        ["(1)", "(2)", "(3)", "(4)", "(5)"],
        ["A", "Trường THCS Ánh Dương", "THCS", "Quận 8", "a.edu.vn"],
    )
    unit = only(read_register(path))
    assert (unit.row, unit.id) == (6, "A")


def test_a_header_on_two_rows(tmp_path: Path) -> None:
    path = xlsx_of(
        tmp_path,
        ["Mã", "Tên đơn vị", "Liên hệ", None],
        [None, None, "Website", "Điện thoại"],
        ["A", "Trường THCS Ánh Dương", "a.edu.vn", "028 000"],
    )
    unit = only(read_register(path))
    assert (unit.row, unit.url, unit.extra) == (3, "http://a.edu.vn/", {"Điện thoại": "028 000"})


def test_the_first_sheet_with_the_columns_is_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["Hướng dẫn", "điền danh sách"])
    sheet = book.create_sheet("Đơn vị")
    sheet.append(HEAD)
    sheet.append(["A", "Trường THCS Ánh Dương", "THCS", "Quận 8", "a.edu.vn"])
    later = book.create_sheet("Cũ")
    later.append(HEAD)
    later.append(["Z", "Trường THCS Cũ", "THCS", "Quận 8", "z.edu.vn"])
    book.save(tmp_path / "a.xlsx")
    assert only(read_register(tmp_path / "a.xlsx")).id == "A"


def test_the_address_behind_a_link_counts_where_the_text_is_none(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(HEAD)
    for index, shown in enumerate(["Xem trang web", "b.edu.vn", "không có"], 1):
        sheet.append([f"A{index}", f"Trường THCS Số {index}", "THCS", "Quận 8", shown])
        sheet.cell(index + 1, 5).hyperlink = f"http://link{index}.edu.vn/"
    sheet.append(["A4", "Trường THCS Số 4", "THCS", "Quận 8", '=HYPERLINK("http://cong-thuc.edu.vn","Xem")'])
    book.save(tmp_path / "a.xlsx")
    register = read_register(tmp_path / "a.xlsx")
    assert [unit.url for unit in register.units] == [
        "http://link1.edu.vn/",
        "http://b.edu.vn/",
        None,
        "http://cong-thuc.edu.vn/",  # openpyxl leaves no value beside the formula
    ]


def test_a_link_formula_with_its_cached_text(tmp_path: Path) -> None:
    path = xlsx_of(
        tmp_path, HEAD, ["A", "Trường THCS Một", "THCS", "Q8", '=HYPERLINK("http://cong-thuc.edu.vn","Xem")']
    )
    _edit_part(
        path,
        "xl/worksheets/sheet1.xml",
        lambda xml: re.sub(r'(<c r="E2")([^>]*)>(<f>.*?</f>)<v ?(?:/>|></v>)', r'\1 t="str">\3<v>Xem</v>', xml),
    )
    assert only(read_register(path)).url == "http://cong-thuc.edu.vn/"


def test_a_formula_without_value_is_named(tmp_path: Path) -> None:
    path = xlsx_of(
        tmp_path, HEAD, ["A", "Trường THCS Một", "THCS", "Q8", "a.edu.vn"], ["B", "=A1", "THCS", "Q8", "b.edu.vn"]
    )
    register = read_register(path)
    assert [unit.id for unit in register.units] == ["A"]
    assert [(row.row, row.id) for row in register.rejected] == [(3, "B")]
    assert "công thức" in register.rejected[0].reason


def _edit_part(path: Path, part: str, change: Any) -> None:
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    before = parts[part].decode()
    parts[part] = change(before).encode()
    assert parts[part].decode() != before
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in parts.items():
            book.writestr(name, content)


def test_a_district_merged_down_counts_for_each_row(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(HEAD)
    for index in range(3):
        sheet.append(
            [f"A{index}", f"Trường THCS Số {index}", "THCS", "Quận 8" if not index else None, f"a{index}.edu.vn"]
        )
    sheet.merge_cells("D2:D3")
    book.save(tmp_path / "a.xlsx")
    assert [unit.district for unit in read_register(tmp_path / "a.xlsx").units] == ["Quận 8", "Quận 8", None]


def test_hidden_rows_are_read_and_empty_ones_passed_over(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (
        HEAD,
        ["A", "Trường THCS Một", "THCS", "Q8", "a.edu.vn"],
        [],
        ["B", "Trường THCS Hai", "THCS", "Q8", "b.edu.vn"],
    ):
        sheet.append(row)
    sheet.row_dimensions[4].hidden = True
    book.save(tmp_path / "a.xlsx")
    register = read_register(tmp_path / "a.xlsx")
    assert [unit.row for unit in register.units] == [2, 4]
    assert any("dòng ẩn" in warning.message for warning in register.warnings)


def test_numbers_of_excel_become_ids_without_decimals(tmp_path: Path) -> None:
    path = xlsx_of(tmp_path, HEAD, [79760501.0, "Trường THCS Một", "THCS", "Q8", "a.edu.vn"])
    assert only(read_register(path)).id == "79760501"


REJECTED = [
    ("X,,a.edu.vn", "thiếu tên"),
    ("X,Trường THCS Hai,http://", "không phải địa chỉ web"),
    ("X,Trường THCS Hai,c2hai@hcm.edu.vn", "thư điện tử"),
    ("X,Trường THCS Hai,javascript:alert(1)", "không phải địa chỉ web"),
    ("X,Trường THCS Hai,http://a.edu.vn:99999/", "sai cú pháp"),
    ("A,Trường THCS Hai,b.edu.vn", "đã dùng ở dòng 2"),
    (f"{'x' * 200},Trường THCS Hai,b.edu.vn", "dài hơn"),
]


@pytest.mark.parametrize(("row", "reason"), REJECTED, ids=[reason for _, reason in REJECTED])
def test_an_unusable_row_is_named_and_the_others_go_on(tmp_path: Path, row: str, reason: str) -> None:
    register = read_register(
        csv_of(tmp_path, f"id,name,url\nA,Trường THCS Một,a.edu.vn\n{row}\nC,Trường THCS Ba,c.edu.vn\n")
    )
    assert [unit.id for unit in register.units] == ["A", "C"]
    assert [rejected.row for rejected in register.rejected] == [3]
    assert reason in register.rejected[0].reason


def test_a_password_in_an_address_is_repeated_nowhere(tmp_path: Path) -> None:
    register = read_register(
        csv_of(
            tmp_path,
            "id,name,url\nA,Trường THCS Một,http://ten:matkhau@a.edu.vn/x\nB,Trường THCS Hai,http://ten:matkhau@\n"
            "C,Trường THCS Ba,http://ten:mat khau@c.edu.vn\nD,Trường THCS Bốn,http://ten:ma/tkhau@d.edu.vn/\n",
        )
    )
    assert register.units[0].url == "http://a.edu.vn/x"
    assert "matkhau" not in repr(register)
    assert "khau" not in repr(register)
    assert any("mật khẩu" in warning.message for warning in register.warnings)


def test_rows_that_are_no_units_do_not_become_units(tmp_path: Path) -> None:
    register = read_register(
        csv_of(
            tmp_path,
            "STT,Tên đơn vị,Website\nI,Khối Mầm non,\n1,Trường Mầm non Một,a.edu.vn\n2,,\n,KHỐI TIỂU HỌC,\n"
            ",Tổng cộng: 1 trường,\n,Người lập biểu,\n",
        )
    )
    assert [unit.name for unit in register.units if unit.url] == ["Trường Mầm non Một"]
    assert not any(unit.name.startswith(("Tổng", "Người", "KHỐI")) for unit in register.units)
    assert register.rejected == ()


def test_a_unit_without_website_stays_a_unit(tmp_path: Path) -> None:
    words = ["", "-", "không có", "Chưa có", "KHÔNG CÓ WEBSITE", "đang xây dựng", "n/a"]
    lines = [f"A{index},Trường THCS Số {index},{word}" for index, word in enumerate(words)]
    register = read_register(csv_of(tmp_path, "\n".join(["id,name,url", *lines])))
    assert [unit.url for unit in register.units] == [None] * len(words)


KINDS = [
    ("Trường Mầm non Hoa Hồng", "", Kind.MN),
    ("Trường Tiểu học Hoa Hồng", "", Kind.TH),
    ("Trường THCS Hoa Hồng", "", Kind.THCS),
    ("Trường THPT Hoa Hồng", "", Kind.THPT),
    ("Trường Tiểu học, THCS và THPT Hoa Hồng", "", Kind.LIEN_CAP),
    ("Trường THCS - THPT Hoa Hồng", "", Kind.LIEN_CAP),
    ("Phòng Giáo dục và Đào tạo Quận Ví Dụ", "", Kind.PHONG),
    ("Sở Giáo dục và Đào tạo Thành phố Ví Dụ", "", Kind.SO),
    ("Trung tâm GDNN - GDTX Quận Ví Dụ", "", Kind.GDTX),
    ("Trường Hoa Hồng", "tiểu học", Kind.TH),
    ("Trường Hoa Hồng", "TH-THCS", Kind.LIEN_CAP),
    ("Trường Hoa Hồng", "mn", Kind.MN),
    ("Trường THCS Hoa Hồng", "THPT", Kind.THPT),
    ("Trường THCS Hoa Hồng", "hạng sao", Kind.THCS),
    ("Nhà văn hóa Hoa Hồng", "hạng sao", Kind.KHAC),
]


@pytest.mark.parametrize(("name", "given", "kind"), KINDS)
def test_kinds_from_the_column_else_from_the_name(tmp_path: Path, name: str, given: str, kind: Kind) -> None:
    register = read_register(csv_of(tmp_path, f"id;name;kind;url\nA;{name};{given};a.edu.vn\n"))
    assert only(register).kind is kind
    assert bool(register.warnings) == (given == "hạng sao")


def test_ids_made_from_names_are_stable_and_differ(tmp_path: Path) -> None:
    text = (
        "name,district,url\nTrường Mầm non Hoa Hồng,Quận 1,a.edu.vn\nTrường Mầm non Hoa Hồng,Quận 2,b.edu.vn\n"
        "Trường Mầm non Hoa Hồng,Quận 2,c.edu.vn\nTrường Mầm non Hoa Hồng,Quận 1,a.edu.vn\n"
    )
    register = read_register(csv_of(tmp_path, text))
    assert [unit.id for unit in register.units] == [
        "truong-mam-non-hoa-hong",
        "truong-mam-non-hoa-hong-quan-2",
        "truong-mam-non-hoa-hong-quan-2-2",
    ]
    assert [row.row for row in register.rejected] == [5]  # the same unit once more
    assert read_register(csv_of(tmp_path, text)).units == register.units


def test_a_made_id_never_takes_one_that_the_register_gives(tmp_path: Path) -> None:
    register = read_register(
        csv_of(tmp_path, "id,name,url\n,Trường Mầm non A,a.edu.vn\ntruong-mam-non-a,Trường Mầm non B,b.edu.vn\n")
    )
    assert [unit.id for unit in register.units] == ["truong-mam-non-a-2", "truong-mam-non-a"]


ADDRESSES = [
    ("thcsvidu.hcm.edu.vn", "http://thcsvidu.hcm.edu.vn/"),
    ("HTTPS://WWW.ViDu.EDU.VN/Trang", "https://www.vidu.edu.vn/Trang"),
    ("http:// vidu.hcm.edu.vn", "http://vidu.hcm.edu.vn/"),
    ("http://vidu.hcm .edu.vn", "http://vidu.hcm.edu.vn/"),
    ("www. vidu.edu.vn", "http://www.vidu.edu.vn/"),
    ("a.edu.vn; b.edu.vn", "http://a.edu.vn/"),
    ("http://a.edu.vn\nhttp://b.edu.vn", "http://a.edu.vn/"),
    ("http://a.edu.vnhttp://b.edu.vn", "http://a.edu.vn/"),
    ("Website: vidu.edu.vn", "http://vidu.edu.vn/"),
    ("(vidu.edu.vn).", "http://vidu.edu.vn/"),
    ("https://trường.vn/đường", "https://xn--trng-rib8295b.vn/%C4%91%C6%B0%E1%BB%9Dng"),
    ("http//vidu.edu.vn", "http://vidu.edu.vn/"),
    ("http:/vidu.edu.vn", "http://vidu.edu.vn/"),
    ("https:\\\\vidu.edu.vn\\x", "https://vidu.edu.vn/x"),
    ("http://http://vidu.edu.vn", "http://vidu.edu.vn/"),
    ("hcm.edu.vn/ thcsvidu", "http://hcm.edu.vn/thcsvidu"),
    ("vidu.edu.vn:8080/x?y=1#z", "http://vidu.edu.vn:8080/x?y=1"),
    ("http://vidu.edu.vn:80/", "http://vidu.edu.vn/"),
    ("http://10.0.0.1/x", "http://10.0.0.1/x"),
    ("http://localhost:8000", "http://localhost:8000/"),
    ("https://vidu.edu.vn/\u200b", "https://vidu.edu.vn/"),
    ("http://t:m@vidu.edu.vn", "http://vidu.edu.vn/"),
]


@pytest.mark.parametrize(("text", "url"), ADDRESSES)
def test_addresses_as_people_write_them(text: str, url: str) -> None:
    assert read_address(text).url == url


def test_several_addresses_in_a_cell_are_told() -> None:
    assert "2 địa chỉ" in read_address("a.edu.vn, b.edu.vn").warnings[0]
    assert read_address("a.edu.vn, http://a.edu.vn/").warnings == (
        "ngoài địa chỉ web còn có chữ khác; dùng địa chỉ http://a.edu.vn/",
    )


def test_hostile_cells_lose_their_control_characters_and_their_length(tmp_path: Path) -> None:
    register = read_register(
        csv_of(tmp_path, f"id,name,url,note\nA,Trường\x07 THCS\u202e Một\x00,a.edu.vn,{'y' * 50_000}\n")
    )
    unit = only(register)
    assert unit.name == "Trường THCS Một"
    assert len(unit.extra["note"]) == MAX_CELL


def test_a_quotation_mark_that_is_never_closed_swallows_no_rows(tmp_path: Path) -> None:
    register = read_register(
        csv_of(
            tmp_path,
            'id,name,url\nA,"Trường THCS Một,a.edu.vn\nB,Trường THCS Hai,b.edu.vn\nC,Trường THCS Ba,c.edu.vn\n',
        )
    )
    assert [unit.id for unit in register.units] == ["A", "B", "C"]
    assert register.units[0].name == "Trường THCS Một"


def test_rows_keep_the_number_of_the_spreadsheet_below_a_cell_of_two_lines(tmp_path: Path) -> None:
    register = read_register(csv_of(tmp_path, 'id,name,url\nA,"Trường THCS\nMột",a.edu.vn\n\nB,,b.edu.vn\n'))
    assert only(register).name == "Trường THCS Một"
    assert [row.row for row in register.rejected] == [4]


def test_the_sep_line_of_excel_is_no_row(tmp_path: Path) -> None:
    register = read_register(csv_of(tmp_path, "sep=;\nid;name;url\nA;Trường THCS Một;a.edu.vn\n"))
    assert only(register).row == 2


UNUSABLE = [
    ("trong.csv", b"", "tệp rỗng"),
    ("a.csv", b"id,name\nA,B\n", "không tìm thấy dòng tiêu đề"),
    ("a.csv", b"id,name,url\n", "không có đơn vị nào"),
    ("a.csv", b"id,name,url\nA,,a.edu.vn\n", "dòng 2: thiếu tên"),
    ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "kiểu cũ"),
    ("a.xlsx", b"PK\x03\x04 broken", "bị hỏng"),
    ("a.xlsx", b"id,name,url\nA,B,c.edu.vn\n", "không phải tệp Excel"),
    ("a.xls", b"<html><table></table></html>", "không phải bảng tính"),
    ("a.pdf", b"%PDF-1.4", "không phải bảng tính"),
]


@pytest.mark.parametrize(("name", "content", "message"), UNUSABLE)
def test_an_unusable_register_says_what_to_do(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(RegisterError) as caught:
        read_register(path)
    assert name in str(caught.value)
    assert message in str(caught.value)


def test_a_missing_register_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(RegisterError, match="không có tệp này"):
        read_register(tmp_path / "khong-co.xlsx")
    with pytest.raises(RegisterError, match="thư mục"):
        read_register(tmp_path)


def test_an_xlsx_that_unpacks_to_gigabytes_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bom.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/workbook.xml", b"0" * 1000)
    raw = bytearray(path.read_bytes())
    at = raw.index(b"PK\x01\x02") + 24  # the unpacked size in the central directory
    raw[at : at + 4] = struct.pack("<I", 4_000_000_000)
    path.write_bytes(raw)
    with pytest.raises(RegisterError, match="quá lớn"):
        read_register(path)


def test_an_xlsx_that_is_a_zip_of_something_else(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("readme.txt", "x")
    with pytest.raises(RegisterError, match="không đọc được tệp Excel"):
        read_register(path)


def test_one_unit_for_a_school_that_checks_itself() -> None:
    unit = only(one_unit("thcsvidu.hcm.edu.vn", "Trường THCS Ví Dụ", None))
    assert (unit.id, unit.kind, unit.url) == ("thcsvidu-hcm-edu-vn", Kind.THCS, "http://thcsvidu.hcm.edu.vn/")
    assert only(one_unit("vidu.edu.vn", None, "mn")).kind is Kind.MN
    for url, kind, message in (("không có", None, "không phải địa chỉ"), ("a.edu.vn", "xyz", "--kind xyz")):
        with pytest.raises(RegisterError, match=message):
            one_unit(url, None, kind)


def test_two_units_with_one_address_are_both_audited_and_told(tmp_path: Path) -> None:
    register = read_register(
        csv_of(tmp_path, "id,name,url\nA,Trường THCS Một,http://a.edu.vn/\nB,Trường THCS Hai,https://www.a.edu.vn\n")
    )
    assert len(register.units) == 2
    assert [(warning.row, "dòng 2" in warning.message) for warning in register.warnings] == [(3, True)]


def test_words_for_nothing_in_the_id_column_are_no_id(tmp_path: Path) -> None:
    register = read_register(
        csv_of(
            tmp_path,
            "id,name,url\n-,Trường THCS Một,a.edu.vn\nchưa có,Trường THCS Hai,b.edu.vn\nx,Trường THCS Ba,c.edu.vn\n",
        )
    )
    assert [unit.id for unit in register.units] == ["truong-thcs-mot", "truong-thcs-hai", "x"]


@pytest.mark.parametrize(
    "text", ["http://" * 285, "a." * 1000, "www. " * 400, "a@" * 1000, "//" * 999 + "@", "đ" * 2000 + ".vn"]
)
def test_no_cell_keeps_the_reader_busy(text: str) -> None:
    begun = time.process_time()
    read_address(text)
    assert time.process_time() - begun < 0.5
