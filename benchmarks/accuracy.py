"""How well the program reads portals whose verdicts are known: crawl, judge, compare item by item.

    python -m benchmarks.accuracy                       saved real portals (where the folder exists) and samples
    python -m benchmarks.accuracy --portal NAME --json
    python -m benchmarks.accuracy --keep DIR            archives stay in DIR ...
    python -m benchmarks.accuracy --rejudge DIR         ... and are judged again without a crawl

A verdict is right when it is one of those that the label accepts. A *false fail* is a fail where the label has
none, the worst error; a *false pass* a pass where the label has none; an *abstention* is manual or undetermined
where the label accepts neither. Labels "*" are not counted, nor items that do not apply on both sides.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.labelled import (
    Collection,
    crawl_into,
    impolite,
    judge_all,
    sample_portals,
    saved_portals,
    saved_portals_folder,
)

OUTCOMES = ("right", "false_fail", "false_pass", "abstention", "other_wrong")
_UNDECIDED = frozenset({"manual", "undetermined"})


@dataclass(frozen=True, slots=True)
class Comparison:
    """One item of one portal: what the label accepts, what the program said, and how that is counted."""

    collection: str
    portal: str
    item: str
    accepted: str
    verdict: str
    outcome: str
    reason: str
    summary: str


def outcome(accepted: frozenset[str], verdict: str) -> str | None:
    """How a verdict is counted (one of OUTCOMES), or None where the label is "*"."""
    if "*" in accepted:
        return None
    if verdict in accepted:
        return "right"
    if verdict == "fail":
        return "false_fail"
    if verdict == "pass":
        return "false_pass"
    return "abstention" if verdict in _UNDECIDED else "other_wrong"


def compare(collection: Collection, results: Iterable[dict[str, Any]]) -> list[Comparison]:
    """Every counted item of every unit. Items that do not apply, by label and program alike, are left out."""
    found = []
    for result in results:
        labels = collection.labels[result["id"]]
        for item in result["items"]:
            accepted = labels[item["id"]]
            counted = outcome(accepted, item["verdict"])
            if counted is None or (accepted == {"not_applicable"} and item["verdict"] == "not_applicable"):
                continue
            found.append(
                Comparison(
                    collection.name,
                    result["id"],
                    item["id"],
                    "|".join(sorted(accepted)),
                    item["verdict"],
                    counted,
                    item["reason"],
                    item["summary"],
                )
            )
    return found


def measure(collection: Collection, archives: Path, processes: int, max_seconds: float | None) -> list[Comparison]:
    """Crawl for at most `max_seconds` per unit (None: the archives are there already), judge and compare."""
    if max_seconds is not None:
        with collection.serve() as server:
            config = impolite(server.proxy_url, max_seconds=max_seconds)
            started = time.monotonic()
            crawl_into(collection.units, config, archives / collection.name)
            print(f"{collection.name}: crawled in {time.monotonic() - started:.0f} s", file=sys.stderr)
    started = time.monotonic()
    # With a proxy named no address is known from DNS; judging never talks to it.
    config = impolite("http://127.0.0.1:9")
    results = list(judge_all(collection.units, collection.as_of, config, archives / collection.name, processes))
    print(f"{collection.name}: judged in {time.monotonic() - started:.0f} s", file=sys.stderr)
    return compare(collection, results)


def table(title: str, rows: Iterable[tuple[str, Iterable[Comparison]]]) -> str:
    """One line per row: counts by outcome and the share that is right."""
    lines = [
        f"{title:<32}{'right':>7}{'wrong':>7}  {'false fail':>10} {'false pass':>10} {'abstain':>8} {'other':>6}  share"
    ]
    for name, comparisons in rows:
        counts = Counter(one.outcome for one in comparisons)
        total = sum(counts.values())
        wrong = total - counts["right"]
        lines.append(
            f"{name:<32}{counts['right']:>7}{wrong:>7}  {counts['false_fail']:>10} {counts['false_pass']:>10} "
            f"{counts['abstention']:>8} {counts['other_wrong']:>6}   {counts['right'] / max(total, 1):.3f}"
        )
    return "\n".join(lines)


def report(comparisons: Sequence[Comparison]) -> str:
    """Per item, per portal, in all, and every disagreement with the program's own words."""
    items = sorted({one.item for one in comparisons}, key=_item_order)
    portals = list(dict.fromkeys((one.collection, one.portal) for one in comparisons))
    collections = list(dict.fromkeys(one.collection for one in comparisons))
    parts = [
        table("item", ((item, [c for c in comparisons if c.item == item]) for item in items)),
        table(
            "portal",
            (
                (f"{name}/{p}"[:31], [c for c in comparisons if (c.collection, c.portal) == (name, p)])
                for name, p in portals
            ),
        ),
        table("all", ((name, [c for c in comparisons if c.collection == name]) for name in collections)),
        "\n".join(
            f"{one.outcome:<11} {one.collection}/{one.portal} {one.item}: {one.verdict} ({one.reason}), "
            f"label {one.accepted}: {one.summary}"
            for one in sorted(comparisons, key=lambda c: (OUTCOMES.index(c.outcome), _item_order(c.item)))
            if one.outcome != "right"
        ),
    ]
    return "\n\n".join(parts)


def _item_order(item: str) -> tuple[int, int, str]:
    parts = item.split(".")
    return int(parts[0]), int(parts[1]) if len(parts) > 1 else 0, parts[2] if len(parts) > 2 else ""


def collections(scratch: Path, portals: Sequence[str]) -> list[Collection]:
    """The collections at hand, cut to the portals named (all where none is named)."""
    folder = saved_portals_folder()
    found = [sample_portals()]
    if (folder / "portals.csv").is_file():
        found.insert(0, saved_portals(folder, scratch))
    else:
        print(f"no saved portals: {folder} does not exist", file=sys.stderr)
    if not portals:
        return found
    return [
        Collection(one.name, units, one.portals, one.as_of, one.labels)
        for one in found
        if (units := tuple(unit for unit in one.units if unit.id in portals))
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Compare verdicts with labels.")
    parser.add_argument("--portal", action="append", default=[], help="only this portal (repeatable)")
    parser.add_argument("--only", choices=["saved", "samples"], help="only this collection")
    parser.add_argument("--json", action="store_true", help="every comparison as JSON")
    parser.add_argument("--keep", type=Path, help="keep the archives in this folder")
    parser.add_argument("--rejudge", type=Path, help="judge the archives of an earlier --keep again")
    parser.add_argument("--processes", type=int, default=2, help="processes that judge")
    # One saved portal is mostly flood-protection pages, which a static copy goes on showing however long one waits.
    parser.add_argument("--max-seconds", type=float, default=120.0, help="limit of the crawl per unit")
    options = parser.parse_args(arguments)
    with contextlib.ExitStack() as held:
        scratch = Path(held.enter_context(tempfile.TemporaryDirectory()))
        archives: Path = options.rejudge or options.keep or scratch
        comparisons = [
            comparison
            for collection in collections(scratch, options.portal)
            if options.only in (None, collection.name)
            for comparison in measure(
                collection, archives, options.processes, None if options.rejudge else options.max_seconds
            )
        ]
    if options.json:
        json.dump([asdict(one) for one in comparisons], sys.stdout, ensure_ascii=False, indent=1)
    else:
        print(report(comparisons))


if __name__ == "__main__":
    main()
