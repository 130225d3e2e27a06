"""What is installed and reachable on this machine, and what each missing part would add."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from auditor import __version__
from auditor.browsers import find_browser
from auditor.checklist import ChecklistError, load_checklist
from auditor.config import Config
from auditor.ocr import LANGUAGE, missing
from auditor.store import StoreError, open_store, shown_address, store_file

_LIBRARIES = (
    "scrapy",
    "httpx",
    "selectolax",
    "beautifulsoup4",
    "lxml",
    "warcio",
    "openpyxl",
    "jinja2",
    "pydantic",
    "sqlalchemy",
    "typer",
    "rich",
)
_HOW_TO_GET = {
    False: "Cài trên Debian: apt-get install chromium; trên Ubuntu: playwright install --with-deps chromium",
    True: "Cài Microsoft Edge hoặc Google Chrome, hay chạy: playwright install chromium",
}
_GOOD, _MISSING, _WRONG = "[có]   ", "[thiếu]", "[lỗi]  "


def lines(config: Config) -> Iterator[str]:
    """One Vietnamese line per part, each beginning with whether it is there. Touches the network only for the store."""
    yield f"{_GOOD} auditor {__version__}, Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    yield from _libraries()
    yield _checklist(config)
    yield _browser(config)
    yield _ocr()
    yield _parquet()
    yield _location(config)
    yield _store(config)
    yield _folder(Path.cwd())
    cores = os.cpu_count() or 1
    yield f"{_GOOD} {cores} nhân xử lý; chấm bằng {config.judge.processes or cores} tiến trình"


def _libraries() -> Iterator[str]:
    absent = []
    for name in _LIBRARIES:
        try:
            version(name)
        except PackageNotFoundError:
            absent.append(name)
    if absent:
        yield f"{_WRONG} thiếu thư viện: {', '.join(absent)}. Hãy cài lại chương trình."
    else:
        yield f"{_GOOD} đủ thư viện của chương trình"


def _checklist(config: Config) -> str:
    try:
        checklist = load_checklist(config.checklist)
    except ChecklistError as error:
        return f"{_WRONG} bộ tiêu chí: {error}"
    return f"{_GOOD} bộ tiêu chí {config.checklist}: {len(checklist.items)} mục"


def _browser(config: Config) -> str:
    without = "cổng chỉ hiện nội dung khi chạy mã kịch bản và màn hình điện thoại (mục 1.4) sẽ không được xem"
    if config.crawl.render == "never":
        return f"{_MISSING} trình duyệt: cấu hình ghi crawl.render: never nên không dùng; {without}"
    found = find_browser(config.browser.path)
    try:
        version("playwright")
    except PackageNotFoundError:
        return f"{_MISSING} thư viện playwright: {without}. Cài: pip install playwright psutil"
    if found is None and config.browser.path is not None:
        return f"{_WRONG} trình duyệt: không có tệp «{config.browser.path}» (browser.path trong cấu hình)"
    if found is None:
        return f"{_MISSING} trình duyệt Chromium, Chrome hoặc Edge: {without}. {_HOW_TO_GET[sys.platform == 'win32']}"
    return f"{_GOOD} trình duyệt cho cổng cần mã kịch bản và màn hình điện thoại: {found}"


_OCR_PARTS = {
    "pytesseract": 'thư viện pytesseract. Cài: pip install "auditor[ocr]"',
    "tesseract": "chương trình tesseract. Cài: apt install tesseract-ocr tesseract-ocr-vie, hoặc bộ cài cho Windows",
    LANGUAGE: "dữ liệu tiếng Việt (vie) cho tesseract. Cài: apt install tesseract-ocr-vie",
}


def _ocr() -> str:
    absent = missing()
    if absent:
        parts = "; ".join(_OCR_PARTS[name] for name in absent)
        return f"{_MISSING} {parts}. Thiếu phần này, tệp công khai là bản chụp phải có người mở xem ngày ký"
    return f"{_GOOD} nhận dạng chữ trong bản chụp (lệnh «auditor ocr»)"


def _parquet() -> str:
    if find_spec("pyarrow") is None:
        return f"{_MISSING} pyarrow; không viết được bảng dạng parquet (--format parquet)"
    return f"{_GOOD} pyarrow; viết được bảng dạng parquet"


def _location(config: Config) -> str:
    if config.location.database is None:
        return f"{_MISSING} tệp vị trí máy chủ (location.database): mục 1.6 chỉ biết những gì chương trình có sẵn"
    if not Path(config.location.database).is_file():
        return f"{_WRONG} tệp vị trí máy chủ: không có tệp «{config.location.database}»"
    return f"{_GOOD} tệp vị trí máy chủ: {config.location.database}"


def _store(config: Config) -> str:
    shown = shown_address(config.store)
    try:
        path = store_file(config.store)
        if path is not None and not path.exists():
            return f"{_GOOD} nơi lưu {shown}: chưa có, sẽ được tạo ở lần chạy đầu"
        open_store(config.store, create=False).close()
    except StoreError as error:
        return f"{_WRONG} nơi lưu: {error}"
    return f"{_GOOD} nơi lưu {shown}: mở được"


def _folder(folder: Path) -> str:
    if not os.access(folder, os.W_OK):
        return f"{_WRONG} không có quyền ghi vào thư mục hiện tại «{folder}»: hãy chạy ở thư mục khác hoặc dùng --out"
    free = shutil.disk_usage(folder).free / 1e9
    return f"{_GOOD} ghi được vào thư mục hiện tại, còn trống {free:.0f} GB"
