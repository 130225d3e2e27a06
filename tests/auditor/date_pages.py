"""The invented pages of date_pages.yaml, each in a small portal of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from urllib.parse import urljoin

import yaml

from auditor.archive import Archive
from tests.auditor.portal_maker import HOST, NAME, make_archive

_TITLE = "Lễ khai giảng năm học mới của nhà trường"
_TEXT = "<p>Sáng nay thầy và trò nhà trường đã long trọng tổ chức buổi lễ trong niềm vui của phụ huynh và học sinh.</p>"
_MENU = "".join(
    f'<li><a href="{url}">{label}</a></li>'
    for label, url in (
        ("Trang chủ", "/"),
        ("Giới thiệu", "/gioi-thieu"),
        ("Tin tức", "/tin-tuc"),
        ("Liên hệ", "/lien-he"),
    )
)


@dataclass(frozen=True, slots=True)
class DatedPage:
    """A page with its label: `kind` "article" or "newest" (date_pages.yaml), `day` None where it has no date."""

    name: str
    kind: str
    day: date | None
    url: str
    html: str
    archive: Archive


@cache
def dated_pages() -> tuple[DatedPage, ...]:
    """All invented pages."""
    rows = yaml.safe_load(Path(__file__).with_name("date_pages.yaml").read_text("utf-8"))
    return tuple(_page(row) for row in rows)


def _page(row: dict[str, str]) -> DatedPage:
    title, path = row.get("title", _TITLE), row.get("url", "/bai-viet")

    def filled(text: str) -> str:
        return text.replace("{title}", title).replace("{text}", _TEXT).replace("{url}", path)

    def whole(name: str, body: str, head: str = "") -> str:
        clock = f'<div class="clock">{row["clock"]}</div>' if "clock" in row else ""
        return (
            f'<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>{name}</title>{head}</head><body>'
            f"<header><p>{NAME}</p>{clock}</header><nav><ul>{_MENU}</ul></nav><main>{filled(body)}</main>"
            f"<footer>{row.get('footer', '')}</footer></body></html>"
        )

    html = whole(title if row["kind"] == "article" else "Tin tức", row["body"], row.get("head", ""))
    pages = {
        "/": whole(NAME, row.get("home", f'<a href="{path}">{title}</a>')),
        path: html,
        "/gioi-thieu": whole("Giới thiệu", "<h1>Giới thiệu</h1><p>Trường có 24 lớp với hơn một nghìn học sinh.</p>"),
        "/lien-he": whole("Liên hệ", "<h1>Liên hệ</h1><p>Điện thoại 028 3000 0000</p>"),
    }
    day = row["date"]
    made = date.fromisoformat(str(day)) if day is not None else None
    return DatedPage(row["name"], row["kind"], made, urljoin(f"http://{HOST}/", path), html, make_archive(pages))
