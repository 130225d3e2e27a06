"""Addresses: what is fetched, what counts as one page, what belongs to a portal."""

from __future__ import annotations

import pytest

from auditor.urls import Scope, absolute, extension, file_name, host_of, key

BASE = "http://thcsmau.hcm.edu.vn/tin-tuc/trang.html"


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("/gioi-thieu", "http://thcsmau.hcm.edu.vn/gioi-thieu"),
        ("bai-1.html", "http://thcsmau.hcm.edu.vn/tin-tuc/bai-1.html"),
        ("../a", "http://thcsmau.hcm.edu.vn/a"),
        ("//khac.edu.vn", "http://khac.edu.vn/"),
        ("https://KHAC.edu.vn:443/a#b", "https://khac.edu.vn/a"),
        ("http://user:pass@thcsmau.hcm.edu.vn/", "http://thcsmau.hcm.edu.vn/"),
        ("văn bản.aspx?id=1&x=ă", "http://thcsmau.hcm.edu.vn/tin-tuc/v%C4%83n%20b%E1%BA%A3n.aspx?id=1&x=%C4%83"),
        ("?page=2", "http://thcsmau.hcm.edu.vn/tin-tuc/trang.html?page=2"),
        (" /a\nb ", "http://thcsmau.hcm.edu.vn/ab"),
        ("javascript:void(0)", None),
        ("mailto:a@b.vn", None),
        ("tel:0283", None),
        ("http://[::1", None),
        ("http://a.vn:99999/", None),
        ("", None),
        ("x" * 3000, None),
    ],
)
def test_absolute(href: str, expected: str | None) -> None:
    assert absolute(href, BASE) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://a.vn", "https://www.a.vn/"),
        ("http://a.vn/x/", "http://a.vn/x"),
        ("http://a.vn/x?b=1&a=2", "http://a.vn/x?a=2&b=1"),
        ("http://a.vn/x;jsessionid=12AB", "http://a.vn/x"),
        ("http://a.vn/x?PHPSESSID=1&id=2&utm_source=f", "http://a.vn/x?id=2"),
        ("http://a.vn/(S(abcdefghijklmnopqrst123))/x", "http://a.vn/x"),
        ("http://a.vn:80/%C4%83", "http://a.vn/ă"),
    ],
)
def test_one_page_under_two_addresses(one: str, other: str) -> None:
    assert key(one) == key(other)


def test_different_pages_stay_apart() -> None:
    assert key("http://a.vn/x?id=1") != key("http://a.vn/x?id=2")
    assert key("http://a.vn/X") != key("http://a.vn/x")
    assert key("http://a.vn:8080/") != key("http://a.vn/")


@pytest.mark.parametrize(
    ("home", "inside", "outside"),
    [
        ("http://www.a.edu.vn/", "https://a.edu.vn/x", "http://b.a.edu.vn/"),
        ("http://a.edu.vn/index.html", "http://a.edu.vn/khac/", "http://a.edu.vn:8080/"),
        ("http://a.edu.vn/homegd12", "http://a.edu.vn/tin", "http://c.edu.vn/"),
        ("http://hcm.edu.vn/thpt-mau", "http://hcm.edu.vn/thpt-mau/tin-c1.aspx", "http://hcm.edu.vn/thpt-khac/"),
        ("http://a.vn/truong/index.php", "http://a.vn/truong/x", "http://a.vn/khac"),
    ],
)
def test_scope(home: str, inside: str, outside: str) -> None:
    scope = Scope.of(home)
    assert scope.contains(home)
    assert scope.contains(inside)
    assert not scope.contains(outside)


def test_a_path_is_not_a_prefix_of_a_longer_name() -> None:
    assert not Scope.of("http://hcm.edu.vn/thpt-mau").contains("http://hcm.edu.vn/thpt-mau-2/x")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://a.vn/b/Cong%20khai.PDF", "pdf"),
        ("http://a.vn/ViewFilePdf?urlpdf=/x/y.pdf", "pdf"),
        ("http://a.vn/tin.1.2", ""),
        ("http://a.vn/trang.html", ""),
    ],
)
def test_extension(url: str, expected: str) -> None:
    assert extension(url) == expected


def test_names() -> None:
    assert file_name("http://a.vn/x/Bi%E1%BB%83u%20m%E1%BA%ABu.pdf") == "Biểu mẫu.pdf"
    assert host_of("https://WWW.A.vn:8443/x") == "a.vn"
