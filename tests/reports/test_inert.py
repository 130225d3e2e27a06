"""Text and addresses from outside cannot act, hide or overflow."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.inert import CUT_MARK, inert_text, shown_address, web_address


@pytest.mark.parametrize(
    ("given_text", "shown"),
    [
        ("a\x00b\x08c\x0b\x1f\x7f\x85\ufffe\uffff\ud800d", "abcd"),
        ("\u202eexe.png\u2066", "exe.png"),
        ("\t=1+1", "=1+1"),
        ("một\r\nhai\rba\n\n\nbốn", "một\nhai\nba\nbốn"),
        ("Nguyễn\u00a0Thị", "Nguyễn\u00a0Thị"),
        ("Nguye\u0302\u0303n", "Nguyễn"),
        ("  hai   dấu  cách ", "hai dấu cách"),
        (None, ""),
        (5, "5"),
    ],
)
def test_what_cannot_be_seen_is_dropped(given_text: object, shown: str) -> None:
    assert inert_text(given_text, 100) == shown


def test_long_text_is_cut_with_a_mark() -> None:
    cut = inert_text("chữ " * 20_000, 300)
    assert len(cut) <= 300
    assert cut.endswith(CUT_MARK)
    assert inert_text("x" * 300, 300) == "x" * 300
    assert inert_text("\x00" * 5_000 + "x" * 300, 300).endswith(CUT_MARK)


@given(st.text(st.characters(codec=None), max_size=400), st.integers(20, 200))
def test_any_text_comes_out_encodable_and_short(text: str, limit: int) -> None:
    shown = inert_text(text, limit)
    shown.encode("utf-8")
    assert len(shown) <= limit
    assert not re.search("[\x00-\x09\x0b-\x1f\u202a-\u202e\ufffe\uffff]", shown)


@pytest.mark.parametrize(
    ("given_address", "link"),
    [
        ('https://truong.hcm.edu.vn/a b?q="x"', "https://truong.hcm.edu.vn/a%20b?q=%22x%22"),
        ("https://truong.hcm.edu.vn/tìm?q=%zz#a#b", "https://truong.hcm.edu.vn/t%C3%ACm?q=%25zz#a%23b"),
        ("http://trường.vn/", "http://xn--trng-rib8295b.vn/"),
        ("http://[2001:db8::1]:8080/", "http://[2001:db8::1]:8080/"),
        ("http://a.example/<script>", "http://a.example/%3Cscript%3E"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("file:///etc/passwd", None),
        ("ftp://a.example/", None),
        ("//a.example/", None),
        ("http://user:secret@a.example/", None),
        ("http://[broken/", None),
        ("http://a.example:99999999/", None),
        ("http:///khong-co-may-chu", None),
        ("java\nscript:alert(1)", None),
        ("http://a.example/\u202egnp", None),
        ("http://a b.example/", None),
        ("http://a.example/" + "a" * 3_000, None),
        (None, None),
        (7, None),
    ],
)
def test_only_plain_web_addresses_become_links(given_address: object, link: str | None) -> None:
    assert web_address(given_address) == link


@given(st.text(st.characters(codec=None), max_size=60))
def test_a_link_holds_nothing_that_ends_an_attribute(text: str) -> None:
    link = web_address("http://a.example/" + text)
    assert link is None or re.fullmatch(r"http://a\.example[!#$%&'()*+,/:;=?@A-Za-z0-9._~-]*", link)


def test_credentials_are_not_shown() -> None:
    assert shown_address("http://user:secret@a.example/x@y") == "http://a.example/x@y"
