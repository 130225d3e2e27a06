"""The saved real portals: where they stand, and one crawl and one judging of all of them for every test here.

They are not part of the program. They are looked for beside the checkout (../shared/portals) or where the environment
variable AUDITOR_PORTALS says; where they are missing these tests are skipped, and say so.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks.labelled import (
    FOLDER_VARIABLE,
    Collection,
    crawl_into,
    impolite,
    judge_collection,
    saved_portals,
    saved_portals_folder,
)


@pytest.fixture(scope="session")
def portals_folder() -> Path:
    """The folder of the saved portals."""
    folder = saved_portals_folder()
    if not (folder / "portals.csv").is_file():
        pytest.skip(f"the saved real portals are not at {folder} (set {FOLDER_VARIABLE} to their folder)")
    return folder


@pytest.fixture(scope="session")
def saved(portals_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Collection:
    """The eight portals with their labels."""
    return saved_portals(portals_folder, tmp_path_factory.mktemp("register"))


@pytest.fixture(scope="session")
def archives(saved: Collection, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archives of one crawl of all eight portals."""
    folder = tmp_path_factory.mktemp("archives")
    with saved.serve() as server:
        crawl_into(saved.units, impolite(server.proxy_url, max_seconds=120.0), folder)
    return folder


@pytest.fixture(scope="session")
def results(saved: Collection, archives: Path) -> list[dict[str, Any]]:
    """The eight units of results.json, each as of the day on which it was saved."""
    return list(judge_collection(saved, archives, 2))
