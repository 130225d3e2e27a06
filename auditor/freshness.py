"""How fresh a portal is, as data of results.json: the rhythm of twelve months, the newest of each section."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from auditor.facts.hints import Hints
from auditor.facts.publications import TRUST, Publication, Publications
from auditor.vocabulary import Vocabulary

MONTHS = 12
_MAX_DATES = 150
_MAX_HINTS = 50
_MAX_SECTIONS = 40


def freshness(found: Publications, hints: Hints, vocabulary: Vocabulary, as_of: date) -> dict[str, Any]:
    """The block `freshness` of a unit (results.schema.json). `found` are publications up to the as-of date."""
    counts = Counter((item.day.year, item.day.month) for item in found.items)
    months = []
    for back in range(MONTHS - 1, -1, -1):
        year, month = divmod(as_of.year * 12 + as_of.month - 1 - back, 12)
        months.append({"month": f"{year}-{month + 1:02d}", "count": counts[year, month + 1]})
    newest: dict[str, Publication] = {}
    totals: Counter[str] = Counter()
    for item in found.items:
        for topic in item.topics:
            newest.setdefault(topic, item)
            totals[topic] += 1
    sections = [
        {"section": topic, "name": vocabulary.topics[topic].title, "count": totals[topic], **_entry(item)}
        for topic, item in sorted(newest.items(), key=lambda pair: (-pair[1].day.toordinal(), pair[0]))
        if topic in vocabulary.topics
    ]
    return {
        "newest": _entry(found.items[0]) if found.items else None,
        "months": months,
        "newest_by_section": sections[:_MAX_SECTIONS],
        "dated": len(found.items),
        "undated": len(found.undated),
        "dates": [_entry(item) for item in found.items[:_MAX_DATES]],
        "hints": [
            {
                "date": hint.day.isoformat(),
                "title": hint.title[:200],
                "url": hint.page.url,
                "origin": str(hint.source),
                "quote": hint.quote[:160],
            }
            for hint in hints.items[:_MAX_HINTS]
        ],
    }


def _entry(item: Publication) -> dict[str, Any]:
    return {
        "date": f"{item.day:%m/%Y}" if item.precision == "month" else item.day.isoformat(),
        "title": item.title[:200],
        "url": item.url,
        "origin": str(item.origin),
        "trust": TRUST[item.origin] + 1,
        "seen_at": item.page.url,
        "quote": item.quote[:160],
    }
