"""The monthly run in the words of the systems that can start it: systemd, cron, the Windows Task Scheduler.

The texts are made here and shown by `cli.py`; `install` hands them to the system's own program.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from xml.sax.saxutils import escape

NAME = "auditor-monthly"
_BEGIN, _END = f"# {NAME}: begin", f"# {NAME}: end"
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_TITLE = "Đánh giá cổng thông tin hằng tháng"
# A run with its second tries takes days at most; the system ends one that hangs.
_LONGEST_HOURS = 24 * 6


Run = Callable[..., "subprocess.CompletedProcess[str]"]


class System(StrEnum):
    """What starts the monthly run."""

    SYSTEMD = "systemd"
    CRON = "cron"
    WINDOWS = "windows"


class ScheduleError(Exception):
    """The schedule could not be installed; the message (Vietnamese) says why and what to do."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is started and when: on `day` of every month and on the `extra` days (month, day), at `hour`:`minute`.

    `command` is the program with its arguments, `folder` where it is started; paths are absolute.
    """

    command: Sequence[str]
    folder: str
    day: int
    hour: int
    minute: int
    extra: Sequence[tuple[int, int]]


def _unit_word(text: str) -> str:
    """One word of a systemd command line: quoted, with what systemd would expand made plain."""
    plain = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{plain}"'


def systemd_units(plan: Plan) -> dict[str, str]:
    """The service and the timer by file name."""
    when = [f"*-*-{plan.day:02} {plan.hour:02}:{plan.minute:02}:00"]
    when += [f"*-{month:02}-{day:02} {plan.hour:02}:{plan.minute:02}:00" for month, day in plan.extra]
    service = (
        f"[Unit]\nDescription={_TITLE}\nWants=network-online.target\nAfter=network-online.target\n"
        # Started again after a crash it takes up the run where it stood; a machine without disk space gets some peace.
        "StartLimitIntervalSec=1d\nStartLimitBurst=5\n\n"
        f"[Service]\nType=exec\nWorkingDirectory={plan.folder.replace('%', '%%')}\n"
        f"ExecStart={' '.join(_unit_word(word) for word in plan.command)}\n"
        "SuccessExitStatus=1\nRestart=on-failure\nRestartSec=15min\nRestartPreventExitStatus=2 130\n"
        f"KillSignal=SIGINT\nTimeoutStopSec=2min\nRuntimeMaxSec={_LONGEST_HOURS}h\nNice=5\n"
    )
    timer = (
        f"[Unit]\nDescription={_TITLE}\n\n[Timer]\n"
        + "".join(f"OnCalendar={one}\n" for one in when)
        + "Persistent=true\nRandomizedDelaySec=5min\n\n[Install]\nWantedBy=timers.target\n"
    )
    return {f"{NAME}.service": service, f"{NAME}.timer": timer}


def crontab_lines(plan: Plan) -> str:
    """The lines of a crontab, between marks by which `with_crontab` finds them again."""
    command = shlex.join(plan.command).replace("%", "\\%")
    folder = shlex.quote(plan.folder).replace("%", "\\%")
    start = f"cd {folder} && {command} --quiet"
    lines = [f"{plan.minute} {plan.hour} {plan.day} * * {start}"]
    lines += [f"{plan.minute} {plan.hour} {day} {month} * {start}" for month, day in plan.extra]
    return "\n".join([_BEGIN, f"# {_TITLE}", *lines, _END]) + "\n"


def with_crontab(table: str, lines: str) -> str:
    """A user's crontab with our lines in place of older ones of ours; empty `lines` take them out."""
    kept: list[str] = []
    ours = False
    for line in table.splitlines():
        if line == _BEGIN:
            ours = True
        elif line == _END:
            ours = False
        elif not ours:
            kept.append(line)
    return "".join(f"{line}\n" for line in kept) + lines


def windows_task(plan: Plan, today: date) -> str:
    """The task as XML for `schtasks /Create /XML` (to be written as UTF-16)."""
    start = f"{today.isoformat()}T{plan.hour:02}:{plan.minute:02}:00"
    triggers = _calendar(start, [plan.day], range(1, 13))
    for month, day in plan.extra:
        triggers += _calendar(start, [day], [month])
    program, *arguments = plan.command
    return (
        '<?xml version="1.0" encoding="UTF-16"?>\n'
        '<Task version="1.3" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">\n'
        f"  <RegistrationInfo><Description>{_TITLE}</Description></RegistrationInfo>\n"
        f"  <Triggers>\n{triggers}  </Triggers>\n"
        "  <Settings>\n"
        "    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>\n"
        "    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>\n"
        "    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>\n"
        "    <StartWhenAvailable>true</StartWhenAvailable>\n"
        "    <RunOnlyIfNetworkAvailable>true</RunOnlyIfNetworkAvailable>\n"
        "    <WakeToRun>true</WakeToRun>\n"
        f"    <ExecutionTimeLimit>PT{_LONGEST_HOURS}H</ExecutionTimeLimit>\n"
        "    <RestartOnFailure><Interval>PT15M</Interval><Count>5</Count></RestartOnFailure>\n"
        "  </Settings>\n"
        "  <Actions>\n    <Exec>\n"
        f"      <Command>{escape(program)}</Command>\n"
        f"      <Arguments>{escape(subprocess.list2cmdline(arguments))}</Arguments>\n"
        f"      <WorkingDirectory>{escape(plan.folder)}</WorkingDirectory>\n"
        "    </Exec>\n  </Actions>\n"
        "</Task>\n"
    )


