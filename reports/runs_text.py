"""Stored runs in words for a terminal: the list, the proof, what may be cleared."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.prune import Prunable
from auditor.store import RunState, StoredRun
from auditor.verify import Found, Proof, Trouble
from reports.changes_text import PARTS

_STATES = {
    RunState.RUNNING: "đang chạy",
    RunState.INTERRUPTED: "dở dang",
    RunState.DONE: "xong",
}
_CUT_OFF = "bị tắt"
_TROUBLES = {
    Trouble.MANIFEST_MISSING: "không có bản kê (manifest.json) của lần chạy này",
    Trouble.MANIFEST_CHANGED: "bản kê (manifest.json) đã bị sửa sau khi chạy",
    Trouble.RESULTS_CHANGED: "results.json đã bị sửa hoặc bị xóa sau khi chạy",
    Trouble.ARCHIVE_MISSING: "bản lưu không còn",
    Trouble.ARCHIVE_CHANGED: "bản lưu đã bị sửa sau khi chấm",
    Trouble.ARCHIVE_PRUNED: "bản lưu đã được dọn theo thời hạn lưu",
    Trouble.SCANS_READ_LATER: "bản chụp được nhận dạng chữ (auditor ocr) sau khi chấm, nên không chấm lại để so",
    Trouble.VERDICTS_DIFFER: "chấm lại ra kết quả khác",
}
_MOST = 8


def run_line(run: StoredRun, done: int, units: int, *, cut_off: bool) -> str:
    """A run of the list; it begins with the run's id. `cut_off`: it says that it runs, but nothing does."""
    state = _CUT_OFF if cut_off else _STATES[run.state]
    line = f"{run.id}  {state:<9}  {done}/{units} đơn vị  ngày {run.as_of}  {run.out}"
    return line if run.state is RunState.DONE or state == "đang chạy" else f"{line}  (auditor resume {run.id})"


def trouble_line(found: Found) -> str:
    """One thing that is not as the run left it."""
    where = f"{found.unit_id}: " if found.unit_id else ""
    items = ""
    if found.items:
        more = f" và {len(found.items) - _MOST} mục khác" if len(found.items) > _MOST else ""
        items = f" ở mục {', '.join(found.items[:_MOST])}{more}"
    return f"{where}{_TROUBLES[found.trouble]}{items}"


def proof_lines(run_id: str, proof: Proof, troubles: int) -> Iterator[str]:
    """What was looked at, and what came of it."""
    yield f"{proof.archives} bản lưu được đối chiếu mã băm ({_megabytes(proof.bytes)} còn nguyên)."
    if proof.judged:
        yield f"{proof.judged} bản lưu được chấm lại: {proof.same} ra đúng kết quả cũ."
    if proof.parts:
        parts = ", ".join(PARTS[part] for part in proof.parts)
        yield (
            f"Cách chấm đã đổi từ lần chạy đó ({parts}), nên kết quả chấm lại có thể khác mà không phải do ai sửa; "
            "muốn so từng kết luận thì dùng đúng phiên bản cũ."
        )
    yield f"run {run_id}: {'còn nguyên' if not troubles else f'{troubles} điểm không khớp'}"


def prunable_lines(one: Prunable) -> Iterator[str]:
    """What may be cleared of one folder, and what stays."""
    names = ", ".join(f"{run.id} (ngày {run.as_of})" for run in one.runs)
    yield f"{names}: {len(one.files)} bản lưu, {_megabytes(one.bytes)}"
    if one.kept:
        yield f"    giữ lại {len(one.kept)} bản lưu đang có người xét hoặc khiếu nại: {', '.join(one.kept[:_MOST])}"


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB".replace(".", ",")
