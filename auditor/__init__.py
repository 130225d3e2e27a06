"""Judges the web portals of education units from a stored crawl: pages, facts, checks, findings, scores.

Nothing in this package talks to the network or asks the clock.
"""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("auditor")
except PackageNotFoundError:  # a checkout that was not installed
    __version__ = "0+checkout"
