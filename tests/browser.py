"""The real browser of the tests: finds one on this machine, or installs one the way the system does it.

Run as a script it makes sure that there is one, and fails with what to do where it cannot.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from auditor.browsers import find_browser


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


if __name__ == "__main__":
    try:
        print(f"browser: {ensure()}")
    except RuntimeError as problem:
        sys.exit(str(problem))
