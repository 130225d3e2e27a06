"""The queue behind the web page: bounded, one check per address, and a check that goes wrong is told as it is."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

import cli
from serve import jobs as module
from serve.jobs import Bounds, Job, Jobs, RefusedError, State

FIGURES = '{"event": "progress", "crawled": 0, "judged": 0, "pages": 3, "seconds": 2.0, "faults": {}}'
GOOD = (
    "import sys, pathlib, json; out = pathlib.Path(sys.argv[1]); out.mkdir();"
    f"print({FIGURES!r}, file=sys.stderr, flush=True); print('x' * 200000, file=sys.stderr);"
    "(out / 'results.json').write_text(json.dumps({'units': [{'name': 'A'}]}))"
)
WRONG = "import sys; print('auditor: địa chỉ sai', file=sys.stderr); sys.exit(2)"
CRASH = "import sys; print('Traceback: secret', file=sys.stderr); sys.exit(4)"
SLOW = "import time; time.sleep(60)"


class Scripted(Jobs):
    """Jobs whose checks are little scripts."""

    script = GOOD

    def command(self, job: Job) -> list[str]:
        return [sys.executable, "-X", "utf8", "-c", self.script, str(job.folder)]


def run(
    folder: Path, work: Callable[[Scripted], Awaitable[None]], bounds: Bounds | None = None, seconds: float = 60
) -> None:
    async def all_of_it() -> None:
        made = Scripted(folder, bounds or Bounds(), [], seconds)
        try:
            await work(made)
        finally:
            await made.close()

    asyncio.run(all_of_it())


async def ended(job: Job) -> None:
    async with asyncio.timeout(50):
        while job.active:
            await asyncio.sleep(0.02)


def test_a_check_is_followed_and_its_result_kept(tmp_path: Path) -> None:
    async def work(made: Scripted) -> None:
        job = made.start("http://a.vn/", "A", "", "1")
        assert job.line() == "Đang chờ đến lượt …"
        await ended(job)
        assert job.state is State.DONE
        assert job.line() == "Đang đọc cổng: 3 trang sau 2 giây"
        assert job.unit == {"name": "A"}
        assert made.find(job.id) is job
        assert made.find(job.id[:-1]) is None

    run(tmp_path, work)


@pytest.mark.parametrize(("script", "message"), [(WRONG, "địa chỉ sai"), (CRASH, "không phải lỗi của trang web")])
def test_what_goes_wrong_is_told_without_the_programs_inside(tmp_path: Path, script: str, message: str) -> None:
    async def work(made: Scripted) -> None:
        made.script = script
        job = made.start("http://a.vn/", "", "", "1")
        await ended(job)
        assert job.state is State.FAILED
        assert message in job.line()
        assert "Traceback" not in job.line()

    run(tmp_path, work)


def test_a_check_that_never_ends_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SPARE_SECONDS", 0.0)

    async def work(made: Scripted) -> None:
        made.script = SLOW
        job = made.start("http://a.vn/", "", "", "1")
        await ended(job)
        assert "quá lâu" in job.line()

    run(tmp_path, work, seconds=1.0)


def test_one_check_per_address_and_no_more_than_the_bounds(tmp_path: Path) -> None:
    async def work(made: Scripted) -> None:
        made.script = SLOW
        first = made.start("http://a.vn/", "A", "", "1")
        assert made.start("https://www.a.vn", "A", "", "2") is first
        with pytest.raises(RefusedError, match="đang được kiểm tra"):
            made.start("http://a.vn/", "B", "", "2")
        made.start("http://b.vn/", "", "", "1")
        with pytest.raises(RefusedError, match="chưa xong"):
            made.start("http://c.vn/", "", "", "1")
        made.start("http://c.vn/", "", "", "2")
        with pytest.raises(RefusedError, match="nhiều người chờ"):
            made.start("http://d.vn/", "", "", "3")
        await asyncio.sleep(0.2)
        assert [job.state for job in made._jobs.values()] == [State.RUNNING, State.WAITING, State.WAITING]

    run(tmp_path, work, Bounds(running=1, waiting=2, of_one_client=2))


def test_the_day_has_an_end_and_results_do_not_pile_up(tmp_path: Path) -> None:
    async def work(made: Scripted) -> None:
        checked = []
        for number in range(3):
            checked.append(made.start(f"http://a{number}.vn/", "", "", "1"))
            await ended(checked[-1])
        with pytest.raises(RefusedError, match="ngày mai"):
            made.start("http://z.vn/", "", "", "1")
        assert [made.find(job.id) is not None for job in checked] == [False, True, True]
        assert [job.folder.exists() for job in checked] == [False, True, True]

    run(tmp_path, work, Bounds(of_one_client_per_day=3, kept=2))


def test_what_a_person_typed_can_be_no_option(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = Jobs(tmp_path, Bounds(), [], 1)
    job = Job("x", "--help", "--fail-under=1", "", "1", 0.0, tmp_path / "out")
    command = made.command(job)
    assert cli.run_cli(command[command.index("check") :]) == 2
    assert "«--help» không phải địa chỉ web" in capsys.readouterr().err
    assert json.dumps(command).count("--fail-under") == 1
    assert not (tmp_path / "out").exists()
