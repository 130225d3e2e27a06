"""How well dates are read, beside a public date extractor (htmldate) on the same strings and pages in the same run.

    python -m benchmarks.dates             strings, invented pages, and saved real pages where they exist
    python -m benchmarks.dates --wrong     lists what we got wrong, too

Strings are those of tests/auditor/test_dates.py. Pages: invented ones (tests/auditor/date_pages.yaml); real ones with
the labels that stand beside them (page-labels.csv) and those of date_pages.csv here, which names a file by the start of
its SHA-256. A label is the day on which an article was published, or the newest publication that a list shows, or none.

precision: of the answers, the share that is right; recall: of the dates that are there, the share that was found.
htmldate sees a page alone; we see it in its portal, which is how we tell clocks and dates in lists. The exit status is
1 where we are less right than htmldate anywhere.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from htmldate import find_date

from auditor.archive import Archive
from auditor.dates import find_dates
from auditor.facts import publications
from auditor.facts.date_order import DateOrder
from auditor.facts.documents import Documents
from auditor.facts.pages import Pages
from auditor.facts.publications import Origin
from auditor.facts.sections import Sections
from auditor.model import Capture, CrawlEnd, Kind, Status, StoppedBy, Unit
from auditor.urls import key
from auditor.vocabulary import Vocabulary
from benchmarks.labelled import saved_portals_folder
from tests.auditor.date_pages import dated_pages
from tests.auditor.portal_maker import AS_OF, facts_for
from tests.auditor.test_dates import DATES, FETCHED, TRAPS

_LABELS = Path(__file__).with_name("date_pages.csv")
_NEIGHBOURS = 80  # pages of a portal that are read beside the labelled ones
_HTMLDATE: dict[str, dict[str, Any]] = {
    "htmldate, published": {"original_date": True, "extensive_search": True},
    "htmldate, updated": {"original_date": False, "extensive_search": True},
    "htmldate, careful": {"original_date": True, "extensive_search": False},
}


@dataclass(frozen=True, slots=True)
class Case:
    """A string or page: its name, its date or None, and what each reader says of it."""

    name: str
    truth: date | None
    answers: dict[str, date | None]


@dataclass(frozen=True, slots=True)
class Score:
    """Answers of one reader: right and wrong ones, dates that are there, dates that it missed or invented."""

    right: int
    answered: int
    dated: int
    correct: int
    all: int

    @property
    def precision(self) -> float:
        return self.right / self.answered if self.answered else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.dated if self.dated else 1.0

    @property
    def accuracy(self) -> float:
        return self.correct / self.all


def score(cases: Sequence[Case], reader: str) -> Score:
    """How a reader did."""
    pairs = [(case.truth, case.answers[reader]) for case in cases]
    return Score(
        right=sum(truth is not None and truth == said for truth, said in pairs),
        answered=sum(said is not None for _, said in pairs),
        dated=sum(truth is not None for truth, _ in pairs),
        correct=sum(truth == said for truth, said in pairs),
        all=len(pairs),
    )


def _ask_htmldate(html: str, latest: date) -> dict[str, date | None]:
    answers = {}
    for name, options in _HTMLDATE.items():
        try:
            said = find_date(html, outputformat="%Y-%m-%d", max_date=latest.isoformat(), **options)
        except (ValueError, TypeError, OverflowError):
            said = None
        answers[name] = date.fromisoformat(said) if said else None
    return answers


def strings() -> Iterator[Case]:
    """The strings of the tests; a date that is none of a day counts by its first day."""
    for line in DATES.strip("\n").splitlines():
        text, iso, *_ = line.rsplit("|", 4)
        yield _string(text, date.fromisoformat(iso))
    for text in TRAPS.strip("\n").splitlines():
        yield _string(text, None)


def _string(text: str, truth: date | None) -> Case:
    found = find_dates(text, fetched=FETCHED)
    answers = _ask_htmldate(f"<html><body><p>{text}</p></body></html>", date(2026, 12, 31))
    return Case(text, truth, {"auditor": found[0].date if found else None, **answers})


class _Recorder(publications._Reader):
    """Notes every date of a publication with the page where it was seen, before they are put together."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.seen: dict[str, list[date]] = {}

    def _add(self, title: str, url: str, day: date, precision: str, origin: Origin, page: Any, *rest: Any) -> None:
        if day <= self.as_of and precision == "day":
            self.seen.setdefault(page.key, []).append(day)
        super()._add(title, url, day, precision, origin, page, *rest)


