"""The sheet *Thẩm định*: its name and headings, for the code that writes it and the code that reads it back.

Who reads the sheet finds its heading row by `UNIT_ID` and `ITEM` and its columns by heading, in whatever order. A row
whose open cells are all empty says nothing. Rows are unique by unit id and item, but for `FREE_ROWS` empty rows below
the table, in which people name the id and item of any other row themselves.
"""

from __future__ import annotations

from reports.wording import REVIEW_VERDICTS, VERDICTS

SHEET = "Thẩm định"
RUN_PROPERTY = "auditor.run"  # custom property of the workbook: the id of the run that it was written for
FREE_ROWS = 40

UNIT_ID = "Mã đơn vị"
UNIT = "Tên đơn vị"
ITEM = "Mục"
TITLE = "Tên tiêu chí"
REQUIREMENT = "Yêu cầu"
MACHINE = "Kết quả của chương trình"  # the name of a verdict, VERDICTS[...].name
SUMMARY = "Nội dung đã tìm thấy"
EVIDENCE = "Minh chứng"

VERDICT = "Kết luận"  # one of CHOICES
REASON = "Lý do"
REVIEWER = "Người thẩm định"
DAY = "Ngày"  # a date cell; dd/mm/yyyy where a person typed text
UNTIL = "Có hiệu lực đến"  # likewise, may be empty
DISPUTE = "Khiếu nại: địa chỉ cần xem lại"

LOCKED: tuple[str, ...] = (UNIT_ID, UNIT, ITEM, TITLE, REQUIREMENT, MACHINE, SUMMARY, EVIDENCE)
OPEN: tuple[str, ...] = (VERDICT, REASON, REVIEWER, DAY, UNTIL, DISPUTE)

WITHDRAW = "Rút kết luận"  # in the same list: takes an earlier verdict back

# The list of the column VERDICT: what people see, and the verdict that it stands for in results.json.
CHOICES: dict[str, str] = {VERDICTS[code].name: code for code in REVIEW_VERDICTS}
