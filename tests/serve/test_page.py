"""The web page in a real browser: a check started, watched and read, with the verdicts of every other way to judge."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from auditor.register import read_register
from spiders import samples
from tests import browser as real_browser

ROOT = Path(__file__).resolve().parent.parent.parent
UNIT = next(unit for unit in read_register(samples.register_path()).units if unit.id == "thcs-ben-do-xua")
AS_OF = f"--as-of={samples.AS_OF}"


@dataclass(frozen=True, slots=True)
class Served:
    """A running web page: its address, where its results lie, and the configuration that leads to the samples."""

    url: str
    folder: Path
    config: Path

    def results(self) -> list[Any]:
        """The units that were judged for it."""
        found = sorted(self.folder.glob("auditor-*/*/results.json"))
        return [json.loads(path.read_text(encoding="utf-8"))["units"][0] for path in found]

    def send(self, address: str, **headers: str) -> httpx.Response:
        """Sends the form with an address."""
        headers = {"origin": self.url.rstrip("/"), **headers}
        return httpx.post(self.url, data={"dia-chi": address}, headers=headers, timeout=30)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("serve")
    with samples.serve() as portals:
        config = folder / "config.yaml"
        config.write_text(
            f"network:\n  proxy: {portals.proxy_url}\ncrawl:\n  delay_seconds: 0.1\n  address_delay_seconds: 0\n",
            encoding="utf-8",
        )
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "TMPDIR": str(folder)}
        arguments = ["serve", "--port", "0", "--config", str(config), AS_OF]
        with subprocess.Popen(
            [sys.executable, "-m", "cli", *arguments], cwd=folder, env=environment, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            told = process.stdout.readline()
            found = re.search(r"http://\S+", told)
            assert found, told
            try:
                yield Served(found[0], folder, config)
            finally:
                process.send_signal(signal.SIGINT)
                assert process.wait(timeout=60) in (0, 130)
    assert not list(folder.glob("auditor-*"))  # nothing is left behind


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    executable = real_browser.find()
    assert executable, "no Chromium, Chrome or Edge on this machine (see tests/browser.py)"
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


def _fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


@pytest.fixture(scope="module")
def watched(browser: Browser, served: Served) -> str:
    """The address of a check that was started and watched to its end by a browser without scripts and one with."""
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(served.url)
    plain.fill("#dia-chi", str(UNIT.url))
    plain.fill("#ten", UNIT.name)
    plain.get_by_role("button", name="Kiểm tra").click()
    plain.wait_for_url("**/kiem-tra/*")
    small = browser.new_context(viewport={"width": 390, "height": 800})
    page = small.new_page()
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    page.goto(served.url)
    assert _fits(page)
    page.goto(plain.url)
    assert page.get_by_role("status").inner_text().startswith("Đang")
    assert _fits(page)
    for one in (page, plain):
        one.get_by_role("heading", name="Nên sửa trước").wait_for(timeout=180_000)
    assert _fits(page)
    assert told == []
    url = plain.url
    context.close()
    small.close()
    return url


def test_a_headmaster_reads_the_result_of_a_check(browser: Browser, served: Served, watched: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(watched)
    assert page.locator("h1").inner_text() == UNIT.name
    (unit,) = served.results()
    shown = page.locator(".big").inner_text()
    assert shown.startswith(f"{unit['total']['points']:g}".replace(".", ","))
    page.get_by_role("link", name="Xem bảng điểm đầy đủ").click()
    page.wait_for_url("**/units/phieu.html")
    assert page.locator("h1").inner_text() == UNIT.name
    page.get_by_role("link", name="Danh sách đơn vị").click()
    page.get_by_role("heading", name="Nên sửa trước").wait_for()
    with page.expect_download() as download:
        page.get_by_role("link", name="Tải bảng Excel").click()
    assert download.value.suggested_filename == "scorecard.xlsx"
    assert download.value.path().read_bytes().startswith(b"PK")
    context.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_to_mend_on_any_page(browser: Browser, served: Served, watched: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    for address in (served.url, watched, f"{served.url}khong-co"):
        page.goto(address)
        assert _fits(page), address
        assert real_browser.barriers(page) == [], address
    page.goto(served.url)
    page.fill("#dia-chi", "127.0.0.1")
    page.keyboard.press("Enter")
    page.get_by_role("alert").wait_for()
    assert real_browser.barriers(page) == []
    page.close()


def test_audit_check_serve_and_rescore_give_the_same_verdicts(served: Served, watched: str, tmp_path: Path) -> None:
    register = tmp_path / "a.csv"
    register.write_text(f"id,name,url\n{UNIT.id},{UNIT.name},{UNIT.url}\n", encoding="utf-8")
    common = ["--quiet", "--config", str(served.config)]
    store = ["--store", f"sqlite:///{tmp_path / 'a.db'}"]
    for arguments in (
        ["audit", str(register), AS_OF, "--out", "audit", *common, *store],
        ["rescore", "latest", "--out", "rescore", *common, *store],
        ["check", str(UNIT.url), "--name", UNIT.name, AS_OF, "--out", "check", *common],
    ):
        done = subprocess.run(
            [sys.executable, "-m", "cli", *arguments],
            check=False,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
        )
        assert done.returncode == 0, done.stderr.decode()

    def of(unit: Any) -> Any:
        items = [(item["id"], item["verdict"], item["score"], item["reason"]) for item in unit["items"]]
        return unit["status"], items, unit["axes"], unit["total"]

    def stored(name: str) -> Any:
        return json.loads((tmp_path / name / "results.json").read_text(encoding="utf-8"))["units"][0]

    for unit in (stored("rescore"), stored("check"), *served.results()):
        assert of(unit) == of(stored("audit"))


HOSTILE = [
    ("", "ghi địa chỉ"),
    ("127.0.0.1", "mạng nội bộ"),
    ("http://[::1]:8000/", "mạng nội bộ"),
    ("http://0x7f.1/", "mạng nội bộ"),
    ("169.254.169.254/latest/meta-data", "mạng nội bộ"),
    ("http://may-chu.local/", "mạng nội bộ"),
    ("--config=/etc/passwd", "không phải địa chỉ web"),
    ("file:///etc/passwd", "không phải địa chỉ web"),
    ("javascript:alert(1)", "không phải địa chỉ web"),
    ("<img src=x onerror=alert(1)>", "không phải địa chỉ web"),
    ("a.vn/" + "x" * 600, "quá dài"),
]


@pytest.mark.parametrize(("address", "word"), HOSTILE, ids=[address[:20] for address, _ in HOSTILE])
def test_wrong_and_hostile_addresses_are_refused_with_a_clear_word(served: Served, address: str, word: str) -> None:
    before = len(served.results())
    answer = served.send(address)
    assert answer.status_code == 400
    told = re.search(r'role="alert".*?</div>', answer.text, re.DOTALL)
    assert told is not None
    assert word in told[0]
    assert "<img" not in answer.text
    assert "<script" not in answer.text
    assert len(served.results()) == before


def test_forms_of_other_sites_and_other_names_start_nothing(served: Served) -> None:
    assert served.send(str(UNIT.url), origin="http://evil.example").status_code == 403
    assert served.send(str(UNIT.url), host="evil.example").status_code == 403
    assert httpx.get(served.url, headers={"host": "evil.example"}).status_code == 403
    assert served.send("x" * 20_000).status_code == 413


def test_an_unknown_result_is_not_there(served: Served) -> None:
    for path in ("kiem-tra/x", "kiem-tra/..%2f..", "kiem-tra/x/units/phieu.html", "kiem-tra/x/scorecard.xlsx", "abc"):
        answer = httpx.get(served.url + path)
        assert answer.status_code == 404
        assert "Không có trang này" in answer.text


def test_a_scorecard_is_shown_as_a_page_of_no_origin(browser: Browser, watched: str) -> None:
    policy = httpx.get(f"{watched}/units/phieu.html").headers["content-security-policy"]
    assert policy.startswith("sandbox ")
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    page = browser.new_page()
    page.goto(f"{watched}/units/phieu.html")
    assert page.evaluate("self.origin") == "null"
    page.get_by_role("link", name="Biên bản").click()
    assert page.evaluate("self.origin") == "null"
    assert UNIT.name in page.locator("body").inner_text()
    page.get_by_role("link", name="Phiếu đầy đủ").click()
    assert page.locator("h1").inner_text() == UNIT.name
    page.close()


def test_a_port_in_use_is_told(served: Served, tmp_path: Path) -> None:
    port = served.url.rstrip("/").rpartition(":")[2]
    done = subprocess.run(
        [sys.executable, "-m", "cli", "serve", "--port", port],
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
    )
    assert done.returncode == 2
    assert "--port 8080" in done.stderr.decode()
