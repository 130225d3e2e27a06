"""Labels compare equal however they were typed."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.text import clean, contains_words, excerpt, fold, has_accents, words


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Số/Ký hiệu", "so ky hieu"),
        ("CÔNG KHAI", "cong khai"),
        ("Đường dây nóng", "duong day nong"),
        (unicodedata.normalize("NFD", "Thủ tục hành chính"), "thu tuc hanh chinh"),
        ("TRƢỜNG THCS", "truong thcs"),
        ("  Tin\xa0tức – Sự kiện >> ", "tin tuc su kien"),
        ("", ""),
    ],
)
def test_words(written: str, folded: str) -> None:
    assert words(written) == folded


@given(st.text())
def test_fold_keeps_offsets(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    assert len(fold(text)) == len(composed)


def test_contains_words_respects_word_borders() -> None:
    assert contains_words("bao cao cong khai tai chinh", "cong khai")
    assert not contains_words("bao cao cong khaitai", "cong khai")


def test_accents() -> None:
    assert has_accents("đào tạo")
    assert not has_accents("dao tao")


def test_excerpt_marks_cuts() -> None:
    text = "một hai ba bốn năm sáu bảy tám chín mười"
    assert excerpt(text, text.find("năm"), text.find("năm") + 3, around=8) == "…ba bốn năm sáu…"


def test_clean_folds_white_space() -> None:
    assert clean(" a\n\t b\u00a0c ") == "a b c"


@given(st.text(alphabet="aâấăđơƯỳZ09 \n\t\xa0.,/–“_-"))
def test_a_letter_that_is_not_usual_changes_nothing_about_the_others(text: str) -> None:
    assert words(f"{text} 漢") == words(text)
