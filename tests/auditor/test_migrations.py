"""The store through time: what an older program stored is still there, and a newer program's store is left alone."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.pool import NullPool

from auditor import history, migrations, reviews, second_tries, store
from auditor.store import StoreError, open_store
from tests.auditor.test_store import REGISTER, by_hand, run_named

OF_THE_FIRST_PROGRAM = (
    "CREATE TABLE auditor_schema (version INTEGER NOT NULL PRIMARY KEY)",
    "INSERT INTO auditor_schema VALUES (1)",
    "CREATE TABLE runs (id VARCHAR(64) NOT NULL PRIMARY KEY, state VARCHAR(16) NOT NULL, started_at VARCHAR(32) NOT "
    "NULL, finished_at VARCHAR(32), as_of VARCHAR(10) NOT NULL, out TEXT NOT NULL, archive TEXT NOT NULL, "
    "program_version VARCHAR(64) NOT NULL, checklist TEXT NOT NULL, config TEXT NOT NULL, register TEXT NOT NULL)",
    "CREATE TABLE unit_results (run_id VARCHAR(64) NOT NULL REFERENCES runs (id) ON DELETE CASCADE, unit_id "
    "VARCHAR(200) NOT NULL, position INTEGER NOT NULL, status VARCHAR(16), result TEXT, PRIMARY KEY (run_id, unit_id), "
    "UNIQUE (run_id, position))",
    "CREATE TABLE register_rejects (run_id VARCHAR(64) NOT NULL REFERENCES runs (id) ON DELETE CASCADE, position "
    'INTEGER NOT NULL, "row" INTEGER NOT NULL, reason TEXT NOT NULL, unit_id TEXT NOT NULL, name TEXT NOT NULL, '
    "PRIMARY KEY (run_id, position))",
    "INSERT INTO runs VALUES ('old', 'done', '2026-10-20T01:00:00Z', NULL, '2026-10-20', '/out', '/out/archive', '1', "
    """'{"id":"c"}', '{"city":"hcm"}', '{"source":"a.csv","units":[],"warnings":[]}')""",
    """INSERT INTO unit_results VALUES ('old', 'A', 0, 'audited', '{"id":"A","status":"audited"}')""",
    "INSERT INTO register_rejects VALUES ('old', 0, 5, 'why', 'X', '')",
)


@contextmanager
def connected(url: str) -> Iterator[sa.Connection]:
    engine = sa.create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


def test_a_store_of_the_first_program_is_brought_up_to_date_and_loses_nothing(store_url: str) -> None:
    by_hand(store_url, *OF_THE_FIRST_PROGRAM)
    opened = open_store(store_url)
    try:
        assert [run.id for run in opened.runs()] == ["old"]
        assert list(opened.results("old")) == [{"id": "A", "status": "audited"}]
        assert opened.register("old").rejected[0].reason == "why"
        opened.add_run(run_named("new"), REGISTER)
    finally:
        opened.close()
    with connected(store_url) as connection:
        assert migrations.version_of(connection) == migrations.known_versions()[-1]
    open_store(store_url).close()


def test_the_migrated_store_is_what_the_program_expects(store_url: str) -> None:
    """A column that stands in the code but in no migration would be missing in every office."""
    open_store(store_url).close()
    expected = sa.MetaData()
    for metadata in (store._metadata, reviews.metadata, history.metadata, second_tries.metadata):
        for table in metadata.tables.values():
            table.to_metadata(expected)
    with connected(store_url) as connection:
        context = MigrationContext.configure(connection, opts={"version_table": migrations.VERSION_TABLE})
        assert compare_metadata(context, expected) == []


def test_a_step_that_fails_leaves_the_old_store_as_it_was(store_url: str) -> None:
    by_hand(store_url, *OF_THE_FIRST_PROGRAM, "CREATE INDEX unit_results_by_unit ON unit_results (status)")
    with pytest.raises(StoreError, match="không mở được nơi lưu"):
        open_store(store_url)
    with connected(store_url) as connection:
        assert "auditor_schema" in sa.inspect(connection).get_table_names()
        assert migrations.version_of(connection) == "0001"
    by_hand(store_url, "DROP INDEX unit_results_by_unit")
    open_store(store_url).close()


def test_a_store_of_a_newer_program_is_left_alone(store_url: str) -> None:
    open_store(store_url).close()
    by_hand(store_url, f"UPDATE {migrations.VERSION_TABLE} SET version_num = '9999'")
    with pytest.raises(StoreError, match=r"phiên bản 9999.*cập nhật chương trình"):
        open_store(store_url)


def test_tables_of_another_program_are_left_alone(store_url: str) -> None:
    by_hand(store_url, "CREATE TABLE runs (id INTEGER)")
    with pytest.raises(StoreError, match="chương trình khác"):
        open_store(store_url)


def test_two_programs_that_open_a_new_store_at_once_both_get_it(store_url: str) -> None:
    failures: list[BaseException] = []

    def open_it() -> None:
        try:
            open_store(store_url).close()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []


def test_versions_are_numbered_without_gaps() -> None:
    folder = Path(migrations.__file__).with_name("versions")
    numbers = sorted(int(re.findall(r"v(\d{4})_", path.name)[0]) for path in folder.glob("v*.py"))
    assert numbers == list(range(1, len(numbers) + 1))