def _calendar(start: str, days: Sequence[int], months: Sequence[int]) -> str:
    return (
        f"    <CalendarTrigger>\n      <StartBoundary>{start}</StartBoundary>\n      <ScheduleByMonth>\n"
        f"        <DaysOfMonth>{''.join(f'<Day>{day}</Day>' for day in days)}</DaysOfMonth>\n"
        f"        <Months>{''.join(f'<{_MONTHS[month - 1]}/>' for month in months)}</Months>\n"
        "      </ScheduleByMonth>\n    </CalendarTrigger>\n"
    )


# --- handing it to the system ----------------------------------------------------------------------------------


def texts(system: System, plan: Plan, today: date) -> Mapping[str, str]:
    """What a system is given, by the name of the file that holds it."""
    if system is System.SYSTEMD:
        return systemd_units(plan)
    if system is System.CRON:
        return {"crontab": crontab_lines(plan)}
    return {f"{NAME}.xml": windows_task(plan, today)}


def install(system: System, plan: Plan, today: date, *, remove: bool = False, run: Run = subprocess.run) -> list[str]:
    """Installs the schedule in place of an older one of ours, or removes it; gives the commands that were carried out.

    systemd's files go to the system where root asks, else to the user. Raises ScheduleError.
    """
    carry_out = {System.SYSTEMD: _systemd, System.CRON: _cron, System.WINDOWS: _windows}[system]
    return carry_out(plan, today, remove, run)


def advice(system: System) -> str:
    """What a person has still to do after installing, so that the run begins with nobody at the machine; may be ""."""
    if system is System.WINDOWS:
        return (
            "Lịch này chạy khi người dùng hiện tại đang đăng nhập. Muốn chạy cả khi không ai đăng nhập: mở Task "
            f"Scheduler, chọn {NAME}, Properties, chọn «Run whether user is logged on or not»."
        )
    if system is System.SYSTEMD and systemd_folder()[1] != ["systemctl"]:
        return "Muốn chạy cả khi không ai đăng nhập: loginctl enable-linger"
    return ""


def systemd_folder() -> tuple[Path, list[str]]:
    """Where the units belong, and the systemctl that reads them there."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/etc/systemd/system"), ["systemctl"]
    base = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(base) / "systemd" / "user", ["systemctl", "--user"]


def _systemd(plan: Plan, today: date, remove: bool, run: Run) -> list[str]:
    folder, systemctl = systemd_folder()
    units = systemd_units(plan)
    timer = f"{NAME}.timer"
    commands = []
    try:
        if remove:
            commands.append([*systemctl, "disable", "--now", timer])
            _carried_out(run, commands[-1])
            for name in units:
                (folder / name).unlink(missing_ok=True)
        else:
            folder.mkdir(parents=True, exist_ok=True)
            for name, text in units.items():
                (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise ScheduleError(f"{folder}: không ghi được ({error.strerror}).") from error
    commands.append([*systemctl, "daemon-reload"])
    _carried_out(run, commands[-1])
    if not remove:
        commands.append([*systemctl, "enable", "--now", timer])
        _carried_out(run, commands[-1])
    return [shlex.join(command) for command in commands]


def _cron(plan: Plan, today: date, remove: bool, run: Run) -> list[str]:
    listed = _started(run, ["crontab", "-l"])
    table = listed.stdout if listed.returncode == 0 else ""  # a user without a table gets an error
    _carried_out(run, ["crontab", "-"], with_crontab(table, "" if remove else crontab_lines(plan)))
    return ["crontab -l", "crontab -"]


def _windows(plan: Plan, today: date, remove: bool, run: Run) -> list[str]:
    if remove:
        command = ["schtasks", "/Delete", "/TN", NAME, "/F"]
        _carried_out(run, command)
        return [subprocess.list2cmdline(command)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{NAME}.xml"
        path.write_text(windows_task(plan, today), encoding="utf-16")
        command = ["schtasks", "/Create", "/TN", NAME, "/XML", str(path), "/F"]
        _carried_out(run, command)
    return [subprocess.list2cmdline(command)]


def _started(run: Run, command: Sequence[str], given: str = "") -> subprocess.CompletedProcess[str]:
    if run is subprocess.run and shutil.which(command[0]) is None:
        raise ScheduleError(f"máy này không có lệnh «{command[0]}». Hãy chọn cách khác: systemd, cron hoặc windows.")
    return run(command, input=given, capture_output=True, text=True, encoding="utf-8", errors="replace", check=False)


def _carried_out(run: Run, command: Sequence[str], given: str = "") -> None:
    done = _started(run, command, given)
    if done.returncode != 0:
        why = (done.stderr or done.stdout or "").strip()[:300]
        raise ScheduleError(f"lệnh «{' '.join(command)}» không thành công ({why or done.returncode}).")
