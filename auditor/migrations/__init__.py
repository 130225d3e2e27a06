"""The shape of the store through time: one file per change, carried out in place by Alembic.

A new change is `versions/vNNNN_<what>.py` with the next number, together with the tables of `auditor/store.py` (or of
the module that owns them); `tests/auditor/test_migrations.py` holds the two against each other.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

import sqlalchemy as sa

VERSION_TABLE = "auditor_version"
_FILE = re.compile(r"v(\d{4})_\w+\.py")
_FIRST = "0001"
_OLD_TABLE = "auditor_schema"  # held the version before the store was migrated by Alembic
_LOCK = 3082_2026  # of PostgreSQL's advisory locks: one upgrade at a time


class UnknownVersionError(Exception):
    """The store is of a version that this program does not know; `version` is what it says of itself."""

    def __init__(self, version: str) -> None:
        super().__init__(version)
        self.version = version


class ForeignTablesError(Exception):
    """The database holds tables of our names that another program made."""


@cache
def known_versions() -> tuple[str, ...]:
    """All versions of the store that this program knows, the newest last."""
    names = (_FILE.fullmatch(entry.name) for entry in files(__name__).joinpath("versions").iterdir())
    return tuple(sorted(match.group(1) for match in names if match))


def version_of(connection: sa.Connection) -> str | None:
    """The version of the store behind a connection, None for an empty database.

    Raises UnknownVersionError and ForeignTablesError.
    """
    tables = set(sa.inspect(connection).get_table_names())
    if VERSION_TABLE in tables:
        found = connection.exec_driver_sql(f"SELECT version_num FROM {VERSION_TABLE}").scalar()
        if found is not None and found not in known_versions():
            raise UnknownVersionError(str(found))
        return found
    if _OLD_TABLE in tables:
        old = connection.exec_driver_sql(f"SELECT max(version) FROM {_OLD_TABLE}").scalar()
        if old != 1:
            raise UnknownVersionError(str(old))
        return _FIRST
    if "runs" in tables:
        raise ForeignTablesError
    return None


def upgrade(engine: sa.Engine) -> None:
    """Brings the store to the newest version: all steps or none, and one process at a time.

    Raises what `version_of` raises, and SQLAlchemyError.
    """
    with engine.connect() as connection:
        try:
            if version_of(connection) == known_versions()[-1]:
                return
            connection.rollback()
            if connection.dialect.name == "sqlite":
                # Rebuilding a table drops the old one, which must not take the rows that refer to it along; and
                # Python's driver begins no transaction for CREATE TABLE by itself.
                connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
                connection.rollback()
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            elif connection.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
            _carry_out(connection, version_of(connection))
            connection.commit()
        finally:
            connection.rollback()
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA foreign_keys=ON")


def _carry_out(connection: sa.Connection, version: str | None) -> None:
    # Alembic is slow to load, and only needed where there is something to do.
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "auditor:migrations")
    if version == _FIRST:
        command.stamp(config, _FIRST)
    command.upgrade(config, "head")
