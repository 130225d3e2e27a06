"""The Vietnamese names and colours under which people meet the stable codes of results.json."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auditor.accuracy import Counts, ItemAccuracy

HANOI_TIME = timezone(timedelta(hours=7))


@dataclass(frozen=True, slots=True)
class VerdictWording:
    """How a verdict is shown. Colours are RRGGBB; they differ in lightness, so that grey print tells them apart."""

    name: str
    short: str
    mark: str
    fill: str
    ink: str
    meaning: str


VERDICTS: dict[str, VerdictWording] = {
    "pass": VerdictWording(
        "Đạt", "Đạt", "✓", "E1F5EC", "0B4A3A", "Đã thấy nội dung đáp ứng yêu cầu; có minh chứng kèm theo."
    ),
    "partial": VerdictWording(
        "Đạt một phần",
        "Một phần",
        "½",
        "F4BE45",
        "3F2D00",
        "Đã thấy một phần nội dung được yêu cầu; phần còn thiếu được nêu rõ.",
    ),
    "fail": VerdictWording(
        "Không đạt",
        "Không đạt",
        "✗",
        "9E2F16",
        "FFFFFF",
        "Đã xem cổng thông tin (minh chứng ghi rõ đã xem ở đâu) và yêu cầu chưa được đáp ứng.",
    ),
    "manual": VerdictWording(
        "Cần thẩm định",
        "Thẩm định",
        "?",
        "B9ADE3",
        "26175A",
        "Cần người có thẩm quyền xem và kết luận; minh chứng đã được chuẩn bị sẵn.",
    ),
    "not_applicable": VerdictWording(
        "Không áp dụng", "–", "–", "FFFFFF", "56616A", "Yêu cầu này không dành cho loại hình của đơn vị."
    ),
    "undetermined": VerdictWording(
        "Không xác định",
        "Chưa rõ",
        "…",
        "D6DBE0",
        "3A4349",
        "Chưa xem được nội dung cần thiết (trang không truy cập được, bị chặn hoặc chưa đọc tới); "
        "không trừ điểm của đơn vị.",
    ),
}

# How accuracy was measured.
MEASURED: tuple[str, ...] = (
    "Trước khi phát hành, chương trình chấm thử các cổng đã có người đọc và ghi sẵn kết luận đúng (“nhãn”) cho từng "
    "mục, rồi so từng kết luận.",
    "Cổng thật là trang lưu lại của các trường; cổng dựng là cổng hư cấu, nhiều cổng được viết ra để đánh lừa "
    "chương trình.",
)

# What a person may decide in the review sheet, in the order of its list.
REVIEW_VERDICTS: tuple[str, ...] = ("pass", "partial", "fail", "not_applicable")


@dataclass(frozen=True, slots=True)
class StatusWording:
    """How a unit's status is shown, and what the unit or the inspector does about it."""

    name: str
    meaning: str
    advice: str


STATUSES: dict[str, StatusWording] = {
    "audited": StatusWording("Đã đánh giá", "Đã đọc cổng thông tin đến hết phạm vi quy định.", ""),
    "partial": StatusWording(
        "Đánh giá một phần",
        "Đã đọc được một số trang rồi bị gián đoạn; các mục chưa xem được để ở mức Không xác định.",
        "Kiểm tra tốc độ và độ ổn định của cổng thông tin, sau đó đánh giá lại.",
    ),
    "unreachable": StatusWording(
        "Không truy cập được",
        "Không mở được cổng thông tin trong thời gian đánh giá.",
        "Kiểm tra địa chỉ trong danh sách, tên miền và máy chủ; đánh giá lại khi cổng thông tin hoạt động.",
    ),
    "blocked": StatusWording(
        "Bị chặn",
        "Cổng thông tin không cho phép chương trình đánh giá đọc nội dung.",
        "Đề nghị đơn vị hoặc nhà cung cấp cho phép truy cập tự động (tệp robots.txt, tường lửa), "
        "hoặc đánh giá trực tiếp bằng tay.",
    ),
    "no_website": StatusWording(
        "Chưa có website",
        "Danh sách không ghi địa chỉ website của đơn vị.",
        "Bổ sung địa chỉ website vào danh sách nếu đơn vị đã có; nếu chưa có, đơn vị cần xây dựng.",
    ),
    "error": StatusWording(
        "Lỗi khi đánh giá",
        "Chương trình đánh giá gặp lỗi; đây không phải lỗi của đơn vị.",
        "Chạy lại đánh giá cho đơn vị này; nếu vẫn lỗi, gửi nhật ký cho bộ phận kỹ thuật.",
    ),
}

