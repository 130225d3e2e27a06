"""What judging may cost: a change that makes it much dearer must be noticed before an inspector waits a day longer."""

from __future__ import annotations

from collections.abc import Callable
from time import process_time

from selectolax.lexbor import LexborHTMLParser

from auditor.checklist import load_checklist
from auditor.config import load_config
from auditor.judge import JudgeContext, judge_archive, settle_in
from auditor.register_index import RegisterIndex
from benchmarks import farm
from tests.auditor.portal_maker import make_archive

MOST = 45  # times what parsing the same pages once costs; see the benchmark for the figures


def least(work: Callable[[], object]) -> float:
    """CPU seconds of the fastest of four rounds: what else runs on the machine only ever adds."""
    found = []
    for _ in range(4):
        begun = process_time()
        work()
        found.append(process_time() - begun)
    return min(found)


def test_judging_costs_so_many_times_what_parsing_costs_and_no_more() -> None:
    bodies = farm.pages(0)
    archive = make_archive(bodies, host=farm.host(0))
    context = JudgeContext(
        load_checklist("3082-gddt-tttt"), load_config(), RegisterIndex.of([archive.unit]), farm.AS_OF
    )
    settle_in()
    assert judge_archive(archive, archive.unit, context)["crawl"]["pages"] == farm.PAGES
    judging = least(lambda: judge_archive(archive, archive.unit, context))
    parsing = least(lambda: [LexborHTMLParser(body) for body in bodies.values()])
    assert judging < MOST * parsing, f"{judging / parsing:.0f} times"
