"""Both halves of the disclosure of quality: the commitment and what was reached."""

from __future__ import annotations

from auditor.checks.disclosure import evidence, lower, named, not_disclosed
from auditor.facts.disclosures import Disclosures
from auditor.facts.pages import Pages
from auditor.model import Finding, partial, passed
from auditor.vocabulary import Vocabulary

_HALVES = {"commitment": "disclosure_commitment", "actual_quality": "disclosure_actual_quality"}


def disclosure_quality(disclosures: Disclosures, pages: Pages, vocabulary: Vocabulary) -> Finding:
    """Công khai cam kết chất lượng giáo dục và chất lượng giáo dục thực tế.

    What: looks in the ledger of disclosures for the commitment and for the actual quality.

    Why: item 2.13.a names both; one without the other lets nobody compare.

    Fix: post the missing half under the menu of disclosures.
    """
    titles = {half: vocabulary.documents.disclosure.parts[half].title for half in _HALVES}
    live = {half: [item for item in disclosures.of_part(half) if item.exists] for half in _HALVES}
    shown = [one for half in _HALVES for one in evidence(live[half][:2])]
    missing = [half for half in _HALVES if not live[half]]
    if not missing:
        both = [live[half][0] for half in _HALVES]
        return passed(
            f"Có công khai cả cam kết chất lượng và chất lượng thực tế: {named(list(dict.fromkeys(both)))}.", shown
        )
    if len(missing) == 1:
        there = next(half for half in _HALVES if half not in missing)
        return partial(
            f"Có công khai {lower(titles[there])} ({named(live[there])}) nhưng chưa thấy {lower(titles[missing[0]])}.",
            shown,
            remedy=f"Đăng thêm {lower(titles[missing[0]])} của năm học vào mục Công khai.",
        )
    found = tuple(dict.fromkeys(item for half in _HALVES for item in disclosures.of_part(half)))
    return not_disclosed(
        disclosures, pages, "Cam kết chất lượng và chất lượng giáo dục thực tế", found, tuple(_HALVES.values())
    )
