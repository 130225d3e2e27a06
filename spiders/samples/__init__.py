"""Sample portals that come with the program: invented schools, served on loopback for the demo and the tests.

Every unit, person and number in them is invented. Times in them fit the as-of date AS_OF.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path

from spiders import loopback

SAMPLES_DIR = Path(__file__).resolve().parent
AS_OF = date(2026, 10, 20)


def register_path() -> Path:
    """The register of the sample units (one of its rows is unusable on purpose)."""
    return SAMPLES_DIR / "register.csv"


def expected_path() -> Path:
    """The verdicts that a careful reader gives: unit, item, verdict ("a|b": either is right; "*": not counted)."""
    return SAMPLES_DIR / "expected.csv"


def serve(port: int = 0) -> AbstractContextManager[loopback.Server]:
    """Serve the sample portals under their own host names; `.proxy_url` goes into `network.proxy`."""
    return loopback.serve(SAMPLES_DIR / "portals", port)
