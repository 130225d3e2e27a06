"""The store: what was found survives the process, and a store that cannot be used says why."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from auditor.model import Kind, Unit
from auditor.register import Register, RejectedRow, RowWarning
from auditor.store import (
    RunState,
    StoredRun,
    StoreError,
    StoreLostError,
    lock_store,
    open_store,
    shown_address,
    store_file,
)

REGISTER = Register(
    "a.csv",
    (
        Unit("B", "Trường THCS Hai", Kind.THCS, "http://b.edu.vn/", row=2, extra={"Ghi chú": "có"}),
        Unit("A", "Trường THCS Một", Kind.THCS, None, parent="B", district="Quận 8", row=3),
        Unit("C", "Trường THCS Ba", Kind.THCS, "http://c.edu.vn/", row=4),
    ),
    (RejectedRow(5, "thiếu tên đơn vị", "X", ""),),
    (RowWarning(4, "lưu ý"),),
)


def url_of(folder: Path) -> str:
    return f"sqlite:///{(folder / 'store.db').as_posix()}"


def by_hand(url: str, *statements: str) -> None:
    engine = sa.create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def run_named(run_id: str, started_at: str = "2026-10-20T01:00:00Z") -> StoredRun:
    return StoredRun(
        run_id,
        RunState.RUNNING,
        started_at,
        None,
        "2026-10-20",
        "/out",
        "/out/archive",
        "1",
        {"id": "c"},
        {"city": "hcm"},
    )


def test_a_run_comes_back_as_it_was_stored(store_url: str) -> None:
    store = open_store(store_url)
    store.add_run(run_named("r1"), REGISTER)
    store.close()
    again = open_store(store_url, create=False)
    assert again.register("r1") == REGISTER
    assert again.run("r1") == run_named("r1")
    assert again.run("r2") is None
    assert again.statuses("r1") == {"B": None, "A": None, "C": None}
    again.close()


def test_results_come_in_the_order_of_the_register_whatever_the_order_of_judging(store_url: str) -> None:
    store = open_store(store_url)
    store.add_run(run_named("r1"), REGISTER)
    hostile = "\ud800 \x00 \u2028 'x'"
    store.save_results("r1", [{"id": "C", "status": "audited"}, {"id": "B", "status": "error", "text": hostile}])
    assert [result["id"] for result in store.results("r1")] == ["B", "C"]
    assert store.statuses("r1") == {"B": "error", "A": None, "C": "audited"}
    assert store.result("r1", "B") == {"id": "B", "status": "error", "text": hostile}
    assert store.progress() == {"r1": (2, 3)}
    store.close()


def test_a_run_of_some_units_keeps_the_whole_register(store_url: str) -> None:
    store = open_store(store_url)
    store.add_run(run_named("r1"), REGISTER, {"C"})
    assert store.statuses("r1") == {"C": None}
    assert store.register("r1").units == REGISTER.units
    store.close()


def test_latest_is_the_newest_run(store_url: str) -> None:
    store = open_store(store_url)
    store.add_run(run_named("r1", "2026-10-20T01:00:00Z"), REGISTER)
    store.add_run(run_named("r2", "2026-10-21T01:00:00Z"), REGISTER)
    store.add_run(run_named("r3", "2026-10-19T01:00:00Z"), REGISTER)
    store.set_state("r2", RunState.DONE, "2026-10-21T02:00:00Z")
    latest = store.run("latest")
    assert latest is not None
    assert (latest.id, latest.state, latest.finished_at) == ("r2", RunState.DONE, "2026-10-21T02:00:00Z")
    assert [run.id for run in store.runs()] == ["r2", "r1", "r3"]
    store.close()


def test_a_store_in_use_is_refused_and_free_afterwards(tmp_path: Path) -> None:
    url = url_of(tmp_path)
    with lock_store(url), pytest.raises(StoreError, match="lần chạy khác"), lock_store(url):
        pytest.fail("the store was given twice")
    with lock_store(url):
        pass


def test_a_store_that_stops_answering_is_told_apart_from_a_wrong_one(store_url: str) -> None:
    store = open_store(store_url)
    store.add_run(run_named("r1"), REGISTER)
    by_hand(store_url, "DROP TABLE unit_results")
    with pytest.raises(StoreLostError):
        store.save_results("r1", [{"id": "B", "status": "audited"}])
    with pytest.raises(StoreLostError):
        list(store.results("r1"))
    store.close()


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("not a url", "Địa chỉ nơi lưu"),
        ("sqlite:////khong/co/thu/muc/a.db", "không có thư mục"),
        ("nosuchdb://host/a", "chưa cài thư viện"),
        ("sqlite:///{folder}/other.db", "không mở được nơi lưu"),
        ("sqlite:///{folder}/absent.db", "chưa có nơi lưu"),
    ],
)
def test_a_store_that_cannot_be_used_says_why(tmp_path: Path, url: str, message: str) -> None:
    (tmp_path / "other.db").write_bytes(b"this is no database, but long enough to look at" * 40)
    with pytest.raises(StoreError, match=message):
        open_store(url.format(folder=tmp_path.as_posix()), create=False)
    assert not (tmp_path / "absent.db").exists()


def test_a_password_in_the_address_is_not_shown() -> None:
    assert "geheim" not in shown_address("postgresql://ten:geheim@may/db")


def test_only_files_are_locked() -> None:
    assert store_file("postgresql://ten@may/db") is None
    assert store_file("sqlite:///a/b.db") == Path("a/b.db")
