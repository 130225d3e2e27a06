"""How well the program reads portals whose verdicts are known: crawl, judge, compare item by item.

    python -m benchmarks.accuracy                       saved real portals (where they exist), samples, invented portals
    python -m benchmarks.accuracy --only fixtures --direct    invented portals without a crawl, in seconds
    python -m benchmarks.accuracy --raise-floors        tighten floors.yaml where the checks became better
    python -m benchmarks.accuracy --write-docs          auditor/accuracy.json and docs/accuracy.md from this evaluation
    python -m benchmarks.accuracy --portal NAME --json
    python -m benchmarks.accuracy --keep DIR            archives stay in DIR ...
    python -m benchmarks.accuracy --rejudge DIR         ... and are judged again without a crawl

A verdict is right when it is one of those that the label accepts. A *false fail* is a fail where the label has
none, the worst error; a *false pass* a pass where the label has none; an *abstention* is manual or undetermined
where the label accepts neither. Labels "*" are not counted, nor items that do not apply on both sides.

The exit status is 1 where a limit of floors.yaml is broken (benchmarks/floors.py).
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
from datetime import date
from pathlib import Path
from typing import Any

from auditor import __version__
from auditor.accuracy import Counts, ItemAccuracy, Measurement
from auditor.archive import archive_name
from auditor.checklist import Checklist, load_checklist
from benchmarks.documents import accuracy_document
from benchmarks.floors import broken, item_order, raised, read_floors, write_floors
from benchmarks.labelled import (
    Collection,
    crawl_into,
    fixture_portals,
    impolite,
    judge_collection,
    sample_portals,
    saved_portals,
    saved_portals_folder,
    unseen_portals,
)
from tests.portals.fixture_portals import CHECKLIST

ROOT = Path(__file__).resolve().parent.parent
OUTCOMES = ("right", "false_fail", "false_pass", "abstention", "other_wrong")
_UNDECIDED = frozenset({"manual", "undetermined"})


@dataclass(frozen=True, slots=True)
class Comparison:
    """One item of one portal: what the label accepts, what the program said, and how that is counted."""

    collection: str
    family: str
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
                    collection.family(result["id"]),
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
    """Crawl for at most `max_seconds` per unit, judge and compare.

    Nothing is crawled without `max_seconds` (the archives are there already) or where the collection has archives.
    """
    folder = archives / collection.name
    if max_seconds is None and not collection.ready:
        missing = [one.id for one in collection.units if one.url and not (folder / archive_name(one.id)).exists()]
        if missing:
            sys.exit(f"no archives in {folder} of {', '.join(missing)}")
    if max_seconds is not None and not collection.ready:
        started = time.monotonic()
        for units, serving in collection.rounds():
            with serving as server:
                crawl_into(units, impolite(server.proxy_url, max_seconds=max_seconds), folder)
        print(f"{collection.name}: crawled in {time.monotonic() - started:.0f} s", file=sys.stderr)
    started = time.monotonic()
    results = list(judge_collection(collection, folder, 1 if collection.ready else processes))
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
    items = sorted({one.item for one in comparisons}, key=item_order)
    portals = list(dict.fromkeys((one.collection, one.portal) for one in comparisons))
    families = list(dict.fromkeys(one.family for one in comparisons))
    collections = list(dict.fromkeys(one.collection for one in comparisons))
    parts = [
        table("item", ((item, [c for c in comparisons if c.item == item]) for item in items)),
        table("family", ((name, [c for c in comparisons if c.family == name]) for name in families)),
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
            for one in sorted(comparisons, key=lambda c: (OUTCOMES.index(c.outcome), item_order(c.item)))
            if one.outcome != "right"
        ),
    ]
    return "\n\n".join(parts)


def counted(comparisons: Iterable[Comparison]) -> Counts:
    """The sums that accuracy.json holds."""
    outcomes = Counter(one.outcome for one in comparisons)
    return Counts(
        outcomes.total(),
        outcomes["right"],
        outcomes["false_fail"],
        outcomes["false_pass"],
        outcomes["abstention"],
    )


def measurement(comparisons: Sequence[Comparison], checklist: Checklist, day: date, version: str) -> Measurement:
    """What accuracy.json tells of an evaluation: all items of the checklist, real portals apart from invented ones."""

    def sort_of(one: Comparison) -> str:
        return "saved" if one.collection == "saved" else "invented"

    portals = {(sort_of(one), one.collection, one.portal) for one in comparisons}
    families = sorted({(one.collection != "saved", one.collection != "samples", one.family) for one in comparisons})
    return Measurement(
        checklist.id,
        version,
        day,
        {sort: sum(one[0] == sort for one in portals) for sort in ("saved", "invented")},
        {name: counted(one for one in comparisons if one.family == name) for *_, name in families},
        {
            item.id: ItemAccuracy(
                *(
                    counted(one for one in comparisons if one.item == item.id and sort_of(one) == sort)
                    for sort in ("saved", "invented")
                )
            )
            for item in checklist.items
        },
    )


def collections(scratch: Path, portals: Sequence[str], *, direct: bool = False) -> list[Collection]:
    """The collections at hand, cut to the portals named (all where none is named)."""
    folder = saved_portals_folder()
    found = [sample_portals(), fixture_portals(scratch, direct=direct), unseen_portals(scratch, direct=direct)]
    if (folder / "portals.csv").is_file():
        found.insert(0, saved_portals(folder, scratch))
    else:
        print(f"no saved portals: {folder} does not exist", file=sys.stderr)
    if not portals:
        return found
    return [cut for one in found if (cut := one.only(portals)).units]


def write_documents(found: Measurement) -> None:
    """Replace auditor/accuracy.json and docs/accuracy.md."""
    (ROOT / "auditor" / "accuracy.json").write_text(found.to_json(), encoding="utf-8", newline="\n")
    text = accuracy_document(found, load_checklist(found.checklist))
    (ROOT / "docs" / "accuracy.md").write_text(text, encoding="utf-8", newline="\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; gives the exit status."""
    parser = argparse.ArgumentParser(description="Compare verdicts with labels.")
    parser.add_argument("--portal", action="append", default=[], help="only this portal (repeatable)")
    parser.add_argument("--only", choices=["saved", "samples", "fixtures", "unseen"], help="only this collection")
    parser.add_argument("--direct", action="store_true", help="judge the invented portals without a crawl")
    parser.add_argument("--json", action="store_true", help="every comparison as JSON")
    parser.add_argument("--keep", type=Path, help="keep the archives in this folder")
    parser.add_argument("--rejudge", type=Path, help="judge the archives of an earlier --keep again")
    parser.add_argument("--processes", type=int, default=2, help="processes that judge")
    # One saved portal is mostly flood-protection pages, which a static copy goes on showing however long one waits.
    parser.add_argument("--max-seconds", type=float, default=120.0, help="limit of the crawl per unit")
    parser.add_argument("--raise-floors", action="store_true", help="tighten floors.yaml where this run is better")
    parser.add_argument("--write-docs", action="store_true", help="write auditor/accuracy.json and docs/accuracy.md")
    parser.add_argument("--date", type=date.fromisoformat, default=None, help="the day that --write-docs names")
    parser.add_argument("--program-version", default=__version__, help="the version that --write-docs names")
    options = parser.parse_args(arguments)
    if options.write_docs and (options.direct or options.only or options.portal):
        parser.error("--write-docs needs the whole evaluation")
    with contextlib.ExitStack() as held:
        scratch = Path(held.enter_context(tempfile.TemporaryDirectory()))
        archives: Path = options.rejudge or options.keep or scratch
        comparisons = [
            comparison
            for collection in collections(scratch, options.portal, direct=options.direct)
            if options.only in (None, collection.name)
            for comparison in measure(
                collection, archives, options.processes, None if options.rejudge else options.max_seconds
            )
        ]
    if options.json:
        json.dump([asdict(one) for one in comparisons], sys.stdout, ensure_ascii=False, indent=1)
    else:
        print(report(comparisons))
    if options.write_docs:
        if not any(one.collection == "saved" for one in comparisons):
            parser.error("--write-docs needs the saved portals")
        found = measurement(
            comparisons, load_checklist(CHECKLIST), options.date or date.today(), options.program_version
        )
        write_documents(found)
    if options.portal:
        return 0  # the limits are for whole collections
    floors = read_floors()
    if options.raise_floors:
        write_floors(raised(comparisons, floors))
    lines = broken(comparisons, floors)
    print("\n".join(["", "broken floors:", *lines] if lines else ["", "all floors hold"]), file=sys.stderr)
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
