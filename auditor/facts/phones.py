"""What a browser saw of the portal on a phone's screen of 360 × 740 (the archive's notes "phone")."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from auditor.archive import Archive
from auditor.facts.pages import Pages
from auditor.urls import key


@dataclass(frozen=True, slots=True)
class PhoneView:
    """One page on a phone. `layout` is the width that the page is laid out for and `scroll` that of its content, in
    CSS pixels; `cause` is the element that sticks out, `cause_text` its text and `cause_width` its width. `small_share`
    of the letters are smaller than 12 px; `near` of `targets` are too small and too near another one. `viewport` is the
    declaration as the scripts have left it. `unstyled` style sheets did not come: then nobody knows how wide it is."""

    url: str
    viewport: str
    layout: int
    scroll: int
    cause: str
    cause_text: str
    cause_width: int
    small_share: float
    small_sample: str
    targets: int
    near: int
    near_sample: tuple[str, str] | None
    seen_at: str
    unstyled: int = 0

    @property
    def overflow(self) -> int:
        """By how many pixels the content sticks out of the screen, where that makes it scroll sideways."""
        return max(self.scroll - self.layout, 0) if self.cause and not self.unstyled else 0


@dataclass(frozen=True, slots=True)
class Phones:
    """`home` is None where no browser showed it. `moved_to` is where the home page sends phones."""

    home: PhoneView | None
    others: tuple[PhoneView, ...]
    moved_to: str | None


def read(archive: Archive, pages: Pages) -> Phones:
    """Reads the notes that the browser's look at the phone's screen has left."""
    home: PhoneView | None = None
    others: list[PhoneView] = []
    moved_to: str | None = None
    ours = pages.home.key if pages.home is not None else ""
    for kind, value in archive.notes:
        if kind != "phone" or not isinstance(value, dict):
            continue
        at_home = key(str(value.get("url"))) == ours
        if value.get("moved_to") and at_home:
            moved_to = str(value["moved_to"])
        if isinstance(seen := value.get("seen"), dict):
            view = _view(value, seen)
            if at_home:
                home = view
            else:
                others.append(view)
    return Phones(home, tuple(others), moved_to)


def _view(noted: Mapping[str, Any], seen: Mapping[str, Any]) -> PhoneView:
    cause = seen.get("cause") or {}
    near = seen.get("near_sample") or []
    return PhoneView(
        url=str(noted["url"]),
        viewport=str(seen["viewport"]),
        layout=int(seen["layout"]),
        scroll=int(seen["scroll"]),
        cause=str(cause.get("element") or ""),
        cause_text=str(cause.get("text") or ""),
        cause_width=int(cause.get("width") or 0),
        small_share=seen["small"] / seen["letters"] if seen["letters"] else 0.0,
        small_sample=str(seen["small_sample"]),
        targets=int(seen["targets"]),
        near=int(seen["near"]),
        near_sample=(str(near[0][0]), str(near[0][1])) if near else None,
        seen_at=str(noted.get("seen_at") or ""),
        unstyled=int(seen.get("unstyled") or 0),
    )