# Where a unit could not be read and its page holds a text for whoever hosts the portal.
LETTER_READY = "Thư gửi nhà cung cấp máy chủ đã soạn sẵn trong phiếu của đơn vị."

NOT_ASSESSED: frozenset[str] = frozenset({"unreachable", "blocked", "no_website", "error"})

KINDS: dict[str, str] = {
    "so": "Sở GD&ĐT",
    "phong": "Phòng GD&ĐT, phường, xã",
    "mn": "Mầm non",
    "th": "Tiểu học",
    "thcs": "Trung học cơ sở",
    "thpt": "Trung học phổ thông",
    "lien_cap": "Nhiều cấp học",
    "gdtx": "Giáo dục thường xuyên",
    "khac": "Khác",
}

REASONS: dict[str, str] = {
    "found": "Đã tìm thấy",
    "not_found": "Không tìm thấy",
    "incomplete": "Chưa đầy đủ",
    "link_dead": "Liên kết bị hỏng",
    "soft_404": "Trang báo không tìm thấy nội dung",
    "empty": "Trang không có nội dung",
    "placeholder": "Trang ghi đang cập nhật, đang xây dựng",
    "external_only": "Chỉ dẫn sang trang khác",
    "single_document": "Chỉ có một bài viết hoặc văn bản, chưa có chuyên mục",
    "login_required": "Phải đăng nhập mới xem được",
    "stale": "Nội dung đã cũ",
    "late": "Công bố trễ hạn",
    "early": "Công bố trước thời điểm quy định",
    "undatable": "Không xác định được ngày công bố",
    "wrong_value": "Nội dung không đúng quy định",
    "broken": "Có nhưng không hoạt động",
    "abuse": "Có dấu hiệu bị chèn nội dung xấu",
    "needs_person": "Cần người xem và kết luận",
    "other_name": "Có mục mang tên khác, cần người xem",
    "no_data": "Không có dữ liệu để kết luận",
    "not_for_kind": "Không dành cho loại hình này",
    "no_service": "Đơn vị không cung cấp dịch vụ",
    "crawl_cut_short": "Chưa đọc hết cổng thông tin",
    "blocked": "Cổng thông tin chặn truy cập tự động",
    "robots_forbid": "Cổng thông tin không cho phép đọc (robots.txt)",
    "unreachable": "Không truy cập được",
    "no_website": "Chưa có website",
    "needs_rendering": "Trang chỉ hiện nội dung trong trình duyệt",
    "check_crashed": "Chương trình gặp lỗi khi xét mục này",
    "redirects_to_other_unit": "Địa chỉ dẫn sang website của đơn vị khác",
}

CAUSES: dict[str, str] = {
    "dns": "Tên miền không tồn tại hoặc không phân giải được",
    "refused": "Máy chủ từ chối kết nối",
    "timeout": "Máy chủ không trả lời trong thời gian chờ",
    "tls": "Không thiết lập được kết nối bảo mật (https)",
    "reset": "Kết nối bị ngắt giữa chừng",
    "http_error": "Máy chủ báo lỗi khi mở trang",
    "challenge": "Trang chống truy cập tự động hoặc trang bảo trì",
    "robots": "Tệp robots.txt không cho phép đọc",
    "too_large": "Nội dung vượt quá dung lượng cho phép",
    "too_many_redirects": "Trang chuyển hướng vòng lặp",
    "off_scope_redirect": "Trang chuyển hướng ra ngoài cổng thông tin của đơn vị",
    "private_address": "Địa chỉ thuộc mạng nội bộ, không truy cập công khai được",
    "bad_address": "Địa chỉ website viết sai",
    "bad_response": "Máy chủ trả lời không đúng chuẩn",
    "cancelled": "Dừng do hết giới hạn của lần đánh giá",
    "crash": "Lỗi của chương trình đánh giá",
    "rendering": "Trang cần trình duyệt mà trình duyệt của chương trình không hiện được",
}

