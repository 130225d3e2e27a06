"""Rows are as high as their texts: a row that is too low hides the end of a name from who reads or prints the sheet."""

from __future__ import annotations

import pytest

from reports import text_lines


@pytest.mark.parametrize(
    ("text", "width", "count"),
    [
        ("", 14, 1),
        ("Mầm non", 14, 1),
        ("Phường Bình Đông", 14, 2),  # 16 letters, broken before its last word
        ("Phường Phú Định", 13, 2),
        ("một\nhai\n\nbốn", 14, 4),
        ("MMMMMMMMMMMMMMMM", 14, 3),
        ("iiiiiiiiiiiiiiii", 14, 1),
        ("x" * 100, 10, 11),
    ],
)
def test_texts_break_at_blanks_and_by_the_width_of_their_letters(text: str, width: float, count: int) -> None:
    space = text_lines.room(width)
    assert text_lines.lines(text, space) == count
    assert not text_lines.surely_one(text, space) or count == 1


def test_signs_over_letters_take_no_room() -> None:
    space = text_lines.room(20)
    assert text_lines.lines("Nguyễn Thị Ưu Đàm " * 9, space) == text_lines.lines("Nguyen Thi Uu Đam " * 9, space)


def test_a_text_counted_as_short_is_one_line_whatever_its_letters() -> None:
    space = text_lines.room(10)
    for letter in "MW@…Đ":
        length = next(size for size in range(60, 0, -1) if text_lines.surely_one(letter * size, space))
        assert text_lines.lines(letter * length, space) == 1
