"""Whether a portal writes the month before the day: Drupal's default "Fri, 05/29/2026" beside "29/05/2026" by hand."""

from __future__ import annotations

from auditor.dates import may_be_month_first, number_forms
from auditor.facts.pages import Pages

_LONGEST = 400  # characters: stamps stand in short texts


class DateOrder(frozenset[str]):
    """The forms of dates (auditor.dates.number_forms) that this portal writes month first."""


def read(pages: Pages) -> DateOrder:
    """A form is month-first where dates of it prove that, and none proves the opposite."""
    texts = [
        text
        for text in {block.text for page in pages.pages for block in page.blocks}
        if 8 <= len(text) <= _LONGEST and ("/20" in text or "-20" in text)
    ]
    if not may_be_month_first("\n".join(texts)):
        return DateOrder()  # as on most portals
    proved: dict[str, set[bool]] = {}
    for text in texts:
        for form, month_first in number_forms(text):
            if month_first is not None:
                proved.setdefault(form, set()).add(month_first)
    return DateOrder(form for form, found in proved.items() if found == {True})