CAUSE_ADVICE: dict[str, str] = {
    "dns": "Kiểm tra địa chỉ trong danh sách và thời hạn đăng ký tên miền.",
    "refused": "Kiểm tra máy chủ web có đang chạy không.",
    "timeout": "Kiểm tra tốc độ máy chủ và đường truyền.",
    "tls": "Kiểm tra chứng thư số và cấu hình https của máy chủ.",
    "http_error": "Đề nghị nhà cung cấp sửa lỗi của trang chủ.",
    "challenge": "Đề nghị nhà cung cấp cho phép chương trình đánh giá truy cập, hoặc chờ hết bảo trì.",
    "robots": "Đề nghị đơn vị sửa tệp robots.txt, hoặc đánh giá trực tiếp bằng tay.",
    "robots_forbid": "Đề nghị đơn vị sửa tệp robots.txt, hoặc đánh giá trực tiếp bằng tay.",
    "private_address": "Sửa địa chỉ trong danh sách thành địa chỉ công khai.",
    "bad_address": "Sửa địa chỉ trong danh sách.",
    "redirects_to_other_unit": "Kiểm tra lại địa chỉ trong danh sách: địa chỉ này đang dẫn sang website "
    "của đơn vị khác.",
    "saved_copy": "Lưu thêm các trang còn thiếu rồi đánh giá lại, hoặc đánh giá trực tiếp qua mạng.",
    "needs_rendering": "Cài trình duyệt cho chương trình đánh giá rồi đánh giá lại.",
}

STOPPED_BY: dict[str, str] = {
    "complete": "Đã đọc hết các trang tìm thấy",
    "max_pages": "Đã đọc đủ số trang quy định",
    "max_depth": "Đã đọc đủ độ sâu quy định",
    "max_seconds": "Hết thời gian quy định",
    "max_archive_bytes": "Hết dung lượng lưu trữ quy định",
    "too_many_faults": "Quá nhiều lỗi truy cập",
    "saved_copy": "Bản lưu không có đủ các trang của cổng",
    "blocked": "Bị chặn",
    "unreachable": "Không truy cập được",
    "no_website": "Chưa có website",
    "error": "Lỗi của chương trình đánh giá",
}

NOTES: dict[str, str] = {
    "saved_copy": "Đánh giá trên bản lưu do người dùng cung cấp, không phải trên cổng đang hoạt động.",
    "robots_unreadable": "Không đọc được tệp robots.txt của cổng thông tin; coi như không có.",
    "certificate_invalid": "Chứng thư số của cổng thông tin không hợp lệ (hết hạn, tự ký hoặc sai tên miền).",
    "rendered": "Cổng thông tin chỉ hiện đủ nội dung khi chạy mã kịch bản; chương trình đã xem bằng trình duyệt thật.",
    "needs_browser": "Cổng thông tin chỉ hiện đủ nội dung khi chạy mã kịch bản, nhưng chương trình không có trình "
    "duyệt để xem; các mục không tìm thấy vì vậy chưa có kết luận.",
    "not_rendered": "Cổng thông tin chỉ hiện đủ nội dung khi chạy mã kịch bản, nhưng trình duyệt của chương trình "
    "không hiện được; các mục không tìm thấy vì vậy chưa có kết luận.",
    "max_links_per_page": "Có trang chứa quá nhiều liên kết; chỉ xét số liên kết đầu tiên theo quy định.",
}

ORIGINS: dict[str, str] = {
    "posted": "Ngày đăng trên cổng thông tin",
    "name": "Ngày trong tên liên kết hoặc tên tệp",
    "link_text": "Ngày trong tên liên kết hoặc tên tệp",
    "file_name": "Ngày trong tên tệp",
    "text": "Ngày ký trong văn bản",
    "signature": "Ngày ký trong văn bản",
    "metadata": "Ngày trong thuộc tính của tệp",
    "last_modified": "Ngày sửa đổi do máy chủ báo",
}

# Where the sign of an article's day comes from that carries none itself (auditor.facts.hints).
HINT_ORIGINS: dict[str, str] = {
    "feed": "Nguồn tin tự động của cổng (RSS)",
    "sitemap": "Sơ đồ trang dành cho máy tìm kiếm",
    "last_modified": "Ngày sửa đổi do máy chủ báo",
}

# What became of a disclosure (auditor.facts.disclosures.Life).
LEDGER_STATES: dict[str, str] = {
    "live": "Mở được",
    "external": "Đặt ở dịch vụ lưu trữ khác",
    "unseen": "Chưa mở được khi đánh giá",
    "forbidden": "Cổng không cho phép đọc (robots.txt)",
    "dead_page": "Trang không mở được",
    "dead_file": "Tệp không mở được",
    "placeholder": "Trang ghi đang cập nhật",
}

