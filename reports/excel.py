"""The workbook for the evaluation: row by row, so that memory does not grow with the units."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.chart.label import DataLabelList
from openpyxl.formatting.rule import CellIsRule, DataBarRule
from openpyxl.styles import Font
from openpyxl.worksheet.pagebreak import Break

from auditor.accuracy import load_accuracy
from reports import wording
from reports.digest import (
    UNDECIDED,
    VERDICT_ORDER,
    Ranking,
    Survey,
    Tallies,
    Tally,
    UnitLine,
    UnitObject,
    Units,
    open_dispute,
    standing_verdict,
    unit_line,
)
from reports.inert import inert_text
from reports.review_sheet import ReviewSheet, asks_a_person
from reports.sheet import Cell, Column, Sheet, Styles, equal_rule, save_book
from reports.unit_view import attempt_view

if TYPE_CHECKING:
    from auditor.checklist import Checklist

EVIDENCE_ROWS = 120_000  # beyond them each item keeps fewer of its pieces: opening would take too long

_QUOTE = 300  # characters of a quote in a row; the whole stands in results.json
_SUMMARY = 500
_CHART_GROUPS = 25
_VISITS = 10  # of one unit that are told one by one
# In grey print the fills grow darker from the best grade to the worst, and neighbouring bars are far apart.
_GRADE_FILLS = ("E9F7F1", "C6E6DA", "ECCB69", "EAB06F", "DB8A73")
_GRADE_BARS = ("0B4A3A", "3B8F7B", "A3D6C6", "FFF0C2", "9E2F16")
_MILESTONE = "disclosure_milestone"  # the checks whose items the sheet of disclosures shows
_PARTS = ("disclosure", "disclosure_quality")


def _verdict_rules(sheet: Sheet, area: str) -> None:
    for worded in wording.VERDICTS.values():
        sheet.sheet.conditional_formatting.add(area, equal_rule(worded.name, worded.fill, worded.ink))


def _graded(palette: Sequence[str], place: int, grades: int) -> str:
    """The colour of the grade at this place, the best first."""
    return palette[round(place * (len(palette) - 1) / max(grades - 1, 1))]


def _grade_rules(sheet: Sheet, area: str, grades: Sequence[str]) -> None:
    for place, grade in enumerate(grades):
        colour = _graded(_GRADE_FILLS, place, len(grades))
        sheet.sheet.conditional_formatting.add(area, equal_rule(grade, colour))


def write_workbook(path: Path, header: Mapping[str, Any], units: Units, checklist: Checklist) -> None:
    """Write scorecard.xlsx.

    `header` is results.json without its units, `units` gives the unit objects of results.json; it is called twice. An
    existing file is replaced once the new one is complete. Raises OSError when the folder cannot be written.
    """
    axis_ids = [axis.id for axis in checklist.axes]
    survey = Survey(Ranking(checklist.rank_from))
    for unit in units():
        survey.add(unit, unit_line(unit, axis_ids))
    book = _Book(header, checklist, survey)
    try:
        for unit in units():
            book.take(unit)
        book.finish()
    finally:
        book.close()
    save_book(book.book, path)


def new_book(title: str) -> Workbook:
    """A workbook that is written row by row."""
    book = Workbook(write_only=True)
    book.properties.title = title
    book.properties.creator = "auditor"
    book.properties.language = "vi-VN"
    return book


def run_note(header: Mapping[str, Any]) -> str:
    """What run a sheet is of, in one line."""
    run = header["run"]
    return (
        f"Thời điểm đánh giá: {wording.day(run.get('as_of'))}. "
        f"Bộ tiêu chí: {run['checklist']['id']}, phiên bản {run['checklist'].get('version', '–')}. "
        f"Mã lần đánh giá: {run['id']}."
    )


class _Book:
    """The workbook under way: every sheet takes its rows from the same unit."""

    def __init__(self, header: Mapping[str, Any], checklist: Checklist, survey: Survey) -> None:
        self.header = header
        self.checklist = checklist
        self.survey = survey
        self.pieces = survey.pieces_within(EVIDENCE_ROWS)
        self.axis_ids = [axis.id for axis in checklist.axes]
        self.titles = {item.id: inert_text(item.title, 250) for item in checklist.items}
        self.milestones = [item for item in checklist.items if item.check == _MILESTONE]
        self.parts = [item for item in checklist.items if item.check in _PARTS]
        self.book = new_book("Kết quả đánh giá cổng thông tin điện tử")
        self.note = run_note(header)
        self.everyone = Tally()
        self.districts = Tallies()
        self.kinds = Tallies()
        self.number = 0
        self.evidence_sheets = 1
        self.summary = self._summary_sheet()
        self.styles: Styles = self.summary.styles
        self.matrix = self._matrix_sheet()
        self.evidence = self._evidence_sheet()
        self.review = ReviewSheet(self.book, checklist, str(header["run"]["id"]), note=self.note, styles=self.styles)
        self.disclosures = self._disclosures_sheet()
        self.ledger = self._ledger_sheet()
        self.missed = self._missed_sheet()
        self.verdict_cells = {
            (code, mark): self.matrix.text(f"{worded.short} {mark}".strip(), code)
            for code, worded in wording.VERDICTS.items()
            for mark in ("", wording.REVIEWED_MARK, wording.DISPUTED_MARK)
        }

    def _summary_sheet(self) -> Sheet:
        axes = [
            Column(f"{axis.id} {axis.title}\n(tối đa {wording.number(axis.points)})", 8.5, "points")
            for axis in self.checklist.axes
        ]
        change = [Column("Thay đổi so với lần trước", 7.5, "change")] if self.survey.changed else []
        columns = [
            Column("STT", 5, "center"),
            Column("Mã đơn vị", 11),
            Column("Tên đơn vị", 30),
            Column("Loại hình", 12.5),
            Column("Địa bàn", 13),
            Column("Tình trạng", 11),
            *axes,
            Column("Tổng điểm", 7.5, "total"),
            Column("Thấp nhất", 6.5, "points"),
            Column("Cao nhất", 6.5, "points"),
            Column("Xếp loại", 9.5, "center"),
            Column("Hạng", 5.5, "count"),
            Column("Hạng cùng loại hình", 6.5, "count"),
            *change,
            Column("Tỷ lệ đã xác định", 7, "share"),
        ]
        printed = len(columns)
        columns += [
            *(Column(f"Số mục {wording.VERDICTS[code].name.lower()}", 8, "count") for code in VERDICT_ORDER),
            Column("Website", 27, "link"),
            Column("Phiếu của đơn vị", 12, "link"),
        ]
        return Sheet(
            self.book,
            "Tổng hợp",
            columns,
            heading="TỔNG HỢP KẾT QUẢ ĐÁNH GIÁ CỔNG THÔNG TIN ĐIỆN TỬ",
            note=f"{self.note} Chỉ xếp hạng đơn vị đã xác định từ {wording.percent(self.checklist.rank_from)} trở lên.",
            frozen_columns=3,
            head_height=130,
            printed=printed,
            tab="1F3B57",
        )

    def _matrix_sheet(self) -> Sheet:
        columns = [
            Column("Mã đơn vị", 12),
            Column("Tên đơn vị", 36),
            Column("Loại hình", 14),
            Column("Địa bàn", 14),
            Column("Tổng điểm", 8, "total"),
            *(Column(item.id, 9.5, "center") for item in self.checklist.items),
        ]
        legend = "; ".join(
            f"{worded.short} = {worded.name}" for worded in wording.VERDICTS.values() if worded.short != worded.name
        )
        return Sheet(
            self.book,
            "Ma trận",
            columns,
            heading="MA TRẬN KẾT QUẢ",
            note=f"{legend}.\n{wording.MARKS}.\n{self.note}",
            styles=self.styles,
            frozen_columns=2,
            tall_headings=["", "", "", "", "", *(self.titles[item.id] for item in self.checklist.items)],
            pages_wide=3,
            tab="1F3B57",
        )

    def _evidence_sheet(self) -> Sheet:
        title = "Minh chứng" if self.evidence_sheets == 1 else f"Minh chứng {self.evidence_sheets}"
        columns = [
            Column("Mã đơn vị", 11),
            Column("Tên đơn vị", 24),
            Column("Mục", 7, "center"),
            Column("Tên tiêu chí", 22),
            Column("Kết luận", 11, "center"),
            Column("Nhận xét", 32),
            Column("Trích dẫn từ cổng thông tin", 36),
            Column("Ghi chú", 20),
            Column("Địa chỉ trang", 30, "link"),
            Column("Thời điểm xem", 12, "center"),
        ]
        extent = (
            "Mỗi dòng là một minh chứng"
            if self.pieces is None
            else f"Mỗi mục có tối đa {self.pieces} minh chứng ở đây; các minh chứng khác có trong phiếu của đơn vị"
        )
        return Sheet(
            self.book,
            title,
            columns,
            heading="MINH CHỨNG",
            note=f"{extent}; bấm vào địa chỉ để mở trang. {self.note}",
            styles=self.styles,
            index=None if self.evidence_sheets == 1 else 1 + self.evidence_sheets,
            frozen_columns=3,
            row_lines=3,
        )

    def _disclosures_sheet(self) -> Sheet:
        milestones = [
            column
            for item in self.milestones
            for column in (
                Column(self.titles[item.id], 12, "center"),
                Column(f"Tình trạng tháng {item.options['month']}", 14, "center"),
                Column(f"Diễn giải tháng {item.options['month']}", 34),
            )
        ]
        columns = [
            Column("Mã đơn vị", 11),
            Column("Tên đơn vị", 28),
            Column("Loại hình", 12.5),
            Column("Địa bàn", 13),
            *milestones,
            *(Column(self.titles[item.id], 14, "center") for item in self.parts),
            Column("Số tài liệu", 8, "count"),
            Column("Ngày mới nhất", 12, "center"),
        ]
        return Sheet(
            self.book,
            "Công khai",
            columns,
            heading="THEO DÕI CÔNG KHAI THÁNG 6 VÀ THÁNG 9",
            note=f"Mỗi dòng là một đơn vị phải công khai; từng tài liệu có ở bảng sau. {self.note}",
            styles=self.styles,
            frozen_columns=2,
            head_height=80,
        )

    def _ledger_sheet(self) -> Sheet:
        columns = [
            Column("Mã đơn vị", 11),
            Column("Tên đơn vị", 28),
            Column("Ngày công khai", 12, "center"),
            Column("Nội dung", 22),
            Column("Năm học", 11, "center"),
            Column("Tên tài liệu", 44),
            Column("Căn cứ xác định ngày", 22),
            Column("Tình trạng", 24),
            Column("Địa chỉ", 36, "link"),
        ]
        return Sheet(
            self.book,
            "Tài liệu công khai",
            columns,
            heading="CÁC TÀI LIỆU CÔNG KHAI ĐÃ TÌM THẤY",
            note=self.note,
            styles=self.styles,
            frozen_columns=2,
        )

    def _missed_sheet(self) -> Sheet:
        columns = [
            Column("Nhóm", 18),
            Column("Mã đơn vị hoặc số dòng", 14),
            Column("Tên đơn vị hoặc nội dung dòng", 36),
            Column("Địa bàn", 14),
            Column("Website", 28, "link"),
            Column("Nguyên nhân", 42),
            Column("Các lần vào cổng", 34),
            Column("Việc cần làm", 44),
        ]
        return Sheet(
            self.book,
            "Không đánh giá được",
            columns,
            heading="ĐƠN VỊ CHƯA ĐÁNH GIÁ ĐƯỢC HOẶC CHƯA ĐÁNH GIÁ HẾT, VÀ DÒNG CẦN SỬA TRONG DANH SÁCH",
            note=self.note,
            styles=self.styles,
            frozen_columns=3,
            tab="7B8791",
        )

    def take(self, unit: UnitObject) -> None:
        """One unit into every sheet that speaks of it."""
        line = unit_line(unit, self.axis_ids)
        kind = wording.KINDS.get(line.kind, line.kind)
        self.everyone.add(line)
        self.districts.add(line.district, line)
        self.kinds.add(kind, line)
        self.number += 1
        self._take_summary(line, kind)
        items = {str(item["id"]): item for item in unit["items"]}
        self.matrix.add(
            [
                line.id,
                line.name,
                kind,
                line.district,
                line.points,
                *(self._verdict_cell(items.get(item.id)) for item in self.checklist.items),
            ]
        )
        for item in unit["items"]:
            self._take_evidence(line, item)
            if asks_a_person(item) and line.status not in wording.NOT_ASSESSED:
                self.review.take(line, item)
        self._take_disclosures(line, kind, unit, items)
        if line.status != "audited":
            self._take_missed(line, unit)

    def _take_summary(self, line: UnitLine, kind: str) -> None:
        ranking = self.survey.ranking
        self.summary.add(
            [
                self.number,
                line.id,
                line.name,
                kind,
                line.district,
                wording.STATUSES[line.status].name,
                *line.axes,
                line.points,
                line.low,
                line.high,
                line.grade or wording.NO_GRADE,
                ranking.place(line),
                ranking.place_in_kind(line),
                *([line.change] if self.survey.changed else []),
                line.determined,
                *line.counts,
                self.summary.link(line.url),
                self.summary.file_link(line.page, "Mở phiếu") if line.page else "",
            ]
        )

    def _verdict_cell(self, item: Mapping[str, Any] | None) -> Cell | None:
        if item is None:
            return None
        verdict = standing_verdict(item)
        mark = wording.REVIEWED_MARK if (item.get("review") or {}).get("counted") else ""
        return self.verdict_cells[verdict, wording.DISPUTED_MARK if open_dispute(item) else mark]

    def _take_evidence(self, line: UnitLine, item: Mapping[str, Any]) -> None:
        evidence = item.get("evidence") or ()
        same: list[Cell] = []
        for piece in evidence[: self.pieces]:
            if self.evidence.full:
                self.evidence.close()
                self.evidence_sheets += 1
                self.evidence = self._evidence_sheet()
            sheet = self.evidence
            if not same:
                verdict = str(item["verdict"])
                summary = inert_text(item.get("summary"), _SUMMARY) or wording.cause(item.get("reason"))
                same = [
                    sheet.text(line.id, "text"),
                    sheet.text(line.name, "text"),
                    sheet.text(str(item["id"]), "center"),
                    sheet.text(self.titles.get(str(item["id"]), ""), "text"),
                    sheet.text(wording.verdict(verdict).name, verdict),
                    sheet.text(summary, "text"),
                ]
            sheet.add(
                [
                    *same,
                    inert_text(piece.get("quote"), _QUOTE),
                    inert_text(piece.get("note"), _SUMMARY),
                    sheet.link(piece.get("url")),
                    wording.moment(piece.get("fetched_at")),
                ]
            )

    def _take_disclosures(
        self, line: UnitLine, kind: str, unit: UnitObject, items: Mapping[str, Mapping[str, Any]]
    ) -> None:
        ledger = unit.get("ledger") or ()
        for disclosure in ledger:
            self._take_disclosure(line, disclosure)
        shown = [items[item.id] for item in (*self.milestones, *self.parts) if item.id in items]
        if line.status in wording.NOT_ASSESSED or all(item["verdict"] == "not_applicable" for item in shown):
            return
        sheet = self.disclosures
        states = {
            str(one["item"]): wording.MILESTONE_STATES.get(str(one["state"]), "").format(days=one.get("days_late") or 0)
            for one in (unit.get("disclosures") or {}).get("milestones") or ()
        }
        newest = next((disclosure["date"] for disclosure in ledger if disclosure.get("date")), "")
        sheet.add(
            [
                line.id,
                line.name,
                kind,
                line.district,
                *(
                    cell
                    for row in self.milestones
                    for cell in (
                        self._name_cell(items.get(row.id)),
                        states.get(row.id, ""),
                        inert_text((items.get(row.id) or {}).get("summary"), _SUMMARY),
                    )
                ),
                *(self._name_cell(items.get(row.id)) for row in self.parts),
                len(ledger),
                inert_text(wording.day(newest), 40),
            ]
        )

    def _name_cell(self, item: Mapping[str, Any] | None) -> Cell | None:
        if item is None:
            return None
        verdict = standing_verdict(item)
        return self.disclosures.text(wording.verdict(verdict).name, verdict)

    def _take_disclosure(self, line: UnitLine, disclosure: Mapping[str, Any]) -> None:
        sheet = self.ledger
        sheet.add(
            [
                line.id,
                line.name,
                wording.day(disclosure.get("date")) or "Chưa rõ ngày",
                inert_text(disclosure.get("kind"), 120),
                inert_text(disclosure.get("school_year"), 40),
                inert_text(disclosure.get("title"), 300),
                wording.ORIGINS.get(str(disclosure.get("origin")), inert_text(disclosure.get("origin"), 80)),
                "\n".join(
                    [
                        wording.LEDGER_STATES.get(str(disclosure.get("state")), ""),
                        *(inert_text(remark.get("text"), 200) for remark in (disclosure.get("remarks") or ())[:5]),
                    ]
                ),
                sheet.link(disclosure.get("url")),
            ]
        )

    def _take_missed(self, line: UnitLine, unit: UnitObject) -> None:
        status = wording.STATUSES[line.status]
        cause = inert_text(wording.cause(unit.get("status_reason")), _SUMMARY)
        self.missed.add(
            [
                status.name,
                line.id,
                line.name,
                line.district,
                self.missed.link(line.url),
                f"{status.meaning} {cause}".strip() + ("." if cause and cause[-1] not in ".!?" else ""),
                _visits(unit.get("attempts") or ()),
                _advice(line, unit),
            ]
        )

    def finish(self) -> None:
        """The sheets that need the sums, and what the others need once their length is known."""
        self._finish_missed()
        self._groups("Theo địa bàn", "Địa bàn", self.districts, "KẾT QUẢ THEO ĐỊA BÀN")
        self._groups("Theo loại hình", "Loại hình", self.kinds, "KẾT QUẢ THEO LOẠI HÌNH")
        self.book.move_sheet(self.missed.title, 2)
        self._explain()
        self._finish_summary()
        self.review.close()
        for sheet in (self.matrix, self.evidence, self.disclosures, self.ledger):
            sheet.close()

    def close(self) -> None:
        """Close what a run that broke off left open, so that its draft sheets leave the disk."""
        for sheet in self.book.worksheets:
            if not sheet.closed:
                sheet.close()

    def _finish_missed(self) -> None:
        register = self.header.get("register") or {}
        for group, rows, advice in (
            ("Dòng bị loại", register.get("rejected") or (), "Sửa dòng này trong danh sách rồi đánh giá lại."),
            ("Dòng cần xem lại", register.get("warnings") or (), "Kiểm tra lại dòng này trong danh sách."),
        ):
            for row in rows:
                given = row if isinstance(row, Mapping) else {"reason": row}
                place = given.get("row")
                self.missed.add(
                    [
                        group,
                        f"Dòng {place}" if place else "Cả danh sách",
                        inert_text(given.get("text") or given.get("name"), 300),
                        "",
                        "",
                        inert_text(given.get("reason") or given.get("message"), _SUMMARY),
                        "",
                        advice,
                    ]
                )
        self.missed.close()

    def _groups(self, title: str, heading: str, tallies: Tallies, caption: str) -> None:
        grades = [grade.name for grade in self.checklist.grades]
        columns = [
            Column(heading, 24),
            Column("Số đơn vị", 7.5, "count"),
            Column("Đã chấm điểm", 7.5, "count"),
            Column("Không đánh giá được", 9, "count"),
            Column("Điểm trung bình", 8.5, "total"),
            Column("Trung bình thấp nhất", 9, "points"),
            Column("Trung bình cao nhất", 9, "points"),
            *(Column(f"{axis.id} {axis.title}", 10.5, "points") for axis in self.checklist.axes),
            *(Column(name, 8, "count") for name in grades),
            Column("Số mục không đạt", 8.5, "count"),
            Column("Số mục chờ kết luận", 9, "count"),
        ]
        sheet = Sheet(
            self.book,
            title,
            columns,
            heading=caption,
            note=f"Điểm trung bình tính trên các đơn vị đã chấm điểm. {self.note}",
            styles=self.styles,
            frozen_columns=1,
            head_height=80,
            tab="2F7D6B",
        )
        groups = tallies.largest_first()
        for name, tally in groups:
            sheet.add(self._tally_row(name, tally, grades))
        table_rows = sheet.rows
        sheet.add([sheet.text("Toàn danh sách", "strong"), *self._tally_row("", self.everyone, grades)[1:]])
        shown = min(len(groups), _CHART_GROUPS)
        if any(tally.scored for _, tally in groups[:shown]):
            row = sheet.last_row + 2
            more = f" ({shown} nhóm nhiều đơn vị nhất)" if len(groups) > shown else ""
            sheet.sheet.add_chart(_means_chart(sheet, heading, shown, more), f"A{row}")
            sheet.sheet.add_chart(_grades_chart(sheet, heading, shown, more, grades), f"I{row}")
        sheet.close(table_rows=table_rows)

    def _tally_row(self, name: str, tally: Tally, grades: Sequence[str]) -> list[Any]:
        return [
            name,
            tally.units,
            tally.scored,
            sum(tally.statuses[status] for status in wording.NOT_ASSESSED),
            tally.mean,
            tally.mean_low,
            tally.mean_high,
            *(tally.axis_mean(index) for index in range(len(self.axis_ids))),
            *(tally.grades[grade] for grade in grades),
            tally.verdicts["fail"],
            sum(tally.verdicts[verdict] for verdict in UNDECIDED),
        ]

    def _finish_summary(self) -> None:
        sheet = self.summary
        if sheet.rows:
            rules = sheet.sheet.conditional_formatting
            grades = [grade.name for grade in self.checklist.grades]
            _grade_rules(sheet, sheet.span(sheet.letter("Xếp loại")), grades)
            data_bar: Any = DataBarRule
            bar = data_bar("num", 0, "num", 100, color="7FB9AA", showValue=True)
            rules.add(sheet.span(sheet.letter("Tổng điểm")), bar)
            for status in wording.STATUSES:
                colour = {"audited": None, "partial": wording.VERDICTS["partial"].fill}.get(
                    status, wording.VERDICTS["undetermined"].fill
                )
                if colour:
                    rule = equal_rule(wording.STATUSES[status].name, colour)
                    rules.add(sheet.span(sheet.letter("Tình trạng")), rule)
            if self.survey.changed:
                area = sheet.span(sheet.letter("Thay đổi so với lần trước"))
                against: Any = CellIsRule
                rules.add(area, against(operator="greaterThan", formula=["0"], font=Font(color="0B4A3A", bold=True)))
                rules.add(area, against(operator="lessThan", formula=["0"], font=Font(color="9E2F16", bold=True)))
        sheet.close()

    def _explain(self) -> None:
        checklist = self.checklist
        columns = [
            Column("Mục", 11, "center"),
            Column("Tên tiêu chí", 26),
            Column("Yêu cầu", 44),
            Column("Căn cứ", 11),
            Column("Trọng số", 7, "weight"),
            Column("Ngưỡng đang dùng", 20),
            Column("Tính vào trục", 8, "center"),
            Column("Áp dụng cho", 18),
            Column("Cách khắc phục", 42),
            Column("Độ chính xác đo được", 26),
        ]
        accuracy = load_accuracy(checklist.id)
        sheet = Sheet(
            self.book,
            "Giải thích",
            columns,
            heading="GIẢI THÍCH: TIÊU CHÍ, TRỌNG SỐ, CÁCH TÍNH ĐIỂM",
            note=f"Ý nghĩa các kết luận, thang điểm và cách tính ở dưới bảng, từ dòng {len(checklist.items) + 5}. "
            f"{self.note}",
            styles=self.styles,
            frozen_columns=0,
            tab="7B8791",
        )
        for item in checklist.items:
            sheet.add(
                [
                    item.id,
                    self.titles[item.id],
                    item.requirement,
                    item.clause,
                    item.weight,
                    wording.thresholds(item.options),
                    ", ".join(item.axes),
                    wording.applies_to(item.applies_to),
                    item.remedy,
                    wording.measured(accuracy.get(item.id)),
                ]
            )
        table_rows = sheet.rows
        sheet.sheet.row_breaks.append(Break(id=sheet.last_row))
        for row in _explanations(sheet, checklist):
            if len(row) > 2:
                sheet.add_cells(row)
            else:
                sheet.add_line(row)
        sheet.close(table_rows=table_rows)


def _visits(attempts: Sequence[Mapping[str, Any]]) -> str:
    """How often a portal was visited, then a line for each of the last visits: when, what came of it, and why."""
    if not attempts:
        return ""
    times = f"{len(attempts)} lần" + (f" ({_VISITS} lần cuối ở dưới)" if len(attempts) > _VISITS else "")
    shown = [attempt_view(attempt) for attempt in attempts[-_VISITS:]]
    return "\n".join(
        [
            f"{times}:",
            *(f"{one['at']}: {one['status']}" + (f" – {one['cause']}" if one["cause"] else "") for one in shown),
        ]
    )


def _advice(line: UnitLine, unit: UnitObject) -> str:
    """What to do about a unit that was not assessed, and where the letter to its host stands."""
    advice = wording.advice(line.status, unit.get("status_reason"))
    return f"{advice} {wording.LETTER_READY}" if unit.get("host_note") and line.page else advice


def _bars(sheet: Sheet, shown: int, title: str) -> BarChart:
    """A chart of lying bars over the first `shown` rows of a table, the first on top."""
    chart = BarChart()
    chart.type = "bar"
    chart.style = 10
    chart.title = title
    chart.gapWidth = 40
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.x_axis.scaling.orientation = "maxMin"
    chart.x_axis.tickLblSkip = 1
    chart.y_axis.scaling.min, chart.y_axis.scaling.max = 0, 100
    chart.y_axis.majorGridlines = None
    chart.width, chart.height = 16, 6 + round(0.65 * shown)
    return chart


def _names(sheet: Sheet, shown: int) -> Reference:
    return Reference(sheet.sheet, min_col=1, min_row=sheet.first_row, max_row=sheet.first_row + shown - 1)


def _means_chart(sheet: Sheet, heading: str, shown: int, more: str) -> BarChart:
    chart = _bars(sheet, shown, f"Điểm trung bình theo {heading.lower()}{more}")
    column = [one.heading for one in sheet.columns].index("Điểm trung bình") + 1
    first, last = sheet.first_row, sheet.first_row + shown - 1
    chart.add_data(Reference(sheet.sheet, min_col=column, min_row=first, max_row=last), titles_from_data=False)
    chart.set_categories(_names(sheet, shown))
    chart.legend = None
    chart.y_axis.number_format = "0"
    chart.series[0].graphicalProperties.solidFill = "2F7D6B"
    chart.dataLabels = DataLabelList()
    chart.dataLabels.showVal = True
    chart.dataLabels.showSerName = chart.dataLabels.showCatName = chart.dataLabels.showLegendKey = False
    chart.dataLabels.numFmt = "0.0"
    return chart


def _grades_chart(sheet: Sheet, heading: str, shown: int, more: str, grades: Sequence[str]) -> BarChart:
    chart = _bars(sheet, shown, f"Tỷ lệ xếp loại theo {heading.lower()}{more}")
    chart.grouping = "percentStacked"
    chart.overlap = 100
    chart.y_axis.scaling.min = chart.y_axis.scaling.max = None
    chart.y_axis.number_format = "0%"
    start = [one.heading for one in sheet.columns].index(grades[0]) + 1
    for place in range(len(grades)):
        data = Reference(
            sheet.sheet, min_col=start + place, min_row=sheet.head_row, max_row=sheet.first_row + shown - 1
        )
        chart.add_data(data, titles_from_data=True)
        chart.series[place].graphicalProperties.solidFill = _graded(_GRADE_BARS, place, len(grades))
    chart.set_categories(_names(sheet, shown))
    chart.legend.position = "b"
    return chart


def _explanations(sheet: Sheet, checklist: Checklist) -> Iterator[list[Cell]]:
    def line(*texts: str, style: str = "text") -> list[Cell]:
        return [sheet.text(text, style) for text in texts]

    yield []
    yield line("Ý nghĩa của các kết luận", style="section")
    for code, worded in wording.VERDICTS.items():
        yield [sheet.text(worded.short, code), *line(worded.name, worded.meaning)]
    yield line("", f"Trong bảng Ma trận: {wording.MARKS}.", style="free")
    yield []
    yield line("Các trục đánh giá (mục 4 của công văn)", style="section")
    for axis in checklist.axes:
        yield line(axis.id, axis.title, f"Tối đa {wording.number(axis.points)} điểm")
    yield []
    yield line("Xếp loại theo tổng điểm", style="section")
    for grade in checklist.grades:
        yield line("", grade.name, f"Từ {wording.number(grade.least)} điểm")
    yield []
    yield line("Độ chính xác đo được", style="section")
    for text in wording.MEASURED:
        yield line("", text, style="free")
    yield []
    yield line("Cách tính điểm", style="section")
    for text in wording.SCORING:
        yield line("", text, style="free")
