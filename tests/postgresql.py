"""A real PostgreSQL server of the tests' own: no network (a socket in a folder of its own), gone when they end."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

MISSING = (
    "PostgreSQL is not installed here, so the store is tested on SQLite alone. Debian, Ubuntu: apt-get install "
    "postgresql. Where CI is set in the environment this is a failure."
)


class PostgreSQLMissingError(Exception):
    """There is no PostgreSQL server program on this machine."""


def programs() -> Path:
    """The folder with initdb and postgres. Raises PostgreSQLMissingError."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name))
    found = shutil.which("initdb")
    folders = [*([Path(found).resolve().parent] if found else []), *reversed(debian)]
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise PostgreSQLMissingError(MISSING)


class Server:
    """A running server; every `new_database` is empty."""

    def __init__(self, socket_folder: Path) -> None:
        self._folder = socket_folder
        self._made = 0

    def url(self, database: str = "postgres") -> str:
        """The address of a database as a configuration has it."""
        return f"postgresql+psycopg://auditor@/{database}?host={self._folder}"

    def new_database(self) -> str:
        """Makes an empty database and gives its address."""
        self._made += 1
        name = f"store_{self._made}"
        engine = sa.create_engine(self.url(), isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with engine.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
        return self.url(name)


@contextmanager
def served() -> Iterator[Server]:
    """A server for as long as the block lasts. Raises PostgreSQLMissingError."""
    binaries = programs()
    # PostgreSQL refuses to run as root; Debian's package brings the user that it wants to be.
    as_user: dict[str, Any] = {}
    if os.geteuid() == 0:
        as_user = {"user": "postgres", "group": "postgres", "extra_groups": []}
    # Not pytest's folder: the path of a socket is at most 107 bytes long, and root's folders are closed to others.
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp") as name:
        folder = Path(name)
        if as_user:
            shutil.chown(folder, "postgres", "postgres")
        data = folder / "data"
        quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stdin": subprocess.DEVNULL, "cwd": folder, **as_user}
        subprocess.run(
            [
                str(binaries / "initdb"),
                "-D",
                str(data),
                "-U",
                "auditor",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C",
                "--no-sync",
            ],
            check=True,
            **quiet,
        )
        control = [str(binaries / "pg_ctl"), "-D", str(data), "-w", "-s"]
        options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off -c max_connections=40"
        subprocess.run([*control, "-l", str(folder / "log"), "-o", options, "start"], check=True, **quiet)
        try:
            yield Server(folder)
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], check=True, **quiet)
