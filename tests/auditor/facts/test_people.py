"""Names are told from other capitalised words, and quotes are kept from spreading people's numbers."""

from __future__ import annotations

import pytest

from auditor.facts.people import PHONE, email_in, masked, person_name, phone_in
from auditor.vocabulary import load_vocabulary


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Nguyễn Văn Nam", "Nguyễn Văn Nam"),
        ("1. Thầy Lê Minh Hiếu", "Lê Minh Hiếu"),
        ("ThS. Trần Thị Tín", "Trần Thị Tín"),
        ("TRƯƠNG THỊ HỘI", "TRƯƠNG THỊ HỘI"),
        ("Cô Hoa Mai", "Hoa Mai"),
        ("Nguyen Van Ba", "Nguyen Van Ba"),
        ("Trường Trung học", ""),
        ("Tin Tức Mới", ""),
        ("Hà Nội", ""),
        ("Hồ Chí Minh", ""),
        ("Hiệu trưởng", ""),
        ("Phó Hiệu trưởng", ""),
        ("nguyễn văn nam", ""),
        ("Nguyễn", ""),
        ("Lê Văn Tám thăm trường hôm nay", ""),
    ],
)
def test_person_name(text: str, name: str) -> None:
    assert person_name(text, load_vocabulary()) == name


def test_a_column_of_names_takes_any_name() -> None:
    assert person_name("Sùng A Páo", load_vocabulary(), sure=True) == "Sùng A Páo"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ĐT: 0903 123 456.", "ĐT: 090• ••• •56."),
        ("0903.123.456", "090•.•••.•56"),
        ("(028) 3855 1234", "(028) •••• ••34"),
        ("+84 903 123 456", "+84 9•• ••• •56"),
        ("binh.le@thcsmau.edu.vn", "b•••@thcsmau.edu.vn"),
        ("Quyết định số 12/QĐ-BMX ngày 20/08/2026", "Quyết định số 12/QĐ-BMX ngày 20/08/2026"),
    ],
)
def test_masked(text: str, shown: str) -> None:
    assert masked(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "ĐT: 0903 123 456.",
        "(028) 3855 1234",
        "(028)  –  3855 – 1234",
        "+84 (0) 903.123.456",
        "0084-28-3855-1234",
        "0 28 38551234",
        "2024 - 2025",
        "Số 12/QĐ ngày 20/08/2026",
    ],
)
def test_a_telephone_is_told_as_its_pattern_tells_it(text: str) -> None:
    assert (found := PHONE.search(text)) is None or phone_in(text) is not None
    assert found is not None or phone_in(text) is None


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("a@b.edu.vn", True),
        ("[email protected]", True),
        ("mau (at) hcm.edu.vn", True),
        ("vanthu at mau DOT edu dot vn", True),
        ("họp lúc 9h @ sân trường", False),
    ],
)
def test_email_in(text: str, there: bool) -> None:
    assert email_in(text) is there