def _portal_dates(archive: Archive, as_of: date) -> Callable[[str, str], date | None]:
    """Answers of ours for the pages of a portal, by address and kind."""
    get: Callable[[type], Any] = facts_for(archive, as_of=as_of)
    facts = [get(kind) for kind in (Pages, Sections, Documents, Vocabulary, DateOrder)]
    recorder = _Recorder(*facts, as_of)
    recorder.read()
    found = recorder.result()

    def answer(url: str, kind: str) -> date | None:
        publication = found.of(url)
        own = [publication.day] if publication is not None else []
        return max([*own, *(recorder.seen.get(key(url), ()) if kind == "newest" else ())], default=None)

    return answer


def invented() -> Iterator[Case]:
    """The invented pages."""
    for page in dated_pages():
        ours = _portal_dates(page.archive, AS_OF)(page.url, page.kind)
        yield Case(page.name, page.day, {"auditor": ours, **_ask_htmldate(page.html, AS_OF)})


def saved(folder: Path) -> Iterator[Case]:
    """The labelled pages among the saved portals."""
    with (folder / "portals.csv").open(encoding="utf-8-sig", newline="") as file:
        portals = {row["portal"]: row for row in csv.DictReader(file)}
    labels: dict[Path, tuple[str, date | None]] = {}
    with (folder / "page-labels.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            labels[folder / row["path"]] = ("newest", _day(row["newest_visible_date"]))
    with _LABELS.open(encoding="utf-8", newline="") as file:
        ours = {row["file"]: (row["kind"], _day(row["date"])) for row in csv.DictReader(file)}
    for portal, about in portals.items():
        root = folder / "pages" / portal
        files = sorted(path for path in root.rglob("*.html") if path.is_file())
        for path in files:
            ident = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
            if ident in ours:
                labels.setdefault(path, ours[ident])
        chosen = [path for path in files if path in labels]
        rest = [path for path in files if path not in labels]
        chosen += rest[:: max(1, len(rest) // _NEIGHBOURS)]
        yield from _saved_portal(about, root, chosen, labels)


def _saved_portal(
    about: dict[str, str], root: Path, files: Iterable[Path], labels: dict[Path, tuple[str, date | None]]
) -> Iterator[Case]:
    home = f"http://{about['host']}/{about['home_path']}"
    as_of = date.fromisoformat(about["as_of"])
    captures = []
    urls: dict[Path, str] = {}
    for path in files:
        url = urls[path] = f"http://{about['host']}/{path.relative_to(root).as_posix()}"
        header = (("content-type", "text/html"),)
        captures.append(
            Capture(url, 200, header, path.read_bytes(), f"{as_of}T01:00:00Z", depth=int(url != home), home=url == home)
        )
    captures.sort(key=lambda capture: not capture.home)
    unit = Unit(about["portal"], about["name"], Kind(about["kind"]), f"http://{about['host']}/")
    end = CrawlEnd(Status.AUDITED, "complete", StoppedBy.COMPLETE, final_url=home, pages=len(captures))
    answer = _portal_dates(Archive(unit, tuple(captures), (), (), end), as_of)
    bodies = {capture.url: capture.body for capture in captures}
    for path, (kind, truth) in labels.items():
        if path in urls:
            html = bodies[urls[path]].decode("utf-8", "replace")
            said = answer(urls[path], kind)
            yield Case(path.relative_to(root.parent).as_posix(), truth, {"auditor": said, **_ask_htmldate(html, as_of)})


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints a table per collection."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wrong", action="store_true", help="list what we got wrong")
    options = parser.parse_args(arguments)
    collections = {"strings": list(strings()), "invented pages": list(invented())}
    folder = saved_portals_folder()
    if folder is not None:
        collections["saved pages"] = list(saved(folder))
    worse = False
    print(f"{'collection':16} {'reader':22} {'cases':>5} {'dated':>5} {'precision':>9} {'recall':>7} {'accuracy':>8}")
    for name, cases in collections.items():
        for reader in ("auditor", *_HTMLDATE):
            one = score(cases, reader)
            print(
                f"{name:16} {reader:22} {one.all:5} {one.dated:5} {one.precision:9.3f} {one.recall:7.3f} "
                f"{one.accuracy:8.3f}"
            )
            worse = worse or one.accuracy > score(cases, "auditor").accuracy
        if options.wrong:
            for case in cases:
                if case.answers["auditor"] != case.truth:
                    others = ", ".join(str(said) for reader, said in case.answers.items() if reader != "auditor")
                    print(f"    {case.name}: {case.answers['auditor']}, right is {case.truth} (htmldate: {others})")
    return int(worse)


if __name__ == "__main__":
    sys.exit(main())
