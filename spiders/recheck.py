"""Another look at single addresses of units that were crawled before: what a school objects with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from auditor.config import Config
from auditor.disputes import Look
from auditor.model import Status, StoppedBy, Unit
from auditor.urls import Scope
from spiders.crawl import crawl
from spiders.frontier import Frontier, Limits, Target, Tier
from spiders.visit import Surroundings, Visit

_LIMITS = Limits(max_pages=12, max_attachments=8, max_depth=2)
_SECONDS = 120.0  # for one address and what it leads to


def recheck(
    looks: Sequence[Look],
    config: Config,
    folder: Path,
    *,
    other_unit_hosts: Mapping[str, str],
    vocabulary_terms: Sequence[str],
    should_stop: Callable[[], bool],
) -> None:
    """Reads the address of each look, and the few pages and files that it names and the first crawl has not seen.

    Each look gets an archive of its own in `folder`, under the name of its unit id. Raises what `crawl` raises.
    """
    by_name = {look.name: look for look in looks}
    units = [replace(look.unit, id=look.name) for look in looks]
    limits = config.crawl.model_copy(
        update={"max_seconds": min(config.crawl.max_seconds, _SECONDS), "concurrent_units": 4}
    )

    def visit(unit: Unit, around: Surroundings) -> Visit:
        return _Recheck(unit, around, by_name[unit.id])

    crawl(
        units,
        config.model_copy(update={"crawl": limits}),
        folder,
        other_unit_hosts=other_unit_hosts,
        vocabulary_terms=vocabulary_terms,
        on_unit=lambda unit, path: None,
        should_stop=should_stop,
        visit=visit,
    )


class _Recheck(Visit):
    """A visit that begins at one address of a portal instead of its home page."""

    def __init__(self, unit: Unit, around: Surroundings, look: Look) -> None:
        super().__init__(unit, around)
        self._look = look
        self._final_url = look.home
        self._scope = Scope.of(look.home)
        self._frontier = Frontier(self._scope, _LIMITS, around.terms, around.rules)
        for url in look.known:
            self._frontier.mark_seen(url)

    async def _visit(self) -> tuple[Status, str, StoppedBy]:
        self._home_done = True
        door = Target(self._look.home, 1, None, Tier.REDIRECT)
        self._frontier.add_redirect(door, self._look.address)
        stopped_by = await self._read_pages()
        return Status.AUDITED, stopped_by.value, stopped_by
