"""Makes the pictures of the guides (docs/pictures/*.png) from the real program on its sample portals.

`make pictures`, or `python docs/pictures.py [NAME ...]` for some of them. Needs Chromium, Chrome or Edge; the pictures
of workbooks need LibreOffice and pdftoppm, too, and stay as they are where these are missing.
"""

from __future__ import annotations

import html
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, ImageOps
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from spiders import samples  # noqa: E402
from tests import browser as real_browser  # noqa: E402

FOLDER = ROOT / "docs" / "pictures"
SCHOOL = ("thcscauvong.hcm.edu.vn", "Trường THCS Cầu Vồng")
_COLOURS = 48
_WIDTH = 860
_SHEET_WIDTH = 1400  # the letters of a printed workbook are small
_TERMINAL = (
    "<meta charset=utf-8><style>body{margin:0;background:#101820}pre{margin:0;padding:14px 18px;color:#e8edf1;"
    "font:14px/1.45 'DejaVu Sans Mono','Noto Sans Mono',monospace}b{color:#9fd0ff;font-weight:400}</style><pre>"
)


def program(folder: Path, *arguments: str) -> str:
    """Runs the program in `folder` and gives what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "cli", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "COLUMNS": "96"},
        capture_output=True,
        check=False,
        encoding="utf-8",
    )
    if done.returncode > 1:  # 1: some sample portals are down, as they are meant to be
        raise RuntimeError(f"{arguments}: {done.stderr}")
    return done.stdout


@contextmanager
def web_page(folder: Path) -> Iterator[str]:
    """The address of a running `auditor serve`."""
    arguments = ["serve", "--port", "0", "--config", "config.yaml", f"--as-of={samples.AS_OF}"]
    with subprocess.Popen(
        [sys.executable, "-m", "cli", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        assert process.stdout is not None
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found is not None
        try:
            yield found[0]
        finally:
            process.terminate()


def keep(name: str, raw: Path) -> None:
    """Stores a picture with few colours: sharp letters, small file."""
    with Image.open(raw) as picture:
        small = picture.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE)
        small.save(FOLDER / f"{name}.png", optimize=True)
    print(f"docs/pictures/{name}.png: {(FOLDER / f'{name}.png').stat().st_size // 1000} kB")


def shoot(page: Page, folder: Path, name: str, height: int | None = None) -> None:
    """A picture of what the page shows, from its top, at most `height` pixels of it."""
    page.screenshot(path=folder / "raw.png", full_page=height is None)
    if height is not None:
        with Image.open(folder / "raw.png") as picture:
            picture.crop((0, 0, picture.width, min(height, picture.height))).save(folder / "raw.png")
    keep(name, folder / "raw.png")


def terminal(browser: Browser, folder: Path, name: str, command: str, text: str) -> None:
    """A picture of a command and what it printed."""
    page = browser.new_page(viewport={"width": _WIDTH, "height": 200})
    page.set_content(f"{_TERMINAL}<b>&gt; {html.escape(command)}</b>\n{html.escape(text)}</pre>")
    shoot(page, folder, name)
    page.close()


def sheet(folder: Path, name: str, workbook: Path, number: int = 1) -> None:
    """A picture of a printed page of a workbook."""
    if not shutil.which("soffice") or not shutil.which("pdftoppm"):
        print(f"docs/pictures/{name}.png: left as it is (no LibreOffice or pdftoppm)")
        return
    office = f"-env:UserInstallation={(folder / 'office').as_uri()}"
    convert = ["soffice", "--headless", office, "--convert-to", "pdf", "--outdir", str(folder), str(workbook)]
    subprocess.run(convert, check=True, capture_output=True)
    pages = ["-png", "-singlefile", "-f", str(number), "-l", str(number)]
    size = ["-scale-to-x", str(_SHEET_WIDTH), "-scale-to-y", "-1"]
    pdf, target = str(folder / f"{workbook.stem}.pdf"), str(folder / "page")
    subprocess.run(["pdftoppm", *pages, *size, pdf, target], check=True)
    with Image.open(folder / "page.png") as picture:
        whole = picture.convert("RGB")
        left, top, right, _ = ImageOps.invert(whole.convert("L")).getbbox() or (0, 0, *whole.size)
        # Below the table stands only the foot of the printed page.
        whole.crop((left, top, right, min(whole.height, top + 2 * (right - left) // 5))).save(folder / "page.png")
    keep(name, folder / "page.png")


def main(wanted: list[str]) -> int:
    """Makes all pictures, or those that are named."""
    FOLDER.mkdir(exist_ok=True)

    def asked(*names: str) -> bool:
        return not wanted or bool(set(names) & set(wanted))

    with tempfile.TemporaryDirectory() as scratch, samples.serve() as portals, sync_playwright() as play:
        folder = Path(scratch)
        (folder / "config.yaml").write_text(
            f"network:\n  proxy: {portals.proxy_url}\ncrawl:\n  delay_seconds: 0.1\n  address_delay_seconds: 0\n",
            encoding="utf-8",
        )
        browser = play.chromium.launch(executable_path=real_browser.ensure(), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": _WIDTH, "height": 900})
        day = f"--as-of={samples.AS_OF}"
        if asked("danh-sach", "phieu-don-vi", "bang-tinh", "phieu-tham-dinh", "chay-danh-sach"):
            text = program(folder, "audit", str(samples.register_path()), "--config", "config.yaml", day, "--quiet")
            lines = program(folder, "runs").strip()
            if asked("chay-danh-sach"):
                terminal(
                    browser, folder, "chay-danh-sach", "auditor runs", re.sub(r"\S+/out", "ket-qua", lines) or text
                )
            for name, path in (("danh-sach", "index.html"), ("phieu-don-vi", "units/thcs-cau-vong.html")):
                if asked(name):
                    page.goto((folder / "out" / path).as_uri())
                    shoot(page, folder, name, 900)
            if asked("bang-tinh"):
                sheet(folder, "bang-tinh", folder / "out" / "scorecard.xlsx")
            if asked("phieu-tham-dinh"):
                program(folder, "review", "export", "latest", "phieu.xlsx", "--unit", "thcs-cau-vong")
                sheet(folder, "phieu-tham-dinh", folder / "phieu.xlsx")
        if asked("dong-lenh"):
            address, name = SCHOOL
            given = ["check", address, "--name", name]
            text = program(folder, *given, "--config", "config.yaml", day, "--quiet", "--out", "check")
            terminal(browser, folder, "dong-lenh", f'auditor check {address} --name "{name}"', text)
        if asked("tu-kiem-tra", "dang-kiem-tra", "ket-qua"):
            with web_page(folder) as url:
                page.goto(url)
                page.fill("#dia-chi", SCHOOL[0])
                page.fill("#ten", SCHOOL[1])
                shoot(page, folder, "tu-kiem-tra")
                page.get_by_role("button", name="Kiểm tra").click()
                page.wait_for_url("**/kiem-tra/*")
                page.locator("#tien-do", has_text="trang").wait_for(timeout=180_000)
                shoot(page, folder, "dang-kiem-tra", 420)
                page.get_by_role("heading", name="Nên sửa trước").wait_for(timeout=180_000)
                shoot(page, folder, "ket-qua")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
