"""What the tests of the scorecards share."""

from __future__ import annotations

import pytest

from auditor.checklist import Checklist, load_checklist


@pytest.fixture(scope="session")
def checklist() -> Checklist:
    """The checklist that comes with the program."""
    return load_checklist("3082-gddt-tttt")
