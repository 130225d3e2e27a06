"""Progress: a person sees a moving line, a log gets plain or JSON lines, and nothing garbles either."""

from __future__ import annotations

import io
import json

import pytest

from auditor.progress import Counts, Display, JsonLines, Lines, Quiet, Snapshot, reporter, spoken_faults, spoken_time

HALF = Snapshot(units=10, crawled=6, judged=5, pages=250, seconds=100.0, faults={"dns": 1, "timeout": 3})


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_line_says_what_is_done_how_fast_how_long_and_what_went_wrong() -> None:
    line = HALF.line()
    for part in ("5/10 đơn vị", "250 trang", "2,5 trang/giây", "còn khoảng 2 phút", "quá thời gian chờ 3"):
        assert part in line


def test_the_time_left_is_not_guessed_before_the_first_unit_nor_after_the_last() -> None:
    assert Snapshot(10, 0, 0, 0, 5.0, {}).seconds_left is None
    assert Snapshot(10, 10, 10, 9, 5.0, {}).seconds_left is None
    assert Snapshot(0, 0, 0, 0, 0.0, {}).pages_per_second == 0


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.2, "1 giây"), (59, "59 giây"), (90, "2 phút"), (3600, "1 giờ"), (11_100, "3 giờ 5 phút")]
)
def test_times_are_spoken(seconds: float, text: str) -> None:
    assert spoken_time(seconds) == text


def test_faults_come_by_number_and_unknown_causes_are_not_lost() -> None:
    assert spoken_faults({"dns": 1, "new_cause": 2}) == "new_cause 2, không có tên miền 1"


def test_a_log_gets_a_line_every_ten_seconds() -> None:
    out = io.StringIO()
    lines = Lines(out)
    for second in range(35):
        lines.moved(Snapshot(10, 1, 1, 1, float(second), {}))
    assert len(out.getvalue().splitlines()) == 3


@pytest.mark.parametrize("kind", [Lines, JsonLines])
def test_whoever_waits_for_one_portal_sees_it_move_every_second_and_at_each_stage(
    kind: type[Lines | JsonLines],
) -> None:
    out = io.StringIO()
    told = kind(out)
    for tenth in range(51):
        told.moved(Snapshot(1, 0, 0, tenth, tenth / 10, {}))
    assert len(out.getvalue().splitlines()) == 5
    told.moved(Snapshot(1, 1, 0, 51, 5.1, {}))
    told.moved(Snapshot(1, 1, 0, 51, 5.2, {}))
    assert len(out.getvalue().splitlines()) == 6


def test_one_portal_is_told_by_its_pages_and_its_stage() -> None:
    lines = [Snapshot(1, crawled, judged, 9, 70.0, {}).line() for crawled, judged in ((0, 0), (1, 0), (1, 1))]
    assert lines == [
        "Đang đọc cổng: 9 trang sau 1 phút",
        "Đã đọc xong 9 trang, đang chấm …",
        "Đã đọc và chấm xong 9 trang trong 1 phút",
    ]


def test_json_lines_are_json() -> None:
    out = io.StringIO()
    lines = JsonLines(out)
    lines.started("r1", 10)
    lines.moved(HALF)
    lines.said("x\ny")
    lines.finished(HALF)
    events = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [event["event"] for event in events] == ["started", "progress", "message", "finished"]
    assert (events[1]["pages_per_second"], events[1]["faults"]["timeout"]) == (2.5, 3)


def test_the_moving_display_is_for_terminals_only() -> None:
    with reporter(io.StringIO()) as told:
        assert isinstance(told, Lines)
    with reporter(Terminal()) as told:
        assert isinstance(told, Display)
    with reporter(Terminal(), json_logs=True) as told:
        assert isinstance(told, JsonLines)
    with reporter(Terminal(), quiet=True) as told:
        assert isinstance(told, Quiet)


def test_the_moving_display_shows_names_as_they_are() -> None:
    out = Terminal()
    with reporter(out) as told:
        told.started("r1", 10)
        told.moved(HALF)
        told.said("[bold]Trường [/x]")
        told.finished(HALF)
    assert "[bold]Trường [/x]" in out.getvalue()
    assert "5/10 đơn vị" in out.getvalue()


def test_counts_become_a_snapshot() -> None:
    counts = Counts(3, lambda: 12.0, 2.0, judged=1)
    counts.faults["dns"] += 1
    assert counts.snapshot() == Snapshot(3, 0, 1, 0, 10.0, {"dns": 1})
