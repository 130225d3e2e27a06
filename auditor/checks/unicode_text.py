"""1.7: is the text Unicode (TCVN 6909:2001)?"""

from __future__ import annotations

from auditor.facts.pages import Pages, evidence_of
from auditor.model import Evidence, Finding, Reason, failed, partial, passed
from auditor.page import Page

_NAMES = {"tcvn3": "TCVN3 (ABC)", "vni": "VNI", "viscii": "VISCII", "vps": "VPS", "windows-1258": "Windows-1258"}
_UNICODE = ("utf-8", "utf8", "utf-16", "utf-16le", "utf-16be")


def unicode_text(pages: Pages, *, max_other_share: float, combining_share: float) -> Finding:
    """Cổng có dùng phông chữ và bộ mã Unicode theo TCVN 6909 hay không.

    What: every page's bytes: encoding declared and true, precomposed letters, no text in a legacy code.

    Why: text in a legacy code cannot be searched, read aloud or shown on a phone.

    Fix: convert the text (and menus, banners) to Unicode, save as UTF-8 and declare it.
    """
    home = pages.home
    assert home is not None
    legacy = [page for page in pages.pages if page.charset.legacy]
    odd = [page for page in pages.pages if not page.charset.legacy and _oddity(page, combining_share)]
    total = len(pages.pages)
    if home.charset.legacy or len(legacy) / total > max_other_share:
        worst = [home] if home.charset.legacy else []
        worst += [page for page in legacy if page is not home]
        code = _NAMES.get(worst[0].charset.legacy or "", worst[0].charset.legacy or "")
        return failed(
            f"{len(legacy)} trên {total} trang đã xem có chữ theo bảng mã cũ {code} thay vì Unicode.",
            [_shown(page) for page in worst[:4]],
            Reason.WRONG_VALUE,
        )
    if legacy or odd:
        wrong = legacy + odd
        what = [_oddity(page, combining_share) for page in odd]
        kinds = sorted({kind for kind in what if kind} | ({"chữ theo bảng mã cũ"} if legacy else set()))
        return partial(
            f"Trang chủ dùng Unicode, nhưng {len(wrong)} trên {total} trang đã xem có {', '.join(kinds)}."
            if home not in odd
            else f"Trang chủ và {len(wrong) - 1} trang khác trong {total} trang đã xem có {', '.join(kinds)}.",
            [_shown(page, _oddity(page, combining_share)) for page in wrong[:4]],
            Reason.WRONG_VALUE,
        )
    note = "Khai báo và bộ mã đúng"
    if any(page.charset.legacy_font for page in pages.pages):
        note = "Chữ đã là Unicode; còn sót tên phông chữ cũ trong định dạng, không ảnh hưởng"
    return passed(
        f"Cả {total} trang đã xem dùng Unicode UTF-8 dựng sẵn và khai báo đúng.",
        [evidence_of(home, home.charset.declared or home.charset.encoding, note)],
    )


def _oddity(page: Page, combining_share: float) -> str:
    """What is not as it should be on a page that is Unicode after all; "" when all is well."""
    charset = page.charset
    if charset.combining_share > combining_share:
        return "chữ Unicode tổ hợp (dấu rời)"
    if charset.double_encoded:
        return "đoạn chữ bị mã hóa hai lần"
    if (charset.declared or "").lower() not in _UNICODE:
        return "trang không khai báo bộ mã UTF-8"
    if not charset.declared_ok:
        return "trang khai báo UTF-8 nhưng chứa chữ sai mã"
    return ""


def _shown(page: Page, oddity: str = "") -> Evidence:
    charset = page.charset
    note = oddity or _NAMES.get(charset.legacy or "", charset.legacy or "")
    if charset.sample_converted and charset.sample_converted != charset.sample:
        note += f"; đọc đúng là: {charset.sample_converted[:120]}"
    return evidence_of(page, charset.sample or charset.declared or "", note)
