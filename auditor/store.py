"""The store of runs: SQLite by default, any database that SQLAlchemy speaks by its URL."""

from __future__ import annotations

import json
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from filelock import FileLock, Timeout
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from auditor.migrations import ForeignTablesError, UnknownVersionError, known_versions, upgrade
from auditor.model import Kind, Unit
from auditor.register import Register, RejectedRow, RowWarning

_metadata = sa.MetaData()
_runs = sa.Table(
    "runs",
    _metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("started_at", sa.String(32), nullable=False),
    sa.Column("finished_at", sa.String(32)),
    sa.Column("as_of", sa.String(10), nullable=False),
    sa.Column("out", sa.Text, nullable=False),
    sa.Column("archive", sa.Text, nullable=False),
    sa.Column("program_version", sa.String(64), nullable=False),
    sa.Column("checklist", sa.Text, nullable=False),
    sa.Column("config", sa.Text, nullable=False),
    sa.Column("register", sa.Text, nullable=False),
)
_units = sa.Table(
    "unit_results",
    _metadata,
    sa.Column("run_id", sa.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("unit_id", sa.String(200), primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("status", sa.String(16)),
    sa.Column("result", sa.Text),
    sa.UniqueConstraint("run_id", "position"),
    sa.Index("unit_results_by_unit", "unit_id"),
)
_rejects = sa.Table(
    "register_rejects",
    _metadata,
    sa.Column("run_id", sa.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("row", sa.Integer, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("unit_id", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
)


class StoreError(Exception):
    """The store cannot be used: wrong address, unreachable, of a newer program, or in use (Vietnamese message)."""


class StoreLostError(Exception):
    """The store was there and stopped answering in the middle of a run (disk full, server gone)."""


class RunState(StrEnum):
    """Where a run stands."""

    RUNNING = "running"
    INTERRUPTED = "interrupted"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run without its units. `checklist` is the block of results.json, `config` the whole configuration as data.

    `archive` is the folder of the crawl, which a rescored run shares with the run it was made from.
    """

    id: str
    state: RunState
    started_at: str
    finished_at: str | None
    as_of: str
    out: str
    archive: str
    program_version: str
    checklist: Mapping[str, str]
    config: Mapping[str, Any]


def _dump(value: object) -> str:
    # ASCII only: lone surrogates and control characters from portals survive every database and reader.
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))


def is_locked(path: Path) -> bool:
    """Whether a running process holds the lock on a file (`lock`)."""
    if not path.exists():
        return False
    held = FileLock(path, timeout=0)
    try:
        held.acquire()
    except (Timeout, OSError):
        return True
    held.release()
    return False


def store_file(url: str) -> Path | None:
    """The file of an SQLite store, None for a server or an in-memory store. Raises StoreError for a wrong address."""
    parsed = _parsed(url)
    if parsed.get_backend_name() != "sqlite" or parsed.database in (None, "", ":memory:"):
        return None
    return Path(str(parsed.database))


def shown_address(url: str) -> str:
    """The address of a store for people: without its password."""
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return "(địa chỉ sai)"


def _parsed(url: str) -> URL:
    try:
        return make_url(url)
    except ArgumentError as error:
        raise StoreError(
            "Địa chỉ nơi lưu (store) sai. Ví dụ đúng: sqlite:///auditor.db hoặc "
            "postgresql+psycopg://người-dùng@máy/tên-cơ-sở-dữ-liệu."
        ) from error


@contextmanager
def lock(path: Path, message: str) -> Iterator[None]:
    """Holds an operating-system lock on a file, which ends with the process. Raises StoreError(message) when held."""
    held = FileLock(path, timeout=0)
    try:
        held.acquire()
    except Timeout as error:
        raise StoreError(message) from error
    except OSError as error:
        raise StoreError(f"{path}: không ghi được ({error.strerror or error}). Hãy kiểm tra quyền ghi.") from error
    try:
        yield
    finally:
        held.release()


@contextmanager
def lock_store(url: str) -> Iterator[None]:
    """Keeps a second run out of an SQLite store. A server's store is meant for several machines and is not locked."""
    path = store_file(url)
    if path is None:
        yield
        return
    if not path.parent.is_dir():
        raise StoreError(f"{path}: không có thư mục «{path.parent}». Hãy tạo thư mục này hoặc đổi --store.")
    with lock(
        path.with_name(path.name + ".lock"),
        f"{path}: đang có một lần chạy khác dùng nơi lưu này. Hãy đợi lần chạy đó xong, hoặc đổi nơi lưu bằng --store.",
    ):
        yield


class Store:
    """An open store. Its methods raise StoreLostError when the database stops answering."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._write_lock = threading.Lock()

    def close(self) -> None:
        """Lets go of all connections."""
        self._engine.dispose()

    @contextmanager
    def _begin(self) -> Iterator[sa.Connection]:
        try:
            with self._write_lock, self._engine.begin() as connection:
                yield connection
        except DBAPIError as error:
            raise StoreLostError(str(error.orig or error)) from error

    @contextmanager
    def _read(self) -> Iterator[sa.Connection]:
        try:
            with self._engine.connect() as connection:
                yield connection
        except DBAPIError as error:
            raise StoreLostError(str(error.orig or error)) from error

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """A connection for a module with tables of its own, in one transaction: all of it is kept, or nothing."""
        with self._begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A connection that only reads."""
        with self._read() as connection:
            yield connection

    def add_run(self, run: StoredRun, register: Register, only: Collection[str] | None = None) -> None:
        """Stores a new run with its whole register; the units to audit are all, or `only` those with these ids."""
        about = {
            "source": register.source,
            "warnings": [asdict(warning) for warning in register.warnings],
            "units": [_unit_json(unit) for unit in register.units],
        }
        with self._begin() as connection:
            connection.execute(
                _runs.insert(),
                {
                    **{name: getattr(run, name) for name in ("id", "started_at", "finished_at", "as_of", "out")},
                    "state": str(run.state),
                    "archive": run.archive,
                    "program_version": run.program_version,
                    "checklist": _dump(dict(run.checklist)),
                    "config": _dump(dict(run.config)),
                    "register": _dump(about),
                },
            )
            rows = [
                {"run_id": run.id, "unit_id": unit.id, "position": position}
                for position, unit in enumerate(register.units)
                if only is None or unit.id in only
            ]
            connection.execute(_units.insert(), rows)
            if register.rejected:
                connection.execute(
                    _rejects.insert(),
                    [
                        {
                            "run_id": run.id,
                            "position": position,
                            "row": rejected.row,
                            "reason": rejected.reason,
                            "unit_id": rejected.id,
                            "name": rejected.name,
                        }
                        for position, rejected in enumerate(register.rejected)
                    ],
                )

    @contextmanager
    def claim(self, run_id: str) -> Iterator[None]:
        """Keeps another machine from working at the same run in a server's store. Raises StoreError where one does.

        An SQLite store is locked as a whole (`lock_store`). The claim ends with the connection, whatever happens.
        """
        if self._engine.dialect.name != "postgresql":
            yield
            return
        try:
            with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                asked = sa.select(sa.func.pg_try_advisory_lock(sa.func.hashtext(run_id)))
                if not connection.execute(asked).scalar():
                    raise StoreError(f"run {run_id}: một máy khác đang thực hiện lần chạy này. Hãy đợi máy đó xong.")
                yield
                connection.execute(sa.select(sa.func.pg_advisory_unlock(sa.func.hashtext(run_id))))
        except DBAPIError as error:
            raise StoreLostError(str(error.orig or error)) from error

    def forget_results(self, run_id: str, unit_ids: Collection[str] | None = None) -> None:
        """Takes back the results of a run, of all its units or of some: they are to be had again."""
        query = _units.update().where(_units.c.run_id == run_id).values(status=None, result=None)
        with self._begin() as connection:
            connection.execute(query if unit_ids is None else query.where(_units.c.unit_id.in_(unit_ids)))

    def set_state(self, run_id: str, state: RunState, finished_at: str | None = None) -> None:
        """Notes where a run stands now."""
        with self._begin() as connection:
            connection.execute(
                _runs.update().where(_runs.c.id == run_id).values(state=str(state), finished_at=finished_at)
            )

    def save_results(self, run_id: str, results: Sequence[Mapping[str, Any]]) -> None:
        """Stores the results of some units, each with its `id` and `status`, in one transaction."""
        with self._begin() as connection:
            connection.execute(
                _units.update()
                .where(_units.c.run_id == sa.bindparam("in_run"), _units.c.unit_id == sa.bindparam("in_unit"))
                .values(status=sa.bindparam("status"), result=sa.bindparam("result")),
                [
                    {
                        "in_run": run_id,
                        "in_unit": result["id"],
                        "status": result["status"],
                        "result": _dump(result),
                    }
                    for result in results
                ],
            )

    def runs(self) -> list[StoredRun]:
        """All runs, the newest first."""
        with self._read() as connection:
            rows = connection.execute(sa.select(*_run_columns()).order_by(_runs.c.started_at.desc(), _runs.c.id.desc()))
            return [_stored_run(row) for row in rows]

    def run(self, run_id: str) -> StoredRun | None:
        """The run with this id, or the newest for "latest"."""
        query = sa.select(*_run_columns())
        if run_id == "latest":
            query = query.order_by(_runs.c.started_at.desc(), _runs.c.id.desc()).limit(1)
        else:
            query = query.where(_runs.c.id == run_id)
        with self._read() as connection:
            row = connection.execute(query).first()
        return _stored_run(row) if row is not None else None

    def register(self, run_id: str) -> Register:
        """The register of a run as it was read."""
        with self._read() as connection:
            about = json.loads(connection.execute(sa.select(_runs.c.register).where(_runs.c.id == run_id)).scalar_one())
            rejects = connection.execute(
                sa.select(_rejects).where(_rejects.c.run_id == run_id).order_by(_rejects.c.position)
            ).all()
        return Register(
            about["source"],
            tuple(Unit(**{**unit, "kind": Kind(unit["kind"])}) for unit in about["units"]),
            tuple(RejectedRow(row.row, row.reason, row.unit_id, row.name) for row in rejects),
            tuple(RowWarning(**warning) for warning in about["warnings"]),
        )

    def results(self, run_id: str) -> Iterator[dict[str, Any]]:
        """The stored results of a run one by one, in the order of the register."""
        with self._read() as connection:
            rows = connection.execution_options(yield_per=50).execute(
                sa.select(_units.c.result)
                .where(_units.c.run_id == run_id, _units.c.result.is_not(None))
                .order_by(_units.c.position)
            )
            for (text,) in rows:
                yield json.loads(text)

    def result(self, run_id: str, unit_id: str) -> dict[str, Any] | None:
        """The stored result of one unit."""
        with self._read() as connection:
            text = connection.execute(
                sa.select(_units.c.result).where(_units.c.run_id == run_id, _units.c.unit_id == unit_id)
            ).scalar()
        return json.loads(text) if text is not None else None

    def statuses(self, run_id: str) -> dict[str, str | None]:
        """Unit id to status, in the order of the register; None where there is no result yet."""
        with self._read() as connection:
            rows = connection.execute(
                sa.select(_units.c.unit_id, _units.c.status)
                .where(_units.c.run_id == run_id)
                .order_by(_units.c.position)
            )
            return {row.unit_id: row.status for row in rows}

    def progress(self) -> dict[str, tuple[int, int]]:
        """Run id to (units with a result, units), for the list of runs."""
        with self._read() as connection:
            rows = connection.execute(
                sa.select(_units.c.run_id, sa.func.count(_units.c.status), sa.func.count()).group_by(_units.c.run_id)
            )
            return {row[0]: (row[1], row[2]) for row in rows}


def open_store(url: str, *, create: bool = True) -> Store:
    """Opens the store; makes its tables where there are none and brings those of an older program up to date.

    Raises StoreError with a message that says what to do: wrong address, missing driver, no database there
    (with `create` false), a folder without write rights, a store of a newer program.
    """
    path = store_file(url)
    if path is not None:
        if not path.parent.is_dir():
            raise StoreError(f"{path}: không có thư mục «{path.parent}». Hãy tạo thư mục này hoặc đổi --store.")
        if not path.exists() and not create:
            raise StoreError(
                f"{path}: chưa có nơi lưu nào ở đây. Hãy chạy từ thư mục của lần chạy trước, hoặc ghi --store cho đúng."
            )
    try:
        engine = sa.create_engine(url, connect_args={"timeout": 30} if path is not None else {})
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        raise StoreError(
            f"{shown_address(url)}: chưa cài thư viện cho loại cơ sở dữ liệu này ({error}). "
            "Với PostgreSQL: pip install 'auditor[postgresql]'."
        ) from error
    except (SQLAlchemyError, TypeError, ValueError) as error:
        raise StoreError(f"{shown_address(url)}: địa chỉ nơi lưu sai ({type(error).__name__}).") from error
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _prepare_sqlite)
    try:
        _prepare(engine, shown_address(url))
    except StoreError:
        engine.dispose()
        raise
    except SQLAlchemyError as error:
        engine.dispose()
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise StoreError(
            f"{shown_address(url)}: không mở được nơi lưu ({reason}). Hãy kiểm tra đường dẫn, quyền ghi, hoặc máy chủ "
            "cơ sở dữ liệu."
        ) from error
    return Store(engine)


def _prepare_sqlite(connection: Any, _: object) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=30000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _prepare(engine: sa.Engine, shown: str) -> None:
    try:
        upgrade(engine)
    except ForeignTablesError as error:
        raise StoreError(f"{shown}: cơ sở dữ liệu này thuộc chương trình khác. Hãy đổi --store.") from error
    except UnknownVersionError as error:
        raise StoreError(
            f"{shown}: nơi lưu có phiên bản {error.version}, chương trình này chỉ dùng được tới phiên bản "
            f"{known_versions()[-1]}. Hãy cập nhật chương trình, hoặc đổi --store."
        ) from error


def _unit_json(unit: Unit) -> dict[str, Any]:
    return asdict(replace(unit, extra=dict(unit.extra)))


def _run_columns() -> list[sa.Column[Any]]:
    return [column for column in _runs.c if column.name != "register"]


def _stored_run(row: Any) -> StoredRun:
    return StoredRun(
        row.id,
        RunState(row.state),
        row.started_at,
        row.finished_at,
        row.as_of,
        row.out,
        row.archive,
        row.program_version,
        json.loads(row.checklist),
        json.loads(row.config),
    )
