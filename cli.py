"""The command line: arguments in, exit codes and messages out. Only here are clock and randomness asked."""

from __future__ import annotations

import json
import logging
import os
import secrets
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from auditor.checklist import Checklist
    from auditor.config import Config
    from auditor.disputes import Fetch, Look, Recheck
    from auditor.history import Bench
    from auditor.model import Unit
    from auditor.progress import Reporter
    from auditor.register import Register
    from auditor.run import CrawlTask, Outcome, Tools
    from auditor.schedule import Plan
    from auditor.store import Store, StoredRun

EXIT_INCOMPLETE = 1
EXIT_USAGE = 2
EXIT_BELOW = 3
EXIT_MACHINE = 4
EXIT_INTERRUPTED = 130

_FORMS = ("xlsx", "html", "csv", "parquet", "markdown")
_USUAL_FORMS = ("xlsx", "html")
_EARLIEST_AS_OF = date(2000, 1, 1)
_SHOWN_WARNINGS = 20
_WIDTH = 100  # columns of a summary at most

log = logging.getLogger("auditor.cli")

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Đánh giá trang web của các đơn vị giáo dục theo công văn 3082/GDĐT-TTTT.",
    epilog="Mã thoát: 0 xong; 1 xong nhưng có đơn vị hoặc dòng không dùng được; 2 sai cách dùng; 4 máy dừng "
    "(đầy ổ đĩa …), làm tiếp được; 130 người dùng dừng, làm tiếp được.",
)
review_app = typer.Typer(
    no_args_is_help=True,
    help="Kết luận của người thẩm định: xuất phiếu để điền, rồi nhập lại.",
    epilog="Cách dùng: 1) «auditor review export latest phieu.xlsx» xuất các mục cần người kết luận; 2) mở tệp bằng "
    "Excel hoặc LibreOffice, ở mỗi dòng chọn kết luận, ghi lý do, họ tên, ngày rồi lưu; 3) «auditor review import "
    "latest phieu.xlsx» nhập lại và viết lại bảng điểm.",
)
app.add_typer(review_app, name="review")

ConfigOption = Annotated[
    Path | None, typer.Option("--config", metavar="TỆP", help="Tệp cấu hình; khóa không ghi thì theo mặc định.")
]
StoreOption = Annotated[
    str | None, typer.Option("--store", metavar="ĐỊA-CHỈ", help="Nơi lưu các lần chạy, ví dụ sqlite:///auditor.db.")
]
QuietOption = Annotated[bool, typer.Option("--quiet", help="Không hiện tiến độ, chỉ hiện dòng đầu và dòng cuối.")]
JsonLogsOption = Annotated[bool, typer.Option("--json-logs", help="Tiến độ là các dòng JSON, cho máy đọc.")]
OutOption = Annotated[Path | None, typer.Option("--out", metavar="THƯ-MỤC", help="Thư mục kết quả (mới hoặc rỗng).")]
FormatOption = Annotated[
    list[str] | None,
    typer.Option(
        "--format",
        metavar="DẠNG",
        help="Dạng bảng điểm: xlsx, html, csv, parquet, markdown; ghi được nhiều lần hoặc cách nhau bằng dấu phẩy. "
        "Mặc định xlsx,html.",
    ),
]
RunArgument = Annotated[str, typer.Argument(metavar="RUN", help="Mã lần chạy, hoặc «latest» cho lần gần nhất.")]


class _Refused(Exception):
    """A command cannot be carried out as it was given; the message is for the user."""


# --- commands --------------------------------------------------------------------------------------------------


@app.command()
def audit(
    register: Annotated[Path, typer.Argument(metavar="DANH-SÁCH", help="Danh sách đơn vị: tệp .xlsx hoặc .csv.")],
    out: Annotated[Path, typer.Option("--out", metavar="THƯ-MỤC", help="Thư mục kết quả (mới hoặc rỗng).")] = Path(
        "out"
    ),
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="NĂM-THÁNG-NGÀY", help="Đánh giá như vào ngày này; mặc định hôm nay."),
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="MÃ", help="Chỉ đơn vị mang mã này; ghi được nhiều lần.")
    ] = None,
    config: ConfigOption = None,
    store: StoreOption = None,
    formats: FormatOption = None,
    quiet: QuietOption = False,
    json_logs: JsonLogsOption = False,
) -> None:
    """Đọc trang web của mọi đơn vị trong danh sách, chấm điểm và viết bảng điểm."""
    _get_processes_ready()
    from auditor import run
    from auditor.register import read_register

    day = _as_of(as_of)
    forms = _forms(formats)
    settings = _config(config, store)
    units = read_register(register)
    run_id = _new_run_id()

    def work(tools: Tools) -> Outcome:
        outcome = run.audit(run_id, units, settings, out, day, tools, only=only or ())
        return run.keep_trying(outcome, settings, tools)

    _tell_register(units, quiet=quiet, json_logs=json_logs)
    raise typer.Exit(_carried_out(run_id, out, work, quiet=quiet, json_logs=json_logs, forms=forms))


