"""Our own earlier visits of a unit, as the store remembers them: the witness of what stood on a portal, and when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auditor.ledger import visit_day, witnessed
from auditor.store import Store, StoredRun

_RUNS = 8  # the latest runs that are looked through for a unit


class Witness:
    """Puts what the latest earlier visit saw beside the disclosures of a unit's new result."""

    def __init__(self, store: Store, run: StoredRun) -> None:
        self._store = store
        before = [one.id for one in store.runs() if one.id != run.id and one.started_at <= run.started_at]
        self._runs = before[:_RUNS]

    def tell(self, result: Mapping[str, Any]) -> dict[str, Any]:
        """A result with first and last seen days and remarks on its disclosures (`ledger.witnessed`)."""
        known = dict(result)
        today = visit_day(known)
        if today is None or "disclosures" not in known or not self._runs:
            return known
        best: tuple[str, dict[str, Any]] | None = None
        for run_id in self._runs:
            earlier = self._store.result(run_id, str(known["id"]))
            day = visit_day(earlier) if earlier is not None else None
            # A visit in vain saw nothing; of several judgements of one visit the latest counts.
            if earlier is None or day is None or day >= today or "disclosures" not in earlier:
                continue
            if best is None or day > best[0]:
                best = (day, earlier)
        return witnessed(known, best[1]) if best is not None else known
