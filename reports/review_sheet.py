"""The sheet *Thẩm định*: what people must decide, with the cells that they fill in open and all others locked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook
from openpyxl.packaging.custom import StringProperty
from openpyxl.worksheet.datavalidation import DataValidation

from reports import review_columns as columns
from reports import wording
from reports.digest import UNDECIDED, UnitLine, open_dispute
from reports.inert import inert_text
from reports.sheet import Column, Sheet, Styles, equal_rule

if TYPE_CHECKING:
    from auditor.checklist import Checklist

_SUMMARY = 500
_FIRST_DAY = 36_526  # 1 January 2000 as spreadsheets count days
_WIDTHS = {
    columns.UNIT_ID: Column(columns.UNIT_ID, 12),
    columns.UNIT: Column(columns.UNIT, 24),
    columns.ITEM: Column(columns.ITEM, 7, "center"),
    columns.TITLE: Column(columns.TITLE, 20),
    columns.REQUIREMENT: Column(columns.REQUIREMENT, 28),
    columns.MACHINE: Column(columns.MACHINE, 12, "center"),
    columns.SUMMARY: Column(columns.SUMMARY, 36),
    columns.EVIDENCE: Column(columns.EVIDENCE, 26, "link"),
    columns.VERDICT: Column(columns.VERDICT, 13, "entry"),
    columns.REASON: Column(columns.REASON, 28, "entry"),
    columns.REVIEWER: Column(columns.REVIEWER, 18, "entry"),
    columns.DAY: Column(columns.DAY, 12, "entry_date"),
    columns.UNTIL: Column(columns.UNTIL, 12, "entry_date"),
    columns.DISPUTE: Column(columns.DISPUTE, 26, "entry"),
}


def asks_a_person(item: Mapping[str, Any]) -> bool:
    """Whether a row of the sheet is for this item: nothing is decided, or somebody decided or objected before."""
    return item["verdict"] in UNDECIDED or bool(item.get("review"))


class ReviewSheet:
    """The sheet under way; rows come unit by unit."""

    def __init__(
        self, book: Workbook, checklist: Checklist, run_id: str, *, note: str, styles: Styles | None = None
    ) -> None:
        self._items = {item.id: item for item in checklist.items}
        properties: Any = book
        properties.custom_doc_props.append(StringProperty(name=columns.RUN_PROPERTY, value=run_id))
        self.sheet = Sheet(
            book,
            columns.SHEET,
            [_WIDTHS[name] for name in (*columns.LOCKED, *columns.OPEN)],
            heading="PHIẾU THẨM ĐỊNH",
            note=f"Chỉ ghi vào các ô màu vàng nhạt: chọn kết luận trong danh sách, ghi lý do, họ tên và ngày. {note}",
            styles=styles,
            frozen_columns=3,
            row_lines=3,
            tab="B3540A",
        )

    def take(self, line: UnitLine, item: Mapping[str, Any]) -> None:
        """One row: the program's finding, and what a person said of it before."""
        sheet = self.sheet
        row = self._items.get(str(item["id"]))
        evidence = item.get("evidence") or ()
        review = item.get("review") or {}
        decided = wording.VERDICTS.get(str(review.get("verdict")))
        dispute = open_dispute(item) or {}
        sheet.add(
            [
                line.id,
                line.name,
                str(item["id"]),
                inert_text(row.title if row else "", 250),
                inert_text(row.requirement if row else "", _SUMMARY),
                sheet.text(wording.verdict(item["verdict"]).name, item["verdict"]),
                inert_text(item.get("summary"), _SUMMARY) or wording.cause(item.get("reason")),
                sheet.link(evidence[0].get("url")) if evidence else "",
                decided.name if decided else "",
                inert_text(review.get("reason"), _SUMMARY),
                inert_text(review.get("reviewer"), 200),
                _date(review.get("date")),
                _date(review.get("valid_until")),
                inert_text(dispute.get("url"), _SUMMARY),
            ],
            grow=not decided,
        )

    def close(self) -> None:
        """The free rows below the table, the lists of the open cells, and the lock on all others."""
        sheet = self.sheet
        table_rows = sheet.rows
        open_columns = {*columns.OPEN, columns.UNIT_ID, columns.ITEM}
        free = [
            sheet.value(None, column.style if column.style.startswith("entry") else "entry")
            if column.heading in open_columns
            else sheet.value(None, "text")
            for column in sheet.columns
        ]
        for _ in range(columns.FREE_ROWS):
            sheet.add_cells(free)
        for rule in self._rules():
            sheet.sheet.data_validations.append(rule)
        verdicts = sheet.letter(columns.VERDICT)
        for worded in wording.VERDICTS.values():
            sheet.sheet.conditional_formatting.add(
                sheet.span(verdicts), equal_rule(worded.name, worded.fill, worded.ink)
            )
        protection = sheet.sheet.protection
        protection.sheet = True
        protection.autoFilter = protection.formatColumns = protection.formatRows = False
        sheet.close(table_rows=table_rows)

    def _rules(self) -> list[DataValidation]:
        """What the open cells accept, and what they say to who enters them."""
        sheet = self.sheet

        def rule(heading: str, prompt: str, **how: Any) -> DataValidation:
            made = DataValidation(allow_blank=True, showErrorMessage=True, showInputMessage=True, **how)
            made.promptTitle, made.prompt = heading[:32], prompt
            made.errorTitle = heading[:32]
            made.add(sheet.span(sheet.letter(heading)))
            return made

        choice = rule(
            columns.VERDICT,
            "Chọn trong danh sách.",
            type="list",
            formula1=f'"{",".join((*columns.CHOICES, columns.WITHDRAW))}"',
        )
        choice.error = "Hãy chọn một kết luận trong danh sách."
        rules = [choice]
        for heading, prompt in (
            (columns.DAY, "Ngày thẩm định, dạng ngày/tháng/năm."),
            (columns.UNTIL, "Để trống nếu kết luận có hiệu lực cho đến khi nội dung trên cổng thay đổi."),
        ):
            day = rule(heading, prompt, type="date", operator="greaterThan", formula1=str(_FIRST_DAY))
            day.error = "Hãy ghi ngày theo dạng ngày/tháng/năm."
            rules.append(day)
        for heading, prompt, most in (
            (columns.REASON, "Bắt buộc khi đã chọn kết luận.", 2000),
            (columns.REVIEWER, "Họ và tên người kết luận.", 200),
            (columns.DISPUTE, "Nếu đơn vị chưa đồng ý: ghi địa chỉ trang hoặc tệp cần xem lại.", 2000),
        ):
            text = rule(heading, prompt, type="textLength", operator="lessThanOrEqual", formula1=str(most))
            text.error = f"Tối đa {most} ký tự."
            rules.append(text)
        return rules


def _date(text: object) -> date | None:
    try:
        return datetime.fromisoformat(str(text)).date()
    except ValueError:
        return None
