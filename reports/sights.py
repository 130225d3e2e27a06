"""What a browser saw of a portal, for its scorecard: pictures, and hints on accessibility."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import groupby
from typing import Any

from reports.digest import standing_verdict
from reports.inert import inert_text, shown_address, web_address

# Captions by what a picture shows, with the item that it is evidence for.
_CAPTIONS: dict[str, tuple[str, str | None]] = {
    "desktop": ("Trang chủ trên màn hình máy tính", None),
    "phone": ("Trang chủ trên màn hình điện thoại", "1.4"),
    "menu": ("Menu", "1.1"),
    "banner": ("Banner", "1.1"),
    "search": ("Ô tìm kiếm", "1.8"),
    "feedback": ("Biểu mẫu góp ý", "2.14"),
    "injected": ("Chữ bị chèn vào trang", "4.3"),
}
_FILE = re.compile(r"units/([A-Za-z0-9._-]+/[0-9]+-[a-z]+\.webp)\Z")
_MOST_FINDINGS = 40
_IMPACTS = {"critical": "rất nặng", "serious": "nặng", "moderate": "vừa", "minor": "nhẹ"}


def pictures_view(unit: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The pictures of a unit's object as its page shows them; those of injected text only where item 4.3 failed."""
    failed = {item["id"] for item in unit["items"] if standing_verdict(item) == "fail"}
    found = []
    for picture in unit.get("pictures") or ():
        title, item = _CAPTIONS.get(str(picture.get("kind")), ("", None))
        file = _FILE.match(str(picture.get("file")))
        if not title or file is None or (picture["kind"] == "injected" and "4.3" not in failed):
            continue
        found.append(
            {
                "kind": picture["kind"],
                "src": file.group(1),
                "title": title,
                "item": item,
                "width": int(picture["width"]),
                "height": int(picture["height"]),
                "href": web_address(picture.get("url")),
                "address": shown_address(picture.get("url"), 120),
            }
        )
    return found


def accessibility_view(unit: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """Groups of findings in the order of results.json; None where nobody looked, empty where nothing was found."""
    listed = unit.get("accessibility")
    if listed is None:
        return None
    return [
        {
            "name": inert_text(name, 80),
            "findings": [
                {
                    "title": inert_text(one["title"], 200),
                    "remedy": inert_text(one["remedy"], 300),
                    "impact": _IMPACTS.get(str(one["impact"]), ""),
                    "count": int(one["count"]),
                    "sample": inert_text(one["sample"], 160),
                }
                for one in findings
            ],
        }
        for name, findings in groupby(listed[:_MOST_FINDINGS], key=lambda one: str(one["group"]))
    ]
