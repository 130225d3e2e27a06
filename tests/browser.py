"""The real browser of the tests: finds one on this machine, or installs one the way the system does it.

Run as a script it makes sure that there is one, and fails with what to do where it cannot.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from auditor.browsers import find_browser

if TYPE_CHECKING:
    from playwright.sync_api import Page

_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def find() -> str | None:
    """The executable of an installed Chromium, Chrome or Edge, or None."""
    found = find_browser()
    return str(found) if found else None


def ensure() -> str:
    """A browser's executable; installs Debian's Chromium when run as root there. Raises RuntimeError otherwise."""
    found = find()
    if found:
        return found
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        subprocess.run(["apt-get", "update", "-qq"], check=True)
        subprocess.run(["apt-get", "install", "-y", "-qq", "chromium", "fonts-noto-core"], check=True)
        found = find()
        if found:
            return found
    raise RuntimeError(
        "The tests need Chromium, Chrome or Edge. Debian, Ubuntu: apt-get install chromium. Windows: Edge is enough."
    )


def barriers(page: Page) -> list[tuple[str, str, list[str]]]:
    """What axe-core finds to mend on a page as it stands: the rule, what it asks, the first elements that break it."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options={"runOnly": _RULES, "resultTypes": ["violations"]})
    return [
        (broken["id"], broken["help"], [node["html"][:150] for node in broken["nodes"][:3]])
        for broken in found.response["violations"]
    ]


if __name__ == "__main__":
    try:
        print(f"browser: {ensure()}")
    except RuntimeError as problem:
        sys.exit(str(problem))
