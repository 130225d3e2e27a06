"""The same archive gives the same results to the byte, however Python hashes words in that process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from auditor.checklist import load_checklist
from auditor.config import load_config
from auditor.judge import JudgeContext, judge_archive
from auditor.register_index import RegisterIndex
from tests.portals.fixture_portals import CHECKLIST, FIXTURES, UNSEEN, load

ROOT = Path(__file__).resolve().parent.parent.parent
# Portals with many disclosures of which several texts tell one date, lists of units, people, and abuse.
PORTALS = ("last-wordpress", "thcs-hacked", "phong-binh-khang", "lc-nam-thien-viet", "th-cao-thi-nga")
SEEDS = ("1", "2", "3")


def judged() -> str:
    """The results of the portals as JSON, as they come out in this process."""
    results = []
    for path in (*FIXTURES, *UNSEEN):
        if path.stem in PORTALS:
            portal = load(path)
            index = RegisterIndex.of(portal.units)
            context = JudgeContext(load_checklist(CHECKLIST), load_config(), index, portal.as_of)
            results.append(judge_archive(portal.archive(), portal.units[0], context))
    assert len(results) == len(PORTALS)
    return json.dumps(results, ensure_ascii=False)


def test_results_do_not_depend_on_the_seed_of_hashes() -> None:
    code = "from tests.portals.test_same_verdict import judged; print(judged())"
    told = [
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=True,
        ).stdout
        for seed in SEEDS
    ]
    assert len(json.loads(told[0])) == len(PORTALS)
    for other in told[1:]:
        assert other == told[0]