# How a month in which disclosures are due went.
MILESTONE_STATES: dict[str, str] = {
    "on_time": "Đúng hạn",
    "late": "Trễ {days} ngày",
    "early": "Trước thời điểm quy định",
    "missing": "Chưa công khai",
    "undatable": "Chưa rõ ngày công khai",
    "unseen": "Chưa xem được",
}

# Whether what the circular in force wants was found.
REQUIRED_STATES: dict[str, str] = {
    "found": "Đã có",
    "part_found": "Có nội dung, chưa đúng biểu mẫu",
    "missing": "Chưa thấy",
    "unseen": "Chưa xem được",
    "removed": "Không còn trên cổng",
}

# Why points moved since the last run (auditor.changes.Cause).
CHANGE_CAUSES: dict[str, str] = {
    "portal": "Nội dung trên cổng thay đổi",
    "time": "Nội dung không đổi nhưng đã cũ đi hoặc đến hạn",
    "rules": "Bộ tiêu chí, chương trình hoặc danh sách đơn vị thay đổi",
    "crawl": "Lần này xem được nhiều hơn hoặc ít hơn lần trước",
    "review": "Người thẩm định kết luận",
    "mixed": "Cổng thay đổi, thời gian hoặc quy tắc (không còn dữ liệu lần trước để tách riêng)",
}

# What became of a person's verdict.
REVIEW_STATES: dict[str, str] = {
    "in_force": "Đang có hiệu lực",
    "expired": "Đã hết hiệu lực, cần thẩm định lại",
    "evidence_changed": "Nội dung trên cổng đã thay đổi, cần thẩm định lại",
    "disputed": "Đang được đơn vị đề nghị xem lại",
    "withdrawn": "Đã rút",
}
REVIEWED_MARK = "(TĐ)"
DISPUTED_MARK = "(KN)"
MARKS = f"{REVIEWED_MARK}: kết luận của người thẩm định; {DISPUTED_MARK}: đơn vị đang đề nghị xem lại, chưa có kết luận"

# How the score is made, sentence by sentence (scoring is in auditor.scoring; the figures stand in the checklist).
SCORING: tuple[str, ...] = (
    "Mỗi mục được chấm từ 0 đến 1: Đạt là 1, Đạt một phần thường là 0,5, Không đạt là 0.",
    "Điểm của một trục = điểm tối đa của trục × (tổng của trọng số × điểm các mục đã kết luận) "
    "÷ (tổng trọng số các mục đã kết luận).",
    "Mục Không áp dụng, Cần thẩm định và Không xác định không được tính vào cả tử số và mẫu số: đơn vị không bị "
    "trừ điểm vì những mục này.",
    "Điểm của mỗi trục được làm tròn đến một chữ số thập phân. Tổng điểm = 100 × (tổng điểm của các trục có điểm) "
    "÷ (tổng điểm tối đa của các trục đó).",
    "Thấp nhất và Cao nhất là tổng điểm nếu mọi mục chưa kết luận đều Không đạt hoặc đều Đạt.",
    "Tỷ lệ đã xác định là phần trọng số của các mục đã có kết luận trên các mục áp dụng cho đơn vị.",
    "Công văn không quy định trọng số, ngưỡng và thang điểm: các con số này do dự án đặt ra và có thể thay đổi "
    "trong bộ tiêu chí.",
)

NO_GRADE = "Chưa xếp loại"
NO_DISTRICT = "(không ghi)"


def verdict(code: object) -> VerdictWording:
    """The wording of a verdict code; KeyError for a code that is not in results.json's list."""
    return VERDICTS[str(code)]


def cause(code: object) -> str:
    """What a status_reason or reason code says to people; a text that is no code is returned as it is."""
    key = "" if code is None else str(code)
    if key.startswith("http_") and key[5:].isdecimal():
        return f"{CAUSES['http_error']} (mã {key[5:8]})"
    return CAUSES.get(key) or REASONS.get(key) or STOPPED_BY.get(key) or key


def advice(status: str, status_reason: object) -> str:
    """What to do about a unit that was not (fully) assessed."""
    key = str(status_reason)
    return CAUSE_ADVICE.get("http_error" if key.startswith("http_") else key) or STATUSES[status].advice


def applies_to(kinds: Collection[str]) -> str:
    """The kinds of unit that an item is for, in words."""
    if set(kinds) >= set(KINDS):
        return "Mọi loại hình"
    return ", ".join(KINDS.get(str(kind), str(kind)) for kind in kinds)