@app.command()
def check(
    url: Annotated[
        str | None, typer.Argument(metavar="ĐỊA-CHỈ", help="Địa chỉ trang web, ví dụ thcsvidu.hcm.edu.vn.")
    ] = None,
    saved: Annotated[
        Path | None,
        typer.Option(
            "--file",
            metavar="TỆP",
            help="Xét một bản lưu thay cho trang trên mạng: trang lưu từ trình duyệt (.html, .mhtml), hoặc tệp .zip "
            "gồm nhiều trang; không dùng mạng.",
        ),
    ] = None,
    name: Annotated[str | None, typer.Option("--name", metavar="TÊN", help="Tên đầy đủ của đơn vị, có dấu.")] = None,
    kind: Annotated[
        str | None,
        typer.Option("--kind", metavar="LOẠI", help="so, phong, mn, th, thcs, thpt, lien_cap, gdtx hoặc khac."),
    ] = None,
    fail_under: Annotated[
        float | None, typer.Option("--fail-under", metavar="ĐIỂM", help="Mã thoát 3 khi tổng điểm thấp hơn số này.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="In kết quả dạng JSON thay cho bản tóm tắt.")] = False,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="NĂM-THÁNG-NGÀY", help="Đánh giá như vào ngày này; mặc định hôm nay."),
    ] = None,
    out: OutOption = None,
    config: ConfigOption = None,
    store: StoreOption = None,
    quiet: QuietOption = False,
    json_logs: JsonLogsOption = False,
) -> None:
    """Đánh giá một trang web và cho biết nên sửa gì trước; dành cho đơn vị tự kiểm tra."""
    _get_processes_ready()
    from auditor import run
    from auditor.register import one_unit

    day = _as_of(as_of)
    if fail_under is not None and not 0 <= fail_under <= 100:
        raise _Refused(f"--fail-under {fail_under:g}: phải là số từ 0 đến 100.")
    with _source(url, saved) as (address, crawl):
        units = one_unit(address, name, kind)
        run_id = _new_run_id()
        folder = out or Path(f"check-{run_id}")
        settings = _config(config, store or _own_store(folder))

        def work(tools: Tools) -> Outcome:
            return run.audit(run_id, units, settings, folder, day, tools)

        _tell_register(units, quiet=quiet, json_logs=json_logs)
        code = _carried_out(run_id, folder, work, quiet=quiet, json_logs=json_logs, announce=False, crawl=crawl)
    if code in (EXIT_INTERRUPTED, EXIT_MACHINE):
        raise typer.Exit(code)
    unit = _only_unit(folder)
    if as_json:
        print(json.dumps(unit, ensure_ascii=False, indent=2))
    else:
        _print_summary(unit, folder, settings)
    total = (unit.get("total") or {}).get("points")
    if fail_under is not None and total is not None and total < fail_under:
        code = EXIT_BELOW
    raise typer.Exit(code)


@app.command()
def serve(
    host: Annotated[
        str,
        typer.Option("--host", metavar="MÁY", help="Địa chỉ của máy này để mở trang; mặc định chỉ máy này vào được."),
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", metavar="SỐ", min=0, max=65535, help="Cổng; 0 là tự chọn.")] = 8000,
    names: Annotated[
        list[str] | None,
        typer.Option("--host-name", metavar="TÊN", help="Tên khác mà người dùng gõ để vào trang; ghi được nhiều lần."),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="NĂM-THÁNG-NGÀY", help="Đánh giá như vào ngày này; mặc định hôm nay."),
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Mở trang web nhỏ trên máy này: ghi địa chỉ, theo dõi, xem bảng điểm; như «auditor check»."""
    from serve import server

    settings = _config(config, None)
    options = [f"--config={config.resolve()}"] if config else []
    options += [f"--as-of={_as_of(as_of)}"] if as_of else []

    def opened(address: str) -> None:
        print(f"Mở địa chỉ này trong trình duyệt: {address}", flush=True)
        print("Bấm Ctrl-C để dừng.", flush=True)
        if not server.is_loopback(host):
            _explain("Lưu ý: máy khác trong mạng cũng vào được trang này.")

    server.run(host, port, settings, options, names=names or (), opened=opened)


@app.command()
def demo(
    out: OutOption = None,
    config: ConfigOption = None,
    store: StoreOption = None,
    quiet: QuietOption = False,
    json_logs: JsonLogsOption = False,
) -> None:
    """Chạy thử trên các trang mẫu đi kèm chương trình, chỉ trong máy này, không cần mạng."""
    _get_processes_ready()
    from auditor import run
    from auditor.register import read_register
    from spiders import samples

    run_id = _new_run_id()
    folder = out or Path("demo") / run_id
    settings = _config(config, store or _own_store(folder))
    units = read_register(samples.register_path())
    _tell_register(units, quiet=quiet, json_logs=json_logs)
    with samples.serve() as server:
        # Nobody else is on this machine's sample portals: the pauses that spare real servers are not needed.
        changed = settings.model_copy(
            update={
                "network": settings.network.model_copy(update={"proxy": server.proxy_url}),
                "crawl": settings.crawl.model_copy(update={"delay_seconds": 0.0, "address_delay_seconds": 0.0}),
            }
        )

        def work(tools: Tools) -> Outcome:
            return run.audit(run_id, units, changed, folder, samples.AS_OF, tools)

        code = _carried_out(run_id, folder, work, quiet=quiet, json_logs=json_logs)
    raise typer.Exit(code)


@app.command()
def rescore(
    run_ref: RunArgument,
    out: OutOption = None,
    config: ConfigOption = None,
    store: StoreOption = None,
    quiet: QuietOption = False,
    json_logs: JsonLogsOption = False,
) -> None:
    """Chấm lại một lần chạy đã lưu (bộ tiêu chí khác, trọng số khác …), không vào trang web nào."""
    _get_processes_ready()
    from auditor import run

    old, settings = _stored(run_ref, config, store)
    run_id = _new_run_id()
    folder = out or Path(old.out).with_name(f"{Path(old.out).name}-{run_id}")

    def work(tools: Tools) -> Outcome:
        return run.rescore(run_id, old, settings, folder, tools)

    raise typer.Exit(_carried_out(run_id, folder, work, quiet=quiet, json_logs=json_logs))


@app.command()
def report(
    run_ref: RunArgument,
    out: OutOption = None,
    config: ConfigOption = None,
    store: StoreOption = None,
    formats: FormatOption = None,
    quiet: QuietOption = False,
    json_logs: JsonLogsOption = False,
) -> None:
    """Viết lại bảng điểm của một lần chạy đã lưu, với kết luận của người thẩm định."""
    from auditor import run

    forms = _forms(formats)

    old, settings = _stored(run_ref, config, store)
    folder = out or Path(old.out)

    def work(tools: Tools) -> Outcome:
        return run.report(old, settings, folder, tools)

    raise typer.Exit(_carried_out(old.id, folder, work, quiet=quiet, json_logs=json_logs, forms=forms))


@app.command()
def resume(
    run_ref: RunArgument,
    config: ConfigOption = None,
    store: StoreOption = None,
    quiet: QuietOption = False,
    json_logs: JsonLogsOption = False,
) -> None:
    """Làm tiếp một lần chạy bị dừng giữa chừng."""
    _get_processes_ready()
    from auditor import run

    old, settings = _stored(run_ref, config, store)

    def work(tools: Tools) -> Outcome:
        return run.keep_trying(run.resume(old, settings, tools), settings, tools)

    raise typer.Exit(_carried_out(old.id, Path(old.out), work, quiet=quiet, json_logs=json_logs))


@review_app.command("export")
def review_export(
    run_ref: RunArgument,
    file: Annotated[Path, typer.Argument(metavar="TỆP.xlsx", help="Tệp sẽ viết; phải là tên chưa có.")],
    district: Annotated[
        list[str] | None,
        typer.Option("--district", metavar="ĐỊA-BÀN", help="Chỉ các đơn vị của địa bàn này; ghi được nhiều lần."),
    ] = None,
    unit: Annotated[
        list[str] | None, typer.Option("--unit", metavar="MÃ", help="Chỉ đơn vị mang mã này; ghi được nhiều lần.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Mọi mục, kể cả mục đã có kết luận; để xem lại hoặc sửa.")
    ] = False,
    config: ConfigOption = None,
    store: StoreOption = None,
) -> None:
    """Xuất phiếu thẩm định: các mục mà chỉ người mới kết luận được, mục bị khiếu nại, mục cần hỏi lại."""
    from auditor.checklist import load_checklist
    from auditor.reviews import Reviews, reviewed_units
    from auditor.store import open_store
    from reports.review_export import write_review_file

    old, settings = _stored(run_ref, config, store)
    if file.suffix.lower() != ".xlsx":
        raise _Refused(f"{file}: tên tệp phải kết thúc bằng .xlsx.")
    if file.exists():
        raise _Refused(f"{file}: đã có tệp này, có thể đang chứa kết luận chưa nhập. Hãy ghi một tên khác.")
    opened = open_store(settings.store, create=False)
    try:
        wanted = _wanted_units(opened.register(old.id).units, district or (), unit or ())
        checklist = load_checklist(str(old.config["checklist"]))
        written = write_review_file(
            file,
            old,
            reviewed_units(opened, old, checklist, wanted),
            checklist,
            last=Reviews(opened, old).last,
            everything=everything,
            named=bool(unit),
        )
    except OSError as error:
        raise _Refused(f"{file}: không ghi được ({error.strerror or error}). Hãy chọn chỗ khác.") from error
    finally:
        opened.close()
    print(f"Đã xuất {written.rows} mục của {written.units} đơn vị ra {file}.")
    if not written.rows:
        print("Không còn mục nào chờ người kết luận; muốn xem lại mọi mục thì xuất với --all.")
    if written.not_assessed:
        print(
            f"{written.not_assessed} đơn vị không đọc được cổng nên không có trong phiếu; muốn thẩm định bằng tay thì "
            "xuất với --unit hoặc --all."
        )


@review_app.command("import")
def review_import(
    run_ref: RunArgument,
    file: Annotated[Path, typer.Argument(metavar="TỆP", help="Phiếu đã điền: tệp .xlsx hoặc .csv.")],
    write: Annotated[
        bool, typer.Option("--report/--no-report", help="Viết lại bảng điểm sau khi nhập, hoặc để sau.")
    ] = True,
    config: ConfigOption = None,
    store: StoreOption = None,
) -> None:
    """Nhập phiếu thẩm định đã điền: dòng dùng được thì nhập, dòng không dùng được thì nêu số dòng và việc cần làm."""
    from auditor.checklist import load_checklist
    from auditor.disputes import recheck_disputes
    from auditor.review_rows import import_rows
    from auditor.store import open_store
    from reports.review_file import read_review_file

    old, settings = _stored(run_ref, config, store)
    sheet = read_review_file(file)
    if sheet.run is not None and sheet.run != old.id:
        raise _Refused(
            f"{file}: phiếu này được xuất cho lần đánh giá {sheet.run}, không phải {old.id}. Hãy nhập bằng lệnh: "
            f"auditor review import {sheet.run} {file}. Kết luận còn hiệu lực sẽ tự theo sang các lần đánh giá sau."
        )
    checklist = load_checklist(str(old.config["checklist"]))
    opened = open_store(settings.store, create=False)
    try:
        done = import_rows(opened, old, sheet, checklist, now=datetime.now(UTC), today=_today(), source=file.name)
        for bad in done.bad:
            _explain(f"{file.name}, dòng {bad.row} ({bad.unit_id or '?'}, mục {bad.item_id or '?'}): {bad.problem}.")
        print(
            f"Đã nhập {done.applied} dòng; {done.unchanged} dòng đã có từ trước; {done.empty} dòng chưa điền; "
            f"{len(done.bad)} dòng không dùng được."
        )
        for look in recheck_disputes(
            opened, old, settings, checklist, done.disputes, _fetch(old, opened, settings), _utc
        ):
            _print_recheck(look, checklist)
    finally:
        opened.close()
    if done.applied and write:
        _report_again(old, settings)
    elif done.applied:
        print(f"Viết lại bảng điểm bằng lệnh: auditor report {old.id}")
    raise typer.Exit(EXIT_INCOMPLETE if done.bad else 0)


@app.command()
def dispute(
    run_ref: RunArgument,
    unit: Annotated[str, typer.Argument(metavar="MÃ-ĐƠN-VỊ", help="Mã của đơn vị khiếu nại.")],
    item: Annotated[str, typer.Argument(metavar="MỤC", help="Mục bị khiếu nại, ví dụ 2.3.a.")],
    url: Annotated[str, typer.Argument(metavar="ĐỊA-CHỈ", help="Trang hoặc tệp mà đơn vị nêu ra.")],
    reason: Annotated[str, typer.Option("--reason", metavar="LÝ-DO", help="Ý kiến của đơn vị.")] = "",
    by: Annotated[str, typer.Option("--by", metavar="TÊN", help="Người nêu ý kiến.")] = "",
    write: Annotated[
        bool, typer.Option("--report/--no-report", help="Viết lại bảng điểm sau khi ghi, hoặc để sau.")
    ] = True,
    config: ConfigOption = None,
    store: StoreOption = None,
) -> None:
    """Ghi khiếu nại và xem lại ngay địa chỉ mà đơn vị nêu, cho biết kết quả trước và sau.

    Điểm không đổi cho đến khi có người kết luận trên phiếu thẩm định.
    """
    from auditor.checklist import load_checklist
    from auditor.disputes import recheck_disputes
    from auditor.review_rows import ReviewRow, Sheet, import_rows
    from auditor.store import open_store

    old, settings = _stored(run_ref, config, store)
    checklist = load_checklist(str(old.config["checklist"]))
    row = ReviewRow(0, unit, item, reason=reason, reviewer=by, address=url)
    opened = open_store(settings.store, create=False)
    try:
        done = import_rows(opened, old, Sheet([row]), checklist, now=_utc(), today=_today(), source="auditor dispute")
        if done.bad:
            raise _Refused(f"{done.bad[0].problem}.")
        looks = recheck_disputes(opened, old, settings, checklist, done.disputes, _fetch(old, opened, settings), _utc)
    finally:
        opened.close()
    if not looks:
        print("Khiếu nại này đã được ghi từ trước và đang chờ người thẩm định.")
    for look in looks:
        _print_recheck(look, checklist)
    print(
        "Điểm chưa thay đổi. Người thẩm định kết luận trên phiếu: "
        f"auditor review export {old.id} phieu.xlsx --unit {unit}"
    )
    if looks and write:
        _report_again(old, settings)


@app.command()
def ocr(run_ref: RunArgument, config: ConfigOption = None, store: StoreOption = None) -> None:
    """Nhận dạng chữ trong các tệp công khai là bản chụp của một lần chạy, để «rescore» đọc được ngày ký."""
    from auditor.ocr import missing, recognise
    from auditor.store import open_store

    if missing():
        raise _Refused("máy này chưa cài phần nhận dạng chữ; lệnh «auditor doctor» cho biết thiếu gì.")
    old, settings = _stored(run_ref, config, store)
    opened = open_store(settings.store, create=False)
    try:
        wanted, read = recognise(
            Path(old.archive),
            opened.results(old.id),
            settings.judge.processes or os.cpu_count() or 1,
            lambda unit, scans, done: print(f"{unit}: đọc được {done} trên {scans} bản chụp", flush=True),
        )
    finally:
        opened.close()
    if not wanted:
        print(f"run {old.id}: không có bản chụp nào cần nhận dạng.")
    else:
        print(f"run {old.id}: đọc được {read} trên {wanted} bản chụp. Chấm lại bằng: auditor rescore {old.id}")


@app.command()
def runs(config: ConfigOption = None, store: StoreOption = None) -> None:
    """Liệt kê các lần chạy đã lưu, mới nhất trước."""
    from auditor.run import is_under_way
    from auditor.store import RunState
    from reports.runs_text import run_line

    with _reading(_config(config, store).store) as opened:
        progress = opened.progress()
        for stored in opened.runs():
            cut_off = stored.state is RunState.RUNNING and not is_under_way(stored)
            print(run_line(stored, *progress.get(stored.id, (0, 0)), cut_off=cut_off))


@app.command()
def verify(
    run_ref: RunArgument,
    judge: Annotated[bool, typer.Option("--judge/--no-judge", help="Chấm lại mọi bản lưu để so từng kết luận.")] = True,
    config: ConfigOption = None,
    store: StoreOption = None,
) -> None:
    """Chứng minh bản lưu của một lần chạy còn nguyên và chấm lại ra đúng kết quả cũ."""
    from auditor import verify as proving
    from reports.runs_text import proof_lines, trouble_line

    found, settings = _stored(run_ref, config, store)
    proof = proving.Proof()
    troubles = 0
    with _taking_signals() as stopping, _reading(settings.store) as opened, tempfile.TemporaryDirectory() as folder:
        bench = _bench(opened, found, settings, stopping, Path(folder))
        for trouble in proving.verify(opened, bench, proof, judge=judge):
            troubles += trouble.trouble not in proving.EXPECTED
            print(trouble_line(trouble))
    print("\n".join(proof_lines(found.id, proof, troubles)))
    raise typer.Exit(EXIT_INCOMPLETE if troubles else 0)


@app.command()
def prune(
    months: Annotated[
        int, typer.Option("--months", metavar="SỐ", min=1, help="Giữ bản lưu của các lần chạy trong bấy nhiêu tháng.")
    ] = 12,
    yes: Annotated[bool, typer.Option("--yes", help="Xóa thật; không ghi thì chỉ cho xem sẽ xóa gì.")] = False,
    config: ConfigOption = None,
    store: StoreOption = None,
) -> None:
    """Dọn bản lưu của các lần chạy cũ; điểm số, lịch sử và bản lưu đang có người xét hay khiếu nại luôn được giữ."""
    from auditor import prune as pruning
    from auditor.store import lock_store
    from reports.runs_text import prunable_lines

    settings = _config(config, store)
    before = _months_ago(datetime.now().astimezone().date(), months)
    with lock_store(settings.store), _reading(settings.store) as opened:
        found = list(pruning.prunable(opened, before))
        for one in found:
            print("\n".join(prunable_lines(one)))
            if yes:
                pruning.prune(opened, one)
        if not found:
            print(f"Không có bản lưu nào trước ngày {before.isoformat()} cần dọn.")
        elif not yes:
            print("Chưa xóa gì. Muốn xóa thật: thêm --yes.")


@app.command()
def compare(
    earlier: Annotated[str, typer.Argument(metavar="LẦN-TRƯỚC", help="Mã lần chạy trước.")],
    later: Annotated[str, typer.Argument(metavar="LẦN-SAU", help="Mã lần chạy sau, hoặc «latest».")] = "latest",
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="MÃ", help="Chỉ đơn vị mang mã này; ghi được nhiều lần.")
    ] = None,
    show_all: Annotated[bool, typer.Option("--all", help="Hiện cả những đơn vị không đổi.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="In mỗi đơn vị một dòng JSON.")] = False,
    config: ConfigOption = None,
    store: StoreOption = None,
) -> None:
    """So sánh hai lần chạy: điểm tăng, giảm bao nhiêu và vì sao (cổng, cách chấm, lượt đọc hay người xét)."""
    from auditor import compare as comparing
    from auditor.history import Past, rules_of
    from auditor.manifest import changed_parts
    from reports.changes_text import PARTS, sums_lines, unit_lines

    old, _ = _stored(earlier, config, store)
    new, settings = _stored(later, config, store)
    with _taking_signals() as stopping, _reading(settings.store) as opened, tempfile.TemporaryDirectory() as folder:
        bench = _bench(opened, new, settings, stopping, Path(folder))
        if not as_json:
            parts = changed_parts(rules_of(opened, old.id), rules_of(opened, new.id))
            print(f"{old.id} (ngày {old.as_of}) → {new.id} (ngày {new.as_of})")
            print(f"Cách chấm: {'đã đổi ' + ', '.join(PARTS[part] for part in parts) if parts else 'không đổi'}.")
        sums = comparing.Sums()
        for one in comparing.compare(opened, old, bench):
            if only and one.unit["id"] not in only:
                continue
            sums.add(one)
            if as_json:
                print(json.dumps({"id": one.unit["id"], "change": one.change, "maybe": one.maybe}, ensure_ascii=False))
            elif show_all or one.change is None or one.change["causes"] or one.change["was"]:
                print("\n".join(unit_lines(one)))
        if not as_json:
            past = Past(opened, new, bench.checklist)
            for unit in comparing.gone_units(opened, old, new, past):
                print(f"{unit.id}  {unit.name}: không còn trong lần sau")
            print("\n".join(sums_lines(sums)))


@app.command()
def history(
    unit_id: Annotated[str, typer.Argument(metavar="MÃ", help="Mã đơn vị.")],
    same_as: Annotated[
        str | None,
        typer.Option("--same-as", metavar="MÃ-CŨ", help="Ghi nhận đơn vị này trước đây mang mã cũ này, rồi hiện."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="In kết quả dạng JSON.")] = False,
    config: ConfigOption = None,
    store: StoreOption = None,
) -> None:
    """Một đơn vị qua các lần chạy: điểm mỗi lần và vì sao thay đổi."""
    from auditor.history import note_same, unit_through_time
    from reports.changes_text import history_lines

    with _reading(_config(config, store).store) as opened:
        if same_as is not None:
            if same_as == unit_id or not unit_through_time(opened, same_as):
                raise _Refused(f"--same-as {same_as}: không có lần chạy nào có đơn vị khác mang mã này.")
            note_same(opened, unit_id, same_as)
        rows = unit_through_time(opened, unit_id)
        if not rows:
            raise _Refused(f"không có lần chạy nào có đơn vị «{unit_id}». Mã đơn vị ghi ở cột đầu của bảng điểm.")
        if as_json:
            print(json.dumps([{"as_of": day, "run": run, "unit": unit} for day, run, unit in rows], ensure_ascii=False))
        else:
            print("\n".join(history_lines(rows)))


@app.command()
def monthly(
    register: Annotated[Path, typer.Argument(metavar="DANH-SÁCH", help="Danh sách đơn vị: tệp .xlsx hoặc .csv.")],
    folder: Annotated[Path, typer.Option("--folder", metavar="THƯ-MỤC", help="Thư mục chứa kết quả các tháng.")] = Path(
        "monthly"
    ),
    config: ConfigOption = None,
    store: StoreOption = None,
    quiet: QuietOption = False,
    json_logs: JsonLogsOption = False,
) -> None:
    """Lần chạy hằng tháng: đánh giá, thử lại đơn vị chưa vào được, dọn bản lưu cũ, gửi tóm tắt nếu có cấu hình.

    Lần chạy dở dang của mấy ngày gần đây được làm tiếp thay vì bắt đầu lại.
    """
    _get_processes_ready()
    from auditor import monthly as months
    from auditor import run
    from auditor.register import read_register
    from auditor.store import lock

    settings = months.settings_of(_config(config, store))
    units = read_register(register)
    months.make_folder(folder)
    with (
        lock(folder / ".monthly.lock", f"{folder}: lần chạy hằng tháng đang diễn ra. Hãy đợi xong."),
        _monthly_log(folder),
    ):
        begun = months.begun(settings, folder, datetime.now().astimezone().date())
        run_id = begun.id if begun is not None else _new_run_id()
        out = Path(begun.out) if begun is not None else months.free_folder(folder, _as_of(None))
        log.warning("run %s: %s", run_id, "taken up again" if begun is not None else f"begins in {out}")

        def work(tools: Tools) -> Outcome:
            if begun is not None:
                outcome = run.resume(begun, settings, tools)
            else:
                outcome = run.audit(run_id, units, settings, out, _as_of(None), tools)
            return run.keep_trying(outcome, settings, tools)

        _tell_register(units, quiet=quiet, json_logs=json_logs)
        code = _carried_out(run_id, out, work, quiet=quiet, json_logs=json_logs)
        log.warning("run %s: ended with status %d", run_id, code)
        if code in (0, EXIT_INCOMPLETE):
            _after_the_month(run_id, settings)
    raise typer.Exit(code)


@app.command()
def schedule(
    system: Annotated[str, typer.Argument(metavar="CÁCH", help="systemd, cron hoặc windows.")],
    register: Annotated[Path, typer.Argument(metavar="DANH-SÁCH", help="Danh sách đơn vị: tệp .xlsx hoặc .csv.")],
    folder: Annotated[Path, typer.Option("--folder", metavar="THƯ-MỤC", help="Thư mục chứa kết quả các tháng.")] = Path(
        "monthly"
    ),
    install: Annotated[bool, typer.Option("--install", help="Cài lịch vào máy; không ghi thì chỉ in ra.")] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Gỡ lịch đã cài khỏi máy.")] = False,
    config: ConfigOption = None,
    store: StoreOption = None,
) -> None:
    """Lịch chạy hằng tháng (và cuối tháng 6, cuối tháng 9): in ra, hoặc cài vào máy khi có --install.

    Ngày giờ chạy và cách gửi tóm tắt ghi trong tệp cấu hình, mục schedule và notify.
    """
    from auditor import schedule as scheduling
    from auditor.register import read_register

    if system not in list(scheduling.System):
        raise _Refused(f"{system}: phải là một trong {', '.join(scheduling.System)}.")
    settings = _config(config, store)
    read_register(register)  # a schedule over a register that cannot be read would fail in the night
    chosen, today = scheduling.System(system), datetime.now().astimezone().date()
    plan = _plan(settings, register, folder, config, store)
    if install or remove:
        for command in scheduling.install(chosen, plan, today, remove=remove):
            print(f"đã chạy: {command}")
        print("Đã gỡ lịch." if remove else f"Đã cài lịch. {scheduling.advice(chosen)}".rstrip())
        return
    for name, text in scheduling.texts(chosen, plan, today).items():
        if chosen is scheduling.System.SYSTEMD:
            print(f"# {name}")
        print(text)


@app.command()
def doctor(config: ConfigOption = None, store: StoreOption = None) -> None:
    """Kiểm tra máy: có gì, thiếu gì, và phần thiếu làm mất điều gì."""
    from auditor.doctor import lines

    for line in lines(_config(config, store)):
        print(line)


# --- what the commands share -----------------------------------------------------------------------------------


@dataclass(slots=True)
class _Stopping:
    """Whether Ctrl-C (or an end signal of the system) was given; the second one leaves at once."""

    given: bool = False

    def __call__(self) -> bool:
        return self.given

    def take(self, number: int, frame: object) -> None:
        if self.given:
            os._exit(EXIT_INTERRUPTED)
        self.given = True
        os.write(2, "\nĐang dừng, xin đợi giây lát … (bấm Ctrl-C lần nữa để thoát ngay)\n".encode())


@contextmanager
def _taking_signals() -> Iterator[_Stopping]:
    stopping = _Stopping()
    if threading.current_thread() is not threading.main_thread():
        yield stopping
        return
    before = {number: signal.signal(number, stopping.take) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopping
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _as_of(text: str | None) -> date:
    today = _today()
    if text is None:
        return today
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise _Refused(f"--as-of {text}: phải là một ngày dạng NĂM-THÁNG-NGÀY, ví dụ 2026-10-20.") from error
    if not _EARLIEST_AS_OF <= day <= today + timedelta(days=366):
        raise _Refused(f"--as-of {text}: ngày này quá xa; hãy xem lại năm.")
    return day


def _plan(settings: Config, register: Path, folder: Path, config: Path | None, store: str | None) -> Plan:
    """The monthly command with absolute paths, and its days."""
    from auditor.schedule import Plan
    from auditor.store import store_file

    installed = Path(sys.executable).with_name("auditor.exe" if os.name == "nt" else "auditor")
    program = [str(installed)] if installed.exists() else [sys.executable, str(Path(__file__).resolve())]
    address = store or settings.store
    file = store_file(address)
    arguments = ["monthly", str(register.resolve()), "--folder", str(folder.resolve())]
    arguments += ["--config", str(config.resolve())] if config is not None else []
    # A password in the address of a store is no word for a schedule that others can read.
    if file is not None:
        arguments += ["--store", f"sqlite:///{file.resolve().as_posix()}"]
    elif store is not None:
        raise _Refused(
            "với lịch chạy, địa chỉ nơi lưu trên máy chủ phải ghi trong tệp cấu hình (--config), khóa store."
        )
    hour, minute = (int(part) for part in settings.schedule.time.split(":"))
    extra = [(int(day[:2]), int(day[3:])) for day in settings.schedule.extra_days]
    return Plan([*program, *arguments], str(Path.cwd()), settings.schedule.day, hour, minute, extra)


@contextmanager
def _monthly_log(folder: Path) -> Iterator[None]:
    """The log of all monthly runs: a file that is turned over at a megabyte, ten of them kept."""
    from logging.handlers import RotatingFileHandler

    from auditor.judging import LOG_FORMAT

    handler = RotatingFileHandler(folder / "monthly.log", maxBytes=1_000_000, backupCount=10, encoding="utf-8")
    handler.setFormatter(logging.Formatter(LOG_FORMAT))
    log.addHandler(handler)
    try:
        yield
    finally:
        log.removeHandler(handler)
        handler.close()


def _after_the_month(run_id: str, settings: Config) -> None:
    """Clears old archives and sends the summary; what fails here is told and costs the run nothing."""
    from auditor import monthly as months
    from auditor import prune as pruning
    from auditor.store import lock_store
    from reports import summary_text
    from spiders.notify import NotifyError, send

    with lock_store(settings.store), _reading(settings.store) as opened:
        run = opened.run(run_id)
        assert run is not None
        found = months.summary(opened, run)
        kept = settings.schedule.keep_archives_months
        for one in pruning.prunable(opened, _months_ago(date.fromisoformat(run.as_of), kept)) if kept else ():
            pruning.prune(opened, one)
            log.warning("run %s: cleared %d archives of %s", run_id, len(one.files), one.runs[0].id)
    try:
        for place in send(settings.notify, summary_text.subject(found), summary_text.text(found), found.data()):
            log.warning("run %s: summary sent to %s", run_id, place)
    except NotifyError as error:
        log.error("run %s: %s", run_id, error)
        _explain(f"auditor: {error}")


def _months_ago(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, 1)


def _today() -> date:
    return datetime.now().astimezone().date()


def _utc() -> datetime:
    return datetime.now(UTC)


def _new_run_id() -> str:
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


def _config(path: Path | None, store: str | None) -> Config:
    from auditor.config import load_config

    settings = load_config(path)
    return settings.model_copy(update={"store": store}) if store else settings


def _own_store(folder: Path) -> str:
    return f"sqlite:///{(folder / 'auditor.db').as_posix()}"


def _stored(run_ref: str, config: Path | None, store: str | None) -> tuple[StoredRun, Config]:
    """A stored run and the configuration that it was made with, overridden by the given file."""
    from auditor.config import load_config
    from auditor.store import open_store, shown_address

    address = _config(config, store).store
    opened = open_store(address, create=False)
    try:
        found = opened.run(run_ref)
    finally:
        opened.close()
    if found is None:
        raise _Refused(
            f"không có lần chạy «{run_ref}» trong {shown_address(address)}. Lệnh «auditor runs» liệt kê các lần chạy."
        )
    return found, load_config(config, stored=found.config).model_copy(update={"store": address})


@contextmanager
def _reading(address: str) -> Iterator[Store]:
    from auditor.store import open_store

    opened = open_store(address, create=False)
    try:
        yield opened
    finally:
        opened.close()


def _bench(opened: Store, run: StoredRun, settings: Config, stopping: Callable[[], bool], folder: Path) -> Bench:
    """What judging earlier archives again by the rules of a stored run takes."""
    from auditor.checklist import load_checklist
    from auditor.history import Bench
    from auditor.judge import judge_unit

    checklist = load_checklist(settings.checklist)
    register = opened.register(run.id)
    return Bench(run, register, settings, checklist, judge_unit, folder / "auditor.log", stopping, _explain)


def _tell_register(units: Register, *, quiet: bool, json_logs: bool) -> None:
    """Rejected rows are always told on standard error, doubts only to people who watch."""
    if json_logs:
        for row in units.rejected:
            _explain(json.dumps({"event": "rejected", "row": row.row, "reason": row.reason}, ensure_ascii=False))
        for doubt in units.warnings:
            _explain(json.dumps({"event": "warning", "row": doubt.row, "text": doubt.message}, ensure_ascii=False))
        return
    for row in units.rejected:
        _explain(f"{units.source}, dòng {row.row}: không dùng được: {row.reason}.")
    if quiet:
        return
    for warning in units.warnings[:_SHOWN_WARNINGS]:
        where = f"{units.source}, dòng {warning.row}" if warning.row else units.source
        _explain(f"{where}: lưu ý: {warning.message}")
    if len(units.warnings) > _SHOWN_WARNINGS:
        _explain(f"… và {len(units.warnings) - _SHOWN_WARNINGS} lưu ý khác, ghi trong results.json.")


def _crawl(task: CrawlTask) -> None:
    from auditor.vocabulary import load_vocabulary
    from spiders.crawl import CrawlStoppedError, crawl

    terms = load_vocabulary().telling_terms()
    try:
        crawl(
            task.units,
            task.config,
            task.archive_dir,
            other_unit_hosts=task.other_unit_hosts,
            vocabulary_terms=terms,
            on_unit=task.on_unit,
            on_progress=task.on_progress,
            should_stop=task.should_stop,
        )
    except CrawlStoppedError as error:
        raise KeyboardInterrupt from error


@contextmanager
def _source(url: str | None, saved: Path | None) -> Iterator[tuple[str, Callable[[CrawlTask], None]]]:
    """The address that `check` looks at, and what fills its archive: the crawl, or a saved copy."""
    if saved is None:
        if url is None:
            raise _Refused("hãy ghi địa chỉ trang web, ví dụ: auditor check thcsvidu.hcm.edu.vn")
        yield url, _crawl
        return
    from auditor.vocabulary import load_vocabulary
    from spiders.saved import archive_saved, open_saved

    with open_saved(saved, url) as copy:

        def fill(task: CrawlTask) -> None:
            for unit in task.units:
                terms = load_vocabulary().telling_terms()
                task.on_unit(unit, archive_saved(copy, unit, task.config, task.archive_dir, terms))

        yield copy.home_url, fill


def _fetch(old: StoredRun, opened: Store, settings: Config) -> Fetch:
    """What reads the addresses of disputes, within the portals of a stored run."""

    def fetch(looks: Sequence[Look], folder: Path) -> None:
        from auditor.run import whole_hosts
        from auditor.vocabulary import load_vocabulary
        from spiders.crawl import CrawlStoppedError
        from spiders.recheck import recheck

        hosts = whole_hosts(opened.register(old.id).units)
        terms = load_vocabulary().telling_terms()
        with _logging_to(Path(old.out)), _taking_signals() as stopping:
            try:
                recheck(looks, settings, folder, other_unit_hosts=hosts, vocabulary_terms=terms, should_stop=stopping)
            except CrawlStoppedError as error:
                raise KeyboardInterrupt from error

    return fetch


def _wanted_units(units: Sequence[Unit], districts: Sequence[str], ids: Sequence[str]) -> frozenset[str] | None:
    """The ids of the units that were asked for; None for all. Districts compare without accents and case."""
    from auditor.text import words

    if not districts and not ids:
        return None
    known = {unit.id for unit in units}
    for unit_id in ids:
        if unit_id not in known:
            raise _Refused(f"--unit {unit_id}: không có đơn vị nào mang mã này trong lần đánh giá.")
    named = {words(unit.district or ""): unit.district for unit in units if unit.district}
    for district in districts:
        if words(district) not in named:
            some = ", ".join(sorted(str(name) for name in named.values())[:8]) or "(không ghi)"
            raise _Refused(f"--district {district}: không có địa bàn này. Các địa bàn: {some} …")
    chosen = {words(district) for district in districts}
    return frozenset(unit.id for unit in units if unit.id in ids or (unit.district and words(unit.district) in chosen))


def _report_again(old: StoredRun, settings: Config) -> None:
    """Writes the scorecards of a run again, with what people said; what stands in the way is told, not raised."""
    from auditor import run
    from auditor.run import UsageError
    from auditor.store import StoreError

    folder = Path(old.out)

    def work(tools: Tools) -> Outcome:
        return run.report(old, settings, folder, tools)

    later = f"Kết luận đã được lưu; viết lại bảng điểm sau bằng lệnh: auditor report {old.id}"
    if not folder.is_dir():
        _explain(f"Không còn thư mục kết quả {folder}. {later} --out THƯ-MỤC")
        return
    try:
        code = _carried_out(old.id, folder, work, quiet=True, json_logs=False, announce=False)
    except (UsageError, StoreError) as error:
        _explain(f"{error} {later}")
        return
    if code in (0, EXIT_INCOMPLETE):
        print(f"Đã viết lại bảng điểm trong {folder}.")
    else:
        _explain(later)


def _print_recheck(look: Recheck, checklist: Checklist) -> None:
    from reports.wording import cause, verdict

    entry, about = look.entry, look.about
    print(f"Khiếu nại: {entry.unit_id}, mục {entry.item_id} {checklist.item(entry.item_id).title}")
    print(f"  Địa chỉ: {entry.address}")
    before, after = about["before"], about["after"]
    print(f"  Trước: {verdict(before['verdict']).name}. {before['summary']}")
    if after is None:
        why = {
            "outside_portal": "địa chỉ này không thuộc cổng của đơn vị, người thẩm định tự mở xem",
            "no_archive": "không còn bản lưu của lần đánh giá",
            "crash": "chương trình gặp lỗi khi xét lại",
        }.get(about["status"]) or cause(about["status"])
        print(f"  Sau: chưa xét lại được ({why}).")
    else:
        print(f"  Sau khi xem địa chỉ này: {verdict(after['verdict']).name}. {after['summary']}")


def _forms(given: Sequence[str] | None) -> tuple[str, ...]:
    """The forms of scorecards that were asked for, each once, in the order in which they are written."""
    if not given:
        return _USUAL_FORMS
    asked = {form.strip().lower() for text in given for form in text.split(",") if form.strip()}
    asked = {"markdown" if form == "md" else form for form in asked}
    unknown = sorted(asked - set(_FORMS))
    if unknown or not asked:
        raise _Refused(f"--format {', '.join(unknown)}: chỉ có các dạng {', '.join(_FORMS)}.")
    if "parquet" in asked:
        from reports.tables import parquet_is_there

        if not parquet_is_there():
            raise _Refused("--format parquet: chưa cài thư viện pyarrow. Hãy cài bằng lệnh: pip install pyarrow.")
    return tuple(form for form in _FORMS if form in asked)


def _get_processes_ready() -> None:
    """What judges is loaded beside this process, whose own imports take as long."""
    from auditor.processes import get_ready

    get_ready("cli")


def _carried_out(
    run_id: str,
    out: Path,
    work: Callable[[Tools], Outcome],
    *,
    quiet: bool,
    json_logs: bool,
    announce: bool = True,
    crawl: Callable[[CrawlTask], None] | None = None,
    forms: Sequence[str] = _USUAL_FORMS,
) -> int:
    """Does a run's work with the real tools, between the two lines `run <id>`; gives the exit code."""
    from auditor.progress import reporter
    from auditor.run import RunInterruptedError, RunStoppedError, Tools
    from reports.forms import write_forms

    with (
        _logging_to(out),
        _taking_signals() as stopping,
        reporter(sys.stderr, quiet=quiet, json_logs=json_logs) as told,
    ):
        tools = Tools(
            crawl=crawl or _crawl,
            reports=partial(write_forms, forms=forms),
            now=lambda: datetime.now(UTC),
            stopping=stopping,
            reporter=_Announcing(told, announce),
        )
        try:
            outcome = work(tools)
        except RunInterruptedError as stopped:
            _explain(f"Đã dừng. Làm tiếp bằng lệnh: auditor resume {stopped.run_id}")
            code = EXIT_INTERRUPTED
        except RunStoppedError as stopped:
            _explain(
                f"Máy đã dừng lần chạy: {stopped}. Khi đã khắc phục, làm tiếp bằng lệnh: "
                f"auditor resume {stopped.run_id}"
            )
            code = EXIT_MACHINE
        else:
            code = 0 if outcome.complete else EXIT_INCOMPLETE
            if announce and not quiet:
                _print_outcome(outcome, forms)
    if announce:
        print(f"run {run_id}", flush=True)
    return code


@dataclass(slots=True)
class _Announcing:
    """Prints `run <id>` when the run begins (once, however often its units are tried), tells the reporter the rest."""

    told: Reporter
    announce: bool

    def started(self, run_id: str, units: int) -> None:
        if self.announce:
            print(f"run {run_id}", flush=True)
            self.announce = False
        self.told.started(run_id, units)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.told, name)


def _explain(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _print_outcome(outcome: Outcome, forms: Sequence[str]) -> None:
    from collections import Counter

    from reports.wording import STATUSES

    counted = Counter(outcome.statuses.values())
    by_status = ", ".join(f"{STATUSES[status].name}: {count}" for status, count in sorted(counted.items()))
    print(f"{len(outcome.statuses)} đơn vị ({by_status}).")
    if outcome.rejected:
        print(f"{outcome.rejected} dòng của danh sách không dùng được.")
    places = {
        "html": f"Bảng điểm: {outcome.out / 'index.html'}",
        "xlsx": f"Bảng tính: {outcome.out / 'scorecard.xlsx'}",
        "csv": f"Bảng csv: {outcome.out / 'tables'}",
        "parquet": f"Bảng parquet: {outcome.out / 'tables'}",
        "markdown": f"Bản tóm tắt: {outcome.out / 'summary.md'}",
    }
    for form, place in places.items():
        if form in forms:
            print(place)


def _only_unit(folder: Path) -> dict[str, Any]:
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    unit: dict[str, Any] = results["units"][0]
    return unit


def _print_summary(unit: dict[str, Any], folder: Path, settings: Config) -> None:
    from auditor.checklist import load_checklist
    from reports.summary import summary_lines

    width = min(shutil.get_terminal_size((_WIDTH, 1)).columns, _WIDTH)
    for line in summary_lines(unit, load_checklist(settings.checklist), str(folder / unit["page"]), width):
        print(line)


class _LogFile(logging.FileHandler):
    """A log in the folder of the run, which begins only once that folder is there."""

    def emit(self, record: logging.LogRecord) -> None:
        if Path(self.baseFilename).parent.is_dir():
            super().emit(record)


@contextmanager
def _logging_to(out: Path) -> Iterator[None]:
    from auditor.judging import LOG_FORMAT
    from auditor.run import LOG_FILE

    handler = _LogFile(out / LOG_FILE, delay=True, encoding="utf-8")
    handler.setFormatter(logging.Formatter(LOG_FORMAT))
    handler.setLevel(logging.WARNING)
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield
    except Exception as error:
        if not isinstance(error, _known_errors()):
            log.exception("the command failed")
        raise
    finally:
        root.removeHandler(handler)
        handler.close()


def _known_errors() -> tuple[type[Exception], ...]:
    """Errors whose message says to the user what is wrong and what to do."""
    from auditor.checklist import ChecklistError
    from auditor.config import ConfigError
    from auditor.register import RegisterError
    from auditor.run import UsageError
    from auditor.schedule import ScheduleError
    from auditor.store import StoreError
    from reports.review_file import ReviewFileError
    from serve import ServeError
    from spiders.saved import SavedCopyError

    return (
        _Refused,
        RegisterError,
        ConfigError,
        ChecklistError,
        StoreError,
        UsageError,
        SavedCopyError,
        ReviewFileError,
        ScheduleError,
        ServeError,
    )


_USAGE = {
    "NoSuchOption": "không có tùy chọn này",
    "NoSuchCommand": "không có lệnh này",
    "MissingParameter": "thiếu tham số",
    "BadParameter": "giá trị không đúng",
    "BadOptionUsage": "tùy chọn ghi chưa đúng",
    "UsageError": "sai cách dùng",
}


def run_cli(arguments: Sequence[str] | None = None) -> int:
    """Carries out one command line and gives its exit code; everything that goes wrong is told on standard error."""
    from auditor.progress import speak_utf8

    speak_utf8()
    try:
        code = app(args=arguments, prog_name="auditor", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except typer.TyperException as error:
        message = error.format_message()
        if message:  # without one the help text has been shown
            what = _USAGE.get(type(error).__name__, "sai cách dùng")
            _explain(f"auditor: {what}: {message.rstrip('.')}. Xem «auditor --help».")
        return EXIT_USAGE
    except (KeyboardInterrupt, typer.Abort):
        _explain("Đã dừng.")
        return EXIT_INTERRUPTED
    except Exception as error:
        if isinstance(error, _known_errors()):
            _explain(f"auditor: {error}")
            return EXIT_USAGE
        return _unexpected(error)


def _unexpected(error: Exception) -> int:
    from auditor.store import StoreLostError

    if isinstance(error, BrokenPipeError):
        # Whoever read the output has left; Python would complain once more while it closes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_INCOMPLETE
    if isinstance(error, StoreLostError):
        _explain(f"auditor: nơi lưu không trả lời nữa ({error}).")
        return EXIT_MACHINE
    _explain(
        f"auditor: lỗi của chương trình ({type(error).__name__}: {error}). Chi tiết ở tệp auditor.log trong thư "
        "mục kết quả. Lần chạy dở dang làm tiếp được bằng «auditor resume latest»."
    )
    return EXIT_MACHINE


def main() -> None:
    """The console script."""
    sys.exit(run_cli())


if __name__ == "__main__":
    main()
