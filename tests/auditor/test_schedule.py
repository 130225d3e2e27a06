"""Schedules: each system's own tool must take them, whatever stands in a path, and no line of the user's is lost."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from auditor.schedule import (
    Plan,
    ScheduleError,
    System,
    advice,
    crontab_lines,
    install,
    systemd_units,
    texts,
    windows_task,
    with_crontab,
)

TODAY = date(2026, 10, 20)
NAMESPACE = {"t": "http://schemas.microsoft.com/windows/2004/02/mit/task"}


def tool(name: str, package: str) -> str:
    """A system's own checker. Where CI is set it must be there."""
    path = shutil.which(name)
    if path is None:
        message = f"{name} is not installed (Debian, Ubuntu: apt-get install {package})"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return path


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    """A plan with all that is awkward in a path: blanks, accents, percent, dollar, quotes."""
    folder = tmp_path / 'Sở GD&ĐT 100% "mới" $HOME'
    folder.mkdir()
    program = tmp_path / "auditor program"
    program.write_text("#!/bin/sh\nprintf '%s\\n' \"$@\"\n", encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    command = [str(program), "monthly", str(folder / "danh sách.xlsx"), "--folder", str(folder)]
    return Plan(command, str(tmp_path), 5, 20, 0, [(6, 30), (9, 30)])


def test_systemd_takes_the_units(plan: Plan, tmp_path: Path) -> None:
    analyze = tool("systemd-analyze", "systemd")
    units = systemd_units(plan)
    for name, text in units.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        [analyze, "verify", *(str(tmp_path / name) for name in units)],
        capture_output=True, text=True, check=False, env={**os.environ, "SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
    )  # fmt: skip
    ours = [line for line in done.stderr.splitlines() if "auditor-monthly" in line]
    assert (done.returncode, ours) == (0, []), done.stderr
    days = [line.removeprefix("OnCalendar=") for line in units["auditor-monthly.timer"].splitlines() if "OnCal" in line]
    assert len(days) == 3
    elapses = subprocess.run(
        [analyze, "calendar", "--base-time=2026-06-10", "--iterations=1", *days], capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    for day in ("2026-07-05 20:00", "2026-06-30 20:00", "2026-09-30 20:00"):
        assert day in elapses.stdout


def test_cron_takes_the_lines_and_runs_the_command_as_it_stands(plan: Plan, tmp_path: Path) -> None:
    crontab = tool("crontab", "cron")
    table = tmp_path / "table"
    table.write_text(with_crontab("MAILTO=x@vidu.vn\n1 2 * * * echo hi\n", crontab_lines(plan)), encoding="utf-8")
    done = subprocess.run([crontab, "-n", str(table)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    jobs = [line for line in crontab_lines(plan).splitlines() if not line.startswith("#")]
    assert [" ".join(job.split()[:5]) for job in jobs] == ["0 20 5 * *", "0 20 30 6 *", "0 20 30 9 *"]
    # What cron hands to the shell: the rest of the line, with \% made plain.
    command = jobs[0].split(None, 5)[5].replace("\\%", "%")
    ran = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines() == [*plan.command[1:], "--quiet"]


def test_a_users_own_lines_stay_and_ours_are_replaced(plan: Plan) -> None:
    own = "MAILTO=x@vidu.vn\n1 2 * * * echo hi\n"
    once = with_crontab(own, crontab_lines(plan))
    assert with_crontab(once, crontab_lines(plan)) == once
    assert with_crontab(once, "") == own


def test_the_task_scheduler_takes_the_task(plan: Plan) -> None:
    schema = etree.XMLSchema(etree.parse(str(Path(__file__).parent.parent / "task_scheduler.xsd")))
    task = etree.fromstring(windows_task(plan, TODAY).encode("utf-16"))
    schema.assertValid(task)
    assert task.findtext("t:Actions/t:Exec/t:Command", namespaces=NAMESPACE) == plan.command[0]
    assert 'danh sách.xlsx"' in str(task.findtext("t:Actions/t:Exec/t:Arguments", namespaces=NAMESPACE))
    days = task.xpath("//t:Day/text()", namespaces=NAMESPACE)
    months: Any = task.xpath("//t:Months", namespaces=NAMESPACE)
    assert days == ["5", "30", "30"]
    assert [len(month) for month in months] == [12, 1, 1]
    broken = windows_task(plan, TODAY).replace("<Day>5</Day>", "<Day>35</Day>")
    assert not schema.validate(etree.fromstring(broken.encode("utf-16"))), (
        "a schema that takes everything proves nothing"
    )


class Systems:
    """The systems' programs, as far as we talk to them."""

    def __init__(self, table: str = "", fail: str = "") -> None:
        self.table = table
        self.commands: list[list[str]] = []
        self.task = ""
        self._fail = fail

    def __call__(self, command: list[str], *, input: str = "", **_: Any) -> subprocess.CompletedProcess[str]:
        self.commands.append(command)
        if self._fail and self._fail in command:
            return subprocess.CompletedProcess(command, 1, "", "Access is denied.")
        if command == ["crontab", "-l"]:
            return subprocess.CompletedProcess(command, 0 if self.table else 1, self.table, "no crontab for x")
        if command == ["crontab", "-"]:
            self.table = input
        if "/XML" in command:
            self.task = Path(command[command.index("/XML") + 1]).read_text(encoding="utf-16")
        return subprocess.CompletedProcess(command, 0, "", "")


def test_cron_is_installed_and_removed(plan: Plan) -> None:
    systems = Systems("1 2 * * * echo hi\n")
    install(System.CRON, plan, TODAY, run=systems)
    assert systems.table == "1 2 * * * echo hi\n" + crontab_lines(plan)
    install(System.CRON, plan, TODAY, remove=True, run=systems)
    assert systems.table == "1 2 * * * echo hi\n"


def test_the_task_is_installed_and_removed(plan: Plan) -> None:
    systems = Systems()
    install(System.WINDOWS, plan, TODAY, run=systems)
    assert systems.task == windows_task(plan, TODAY)
    install(System.WINDOWS, plan, TODAY, remove=True, run=systems)
    assert systems.commands[-1] == ["schtasks", "/Delete", "/TN", "auditor-monthly", "/F"]


def test_systemd_is_installed_and_removed(plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    systems = Systems()
    install(System.SYSTEMD, plan, TODAY, run=systems)
    folder = tmp_path / "systemd" / "user"
    assert {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()} == systemd_units(plan)
    assert systems.commands[-1] == ["systemctl", "--user", "enable", "--now", "auditor-monthly.timer"]
    install(System.SYSTEMD, plan, TODAY, remove=True, run=systems)
    assert list(folder.iterdir()) == []


def test_a_person_is_told_what_an_unattended_run_still_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    assert "enable-linger" in advice(System.SYSTEMD)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert advice(System.SYSTEMD) == advice(System.CRON) == ""
    assert "không ai đăng nhập" in advice(System.WINDOWS)


def test_a_system_that_refuses_is_told(plan: Plan) -> None:
    with pytest.raises(ScheduleError, match="Access is denied"):
        install(System.WINDOWS, plan, TODAY, run=Systems(fail="/Create"))


@pytest.mark.parametrize("system", list(System))
def test_every_system_has_a_text_to_show(system: System, plan: Plan) -> None:
    assert all(text.strip() for text in texts(system, plan, TODAY).values())
