"""The pictures and the hints on accessibility in a unit's page: shown, captioned, inert."""

from __future__ import annotations

from typing import Any

from reports.sights import accessibility_view, pictures_view


def _picture(kind: str, file: str, **fields: Any) -> dict[str, Any]:
    return {"kind": kind, "url": "http://a.edu.vn/", "file": file, "width": 640, "height": 90, **fields}


def _unit(*pictures: dict[str, Any], failed: str = "") -> dict[str, Any]:
    verdict = {"id": "4.3", "verdict": "fail" if failed else "manual"}
    return {"items": [verdict], "pictures": list(pictures)}


def test_pictures_are_named_and_lead_to_their_item() -> None:
    shown = pictures_view(_unit(_picture("menu", "units/a/1-menu.webp"), _picture("phone", "units/a/2-phone.webp")))
    assert [(one["src"], one["title"], one["item"]) for one in shown] == [
        ("a/1-menu.webp", "Menu", "1.1"),
        ("a/2-phone.webp", "Trang chủ trên màn hình điện thoại", "1.4"),
    ]


def test_only_files_beside_the_page_are_shown() -> None:
    files = ("units/../../x/1-menu.webp", "http://evil.example/1-menu.webp", "units/a/1-menu.webp\n", "", None)
    assert pictures_view(_unit(*(_picture("menu", file) for file in files))) == []  # type: ignore[arg-type]
    assert pictures_view(_unit(_picture("strange", "units/a/1-strange.webp"))) == []


def test_a_picture_of_injected_text_stands_only_beside_a_verdict_that_says_so() -> None:
    picture = _picture("injected", "units/a/1-injected.webp")
    assert pictures_view(_unit(picture)) == []
    assert len(pictures_view(_unit(picture, failed="4.3"))) == 1


def test_hints_are_grouped() -> None:
    one = {
        "group": "Ảnh",
        "rule": "image-alt",
        "impact": "critical",
        "count": 2,
        "title": "T",
        "remedy": "R",
        "sample": "<b>",
    }
    shown = accessibility_view({"accessibility": [one, one, {**one, "group": "Biểu mẫu"}]})
    assert shown is not None
    assert [(group["name"], len(group["findings"])) for group in shown] == [("Ảnh", 2), ("Biểu mẫu", 1)]
    assert accessibility_view({"accessibility": None}) is None
    assert accessibility_view({"accessibility": []}) == []
