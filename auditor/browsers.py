"""The browsers that may be on this machine, found without starting one."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

# Chromium first: of several it is the one that changes least between machines. Edge is part of Windows.
_NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
    "microsoft-edge-stable",
    "chrome",
    "msedge",
)
_WINDOWS = (r"Google\Chrome\Application\chrome.exe", r"Microsoft\Edge\Application\msedge.exe")
_MAC = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
# Where Playwright's own download keeps the executable, below its folder chromium-<number>.
_OWN = ("chrome-linux64/chrome", "chrome-linux/chrome", "chrome-win64/chrome.exe", "chrome-win/chrome.exe")


def find_browser(configured: str | None = None) -> Path | None:
    """The executable of the browser to use: the configured one, an installed Chromium, Chrome or Edge, or the one that
    Playwright has fetched; None where there is none (a configured one that does not exist, too)."""
    if configured is not None:
        path = Path(configured)
        return path if path.is_file() else None
    return next(_installed(), None)


def _installed() -> Iterator[Path]:
    for name in _NAMES:
        found = shutil.which(name)
        if found:
            yield Path(found)
    for variable in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"):
        root = os.environ.get(variable)
        yield from (path for tail in _WINDOWS if root and (path := Path(root, tail)).is_file())
    yield from (path for name in _MAC if (path := Path(name)).is_file())
    for folder in sorted(_own_folder().glob("chromium-*"), reverse=True):
        yield from (path for tail in _OWN if (path := folder / tail).is_file())


def _own_folder() -> Path:
    home = Path.home()
    usual = {
        "win32": home / "AppData" / "Local" / "ms-playwright",
        "darwin": home / "Library" / "Caches" / "ms-playwright",
    }
    return Path(
        os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or usual.get(sys.platform, home / ".cache" / "ms-playwright")
    )
