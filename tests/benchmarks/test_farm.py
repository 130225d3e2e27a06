"""The farm: if its pages are not alike from run to run, or cannot all be reached, speeds cannot be compared."""

from __future__ import annotations

import re
from statistics import median

import pytest

from benchmarks import farm
from spiders.loopback import Request


def get(number: int, path: str, seed: int = 1) -> bytes:
    answer = farm.farm(3, seed)(Request("GET", farm.host(number), path))
    assert answer.status == 200
    return answer.body


def test_the_same_seed_gives_the_same_pages() -> None:
    assert get(1, "/trang-7.html") == get(1, "/trang-7.html")
    assert get(1, "/trang-7.html") != get(2, "/trang-7.html")
    assert get(1, "/trang-7.html") != get(1, "/trang-7.html", seed=2)


def test_every_page_is_reached_by_links() -> None:
    found, waiting = set(), ["/"]
    sizes = []
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            body = get(0, path).decode()
            sizes.append(len(body.encode()))
            waiting += re.findall(r'<a [^>]*href="(/[^"]*)"', body)
    assert len(found) == farm.PAGES
    assert 45_000 < median(sizes) < 57_000


@pytest.mark.parametrize(
    ("host", "path", "status"),
    [(farm.host(3), "/", 502), ("khac.example", "/", 502), (farm.host(0), "/trang-60.html", 404)],
)
def test_what_is_not_on_the_farm(host: str, path: str, status: int) -> None:
    assert farm.farm(3)(Request("GET", host, path)).status == status


def test_no_mark_of_the_template_is_left() -> None:
    assert re.search(rb"@[A-Z]+\d?@", get(0, "/trang-30.html")) is None
