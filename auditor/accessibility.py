"""What axe-core found on a portal's home page, in words for a school (added information, outside the score)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from auditor.archive import Archive

_IMPACTS = ("critical", "serious", "moderate", "minor")


@cache
def _told() -> Mapping[str, Any]:
    text = files("checklists").joinpath("vocabulary", "accessibility.yaml").read_text(encoding="utf-8")
    told: Mapping[str, Any] = yaml.safe_load(text)
    return told


def accessibility_of(archive: Archive) -> list[dict[str, Any]] | None:
    """The findings for results.json, the worst group first and in it the worst finding; None where axe did not run."""
    noted = next((value for kind, value in archive.notes if kind == "accessibility"), None)
    if not isinstance(noted, dict):
        return None
    found = [_finding(one) for one in noted["findings"]]
    weight = {
        group: sum(_worth(one) for one in found if one["group"] == group) for group in {f["group"] for f in found}
    }
    return sorted(found, key=lambda one: (-weight[one["group"]], one["group"], -_worth(one), one["rule"]))


def _worth(finding: Mapping[str, Any]) -> int:
    return (4 - _IMPACTS.index(finding["impact"])) ** 2 * 100 + min(int(finding["count"]), 99)


def _finding(noted: Mapping[str, Any]) -> dict[str, Any]:
    rule = str(noted["rule"])
    told = _told()["rules"].get(rule) or _told()["other"]
    impact = str(noted["impact"])
    return {
        "group": told["group"],
        "rule": rule,
        "impact": impact if impact in _IMPACTS else "minor",
        "count": int(noted["count"]),
        "title": told["title"].format(rule=rule),
        "remedy": told["remedy"],
        "sample": str(noted["sample"])[:200],
    }
