"""The sample portals: they must be whole, invented, and labelled, or the demo shows nonsense."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser

from spiders import loopback, samples

VERDICTS = {"pass", "partial", "fail", "manual", "not_applicable", "undetermined"}
UNREAD = {"th-dong-hoa-cuc", "mn-la-non", "thcs-gio-mua", "thpt-nui-may"}
# what a portal's own fault is: links that lead nowhere on purpose
DEAD = {
    "thcs-doi-gio": {"/uploads/thoi-khoa-bieu-hk1.xls", "/uploads/lich-truc.pdf", "/album/trai-he.html"},
    "thcs-cau-vong": {"/PARENT_LINK%20"},
}


def rows(name: str) -> list[dict[str, str]]:
    with (samples.SAMPLES_DIR / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


REGISTER = {row["Mã đơn vị"]: row for row in rows("register.csv") if row["Tên đơn vị"]}


@pytest.fixture(scope="module")
def server() -> Iterator[loopback.Server]:
    """All sample portals."""
    with samples.serve() as running:
        yield running


def home(unit: str) -> str:
    url = REGISTER[unit]["Website"]
    return url if "//" in url else f"http://{url}"


def visit(client: httpx.Client, start: str, limit: int = 80) -> dict[str, httpx.Response]:
    """Every internal address that can be reached by links, frames, image maps and selects, each once."""
    host, folder = urlsplit(start).hostname, urlsplit(start).path.rpartition("/")[0]
    answers: dict[str, httpx.Response] = {}
    waiting = [start]
    while waiting and len(answers) < limit:
        url = waiting.pop(0)
        key = re.sub(r"[?&](sid|thang|nam)=[^&]*", "", url)
        if key in answers:
            continue
        answer = client.get(url, follow_redirects=True)
        if "Hãy đợi" in answer.text:
            answer = client.get(url, follow_redirects=True)
        answers[key] = answer
        if "html" not in answer.headers["content-type"]:
            continue
        tree = LexborHTMLParser(answer.content.decode("utf-8", "replace"))
        base = tree.css_first("base")
        root = (base.attributes.get("href") if base else None) or str(answer.url)
        for selector, attribute in (("a, area, link", "href"), ("frame, img", "src"), ("option", "value")):
            for node in tree.css(selector):
                target = node.attributes.get(attribute) or ""
                if not re.match(r"(?i)[a-z]+:|#|$", target) or target.startswith("http"):
                    full = urljoin(root, target).partition("#")[0]
                    if urlsplit(full).hostname == host and urlsplit(full).path.startswith(folder):
                        waiting.append(full)
    return answers


@pytest.mark.parametrize("unit", sorted(set(REGISTER) - UNREAD))
def test_links_of_a_portal_lead_somewhere(server: loopback.Server, unit: str) -> None:
    with httpx.Client(proxy=server.proxy_url) as client:
        answers = visit(client, home(unit))
    dead = {
        urlsplit(url).path
        for url, answer in answers.items()
        if answer.status_code >= 400 or "Trang bạn tìm không tồn tại" in answer.text
    }
    assert dead == DEAD.get(unit, set())
    pages = [answer for answer in answers.values() if "html" in answer.headers["content-type"]]
    assert 5 <= len(pages) <= 40
    assert max(len(answer.content) for answer in pages) < 12_000


def test_units_that_cannot_be_read(server: loopback.Server) -> None:
    with httpx.Client(proxy=server.proxy_url) as client:
        assert client.get(home("th-dong-hoa-cuc")).status_code == 502
        assert client.get(home("thcs-gio-mua")).headers["location"].startswith(home("thcs-doi-gio")[:7])
        assert "Disallow: /\n" in client.get(home("thpt-nui-may") + "/robots.txt").text
    assert REGISTER["mn-la-non"]["Website"] == ""


def test_one_portal_is_in_a_legacy_code(server: loopback.Server) -> None:
    with httpx.Client(proxy=server.proxy_url) as client:
        body = client.get("http://bendoxua.edu.vn/gioithieu.html").content
    with pytest.raises(UnicodeDecodeError):
        body.decode("utf-8")
    assert b"th\xb5nh l\xcbp" in body  # "thành lập" in TCVN3


def test_every_unit_of_the_register_is_labelled_for_every_item() -> None:
    labels: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows("expected.csv"):
        labels[row["unit"]][row["item"]] += 1
        assert set(row["verdict"].split("|")) <= VERDICTS | {"*"}
    assert set(labels) == set(REGISTER)
    first = next(iter(labels.values()))
    assert len(first) == 40
    assert all(counts == first for counts in labels.values())
    assert set(first.values()) == {1}


def test_the_samples_show_every_kind_of_answer() -> None:
    seen = Counter(row["verdict"] for row in rows("expected.csv"))
    assert set(seen) >= VERDICTS
    kinds = {row["Loại hình"] for row in REGISTER.values()}
    assert {"thpt", "phong", "gdtx", "lien_cap"} <= kinds


def test_the_register_has_one_row_that_cannot_be_used() -> None:
    assert len(rows("register.csv")) == len(REGISTER) + 1


def test_no_telephone_number_could_be_somebody_s() -> None:
    for path in (samples.SAMPLES_DIR / "portals").rglob("*.html"):
        text = path.read_text(encoding="utf-8", errors="replace")
        for number in re.findall(r"\b0\d{2}[ .]\d{4}[ .]\d{4}\b|\b0\d{9,10}\b", text):
            assert re.match(r"028 ?3000", number), f"{path}: {number}"