# Options of checklist rows that are limits, in words; {} takes the figure.
THRESHOLDS: dict[str, str] = {
    "min_destinations": "ít nhất {} mục trong menu",
    "menu_share": "menu có trên ít nhất {} số trang",
    "max_broken_share": "tối đa {} liên kết hỏng",
    "pass_days": "Đạt: không quá {} ngày",
    "partial_days": "Đạt một phần: không quá {} ngày",
    "viewport_share": "ít nhất {} số trang",
    "max_overflow": "trên điện thoại, trang chủ không rộng hơn màn hình quá {} điểm ảnh",
    "max_other_share": "tối đa {} số trang chưa đúng",
    "combining_share": "tối đa {} chữ có dấu viết tổ hợp trên một trang",
    "min_share": "ít nhất {}",
    "pass_share": "Đạt: ít nhất {}",
    "partial_share": "Đạt một phần: ít nhất {}",
    "min_people": "ít nhất {} người",
    "min_years": "ít nhất {} năm",
    "min_sites": "đủ {} trang",
    "month": "trong tháng {}",
    "late_days": "trễ không quá {} ngày là Đạt một phần",
    "early_days": "sớm không quá {} ngày là Đạt một phần",
    "min_hosts": "ít nhất {} đơn vị",
}


def thresholds(options: Mapping[str, object]) -> str:
    """The limits of an item in words; options that are no figures are left out."""
    parts = []
    for name, value in options.items():
        if isinstance(value, bool) or not isinstance(value, int | float):
            continue
        figure = f"{number(value * 100)} %" if name.endswith("_share") else number(value)
        parts.append(THRESHOLDS.get(name, name + ": {}").format(figure))
    return "; ".join(parts)


def measured(accuracy: ItemAccuracy | None) -> str:
    """How well an item is judged, as one sentence with the numbers behind it."""
    counts = accuracy.together if accuracy else None
    if counts is None or counts.share is None:
        return "Chưa đo được."
    wronged = (
        "không có lượt nào bị kết luận oan là Không đạt"
        if not counts.false_fail
        else f"{counts.false_fail} lượt bị kết luận oan là Không đạt"
    )
    # Cut, not rounded: 99,96 % must not be told as 100 %.
    share = number(math.floor(counts.share * 1000) / 10)
    return f"{share} % trên {counts.judged} lượt xét có nhãn; {wronged}."


def right_of(counts: Counts) -> str:
    """The right ones of those judged; a dash where none was."""
    return f"{counts.right}/{counts.judged}" if counts.judged else "–"


def number(value: float | None, places: int = 1) -> str:
    """A figure with a decimal comma; a dash for None. Whole figures lose their ",0"."""
    if value is None:
        return "–"
    text = f"{value:.{places}f}"
    if places and set(text.rpartition(".")[2]) == {"0"}:
        text = text.rpartition(".")[0]
    return text.replace(".", ",").replace("-0", "0") if text in {"-0", "-0,0"} else text.replace(".", ",")


def signed(value: float | None) -> str:
    """A difference with its sign; a dash for None."""
    if value is None:
        return "–"
    text = number(value)
    return f"+{text}" if value > 0 and text != "0" else text.replace("-", "−")


def percent(share: float | None) -> str:
    """A share of 0 to 1 as whole per cent, its sign on the same line; a dash for None."""
    return "–" if share is None else f"{round(share * 100)}\u00a0%"


def day(text: object) -> str:
    """An ISO date or time as dd/mm/yyyy; anything else unchanged."""
    raw = "" if text is None else str(text)
    try:
        moment = datetime.fromisoformat(raw)
    except ValueError:
        return raw
    if moment.tzinfo is not None:
        moment = moment.astimezone(HANOI_TIME)
    return f"{moment:%d/%m/%Y}"


def moment(text: object) -> str:
    """An ISO time as dd/mm/yyyy HH:MM in Vietnam's time (UTC+7; without an offset it is taken for UTC)."""
    return "" if text is None else _moment(str(text))


@lru_cache(maxsize=2048)
def _moment(raw: str) -> str:
    try:
        parsed = datetime.fromisoformat(raw)
    except ValueError:
        return raw
    if parsed.tzinfo is None:
        parsed = parsed.replace(tzinfo=UTC)
    try:
        return f"{parsed.astimezone(HANOI_TIME):%d/%m/%Y %H:%M}"
    except OverflowError:
        return raw
