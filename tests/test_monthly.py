"""The monthly run: one at a time, taken up after a crash, told to whom the configuration names."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

import cli
from auditor.monthly import free_folder
from auditor.store import RunState, lock, open_store
from tests.auditor.run_maker import FakeCrawl
from tests.spiders.test_notify import Hook, hook

__all__ = ["hook"]  # the fixture

STORE = "sqlite:///months.db"
REGISTER = "id,name,url\nA,Trường THCS Một,a.edu.vn\nB,Trường THCS Hai,b.edu.vn\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder with a register and a configuration; the portals are down, and nobody waits for them."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.csv").write_text(REGISTER, encoding="utf-8")
    configure(tmp_path)
    monkeypatch.setattr(cli, "_crawl", FakeCrawl())
    return tmp_path


def configure(folder: Path, more: str = "") -> None:
    text = f"judge:\n  processes: 1\nschedule:\n  second_tries_hours: []\n{more}"
    (folder / "config.yaml").write_text(text, encoding="utf-8")


def monthly() -> int:
    return cli.run_cli(["monthly", "a.csv", "--folder", "m", "--config", "config.yaml", "--store", STORE, "--quiet"])


def test_two_months_are_compared_and_told(
    folder: Path, hook: tuple[str, type[Hook]], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, handler = hook
    configure(folder, f"notify:\n  webhook: {url}\n")
    today = datetime.now().astimezone().date()
    assert monthly() == 1
    assert (folder / "m" / today.isoformat() / "scorecard.xlsx").exists()
    assert free_folder(folder / "m", today) == folder / "m" / f"{today.isoformat()}-2"
    _, body = handler.posts[0]
    assert body["statuses"] == {"unreachable": 2}
    assert body["unread"] == ["A", "B"]
    assert "Trường THCS Hai (B)" in body["text"]
    log = (folder / "m" / "monthly.log").read_text(encoding="utf-8")
    assert "ended with status 1" in log
    assert "summary sent to webhook" in log
    opened = open_store(STORE)
    assert [run.state for run in opened.runs()] == [RunState.DONE]
    opened.close()


def test_a_second_monthly_run_at_the_same_time_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "m").mkdir()
    with lock(folder / "m" / ".monthly.lock", "in use"):
        assert monthly() == 2
    assert "đang diễn ra" in capsys.readouterr().err


def test_a_run_that_was_cut_off_is_taken_up(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "_crawl", FakeCrawl(1, KeyboardInterrupt()))
    assert monthly() == 130
    later = FakeCrawl()
    monkeypatch.setattr(cli, "_crawl", later)
    assert monthly() == 1
    assert later.crawled == ["B"]
    opened = open_store(STORE)
    assert len(opened.runs()) == 1
    opened.close()


def test_the_schedule_is_shown_with_whole_paths_and_without_secrets(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--folder", "m", "--config", "config.yaml", "--store", STORE]
    assert cli.run_cli(["schedule", "systemd", "a.csv", *options]) == 0
    shown = capsys.readouterr().out
    for path in (folder / "a.csv", folder / "m", folder / "config.yaml", folder / "months.db"):
        assert str(path) in shown
    assert "OnCalendar=*-06-30 20:00:00" in shown
    secret = "postgresql://ten:geheim@may/db"
    assert cli.run_cli(["schedule", "cron", "a.csv", "--folder", "m", "--store", secret]) == 2
    told = capsys.readouterr()
    assert "geheim" not in told.out + told.err
    assert cli.run_cli(["schedule", "outlook", "a.csv"]) == 2
    assert cli.run_cli(["schedule", "cron", "khong-co.csv"]) == 2
