"""The stores that tests run on: SQLite, and a PostgreSQL server that is started for them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgresql import MISSING, PostgreSQLMissingError, Server, served


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A PostgreSQL server. Where CI is set it must be there; elsewhere its tests are skipped, and say how to get it."""
    try:
        with served() as server:
            yield server
    except PostgreSQLMissingError:
        if os.environ.get("CI"):
            pytest.fail(MISSING)
        pytest.skip(MISSING)


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty store, on each kind of database."""
    if request.param == "sqlite":
        return f"sqlite:///{(tmp_path / 'store.db').as_posix()}"
    server: Server = request.getfixturevalue("postgresql")
    return server.new_database()
