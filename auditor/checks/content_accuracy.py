"""4.3: does anything speak against the accuracy of the content?"""

from __future__ import annotations

from auditor.facts.abuse import Abuse
from auditor.facts.pages import Pages, evidence_of
from auditor.model import Finding, Reason, failed, manual

_KINDS = {
    "link": "liên kết quảng cáo lạ",
    "hidden": "nội dung bị giấu trong trang",
    "text": "chữ quảng cáo lạ trong trang",
    "meta": "chữ quảng cáo lạ trong tiêu đề hoặc mô tả trang",
    "defaced": "trang bị thay đổi giao diện",
    "cloaked": "nội dung lạ chỉ hiện cho máy tìm kiếm",
    "redirect": "trang tự chuyển người xem sang nơi khác",
}


def content_accuracy(abuse: Abuse, pages: Pages) -> Finding:
    """Nội dung cổng có chính xác, không bị chèn nội dung lạ hay không.

    What: lists what speaks against the content: injected advertising, defacement, hijacked visitors.

    Why: whether content is right is a person's judgement; a betting link in a school's page needs none.

    Fix: remove the injected content, change passwords, update the software, ask the host to check for intrusion.
    """
    home = pages.home
    assert home is not None
    shown = [
        evidence_of(sign.page, sign.quote, f"{_KINDS[sign.kind]} (địa chỉ đã được vô hiệu hóa)")
        for sign in abuse.signs[:8]
    ]
    if abuse.certain:
        first = abuse.signs[0]
        return failed(
            f"Phát hiện {_KINDS[first.kind]}: có {len(abuse.signs)} dấu hiệu cổng bị chèn nội dung "
            "không phải của đơn vị.",
            shown,
            Reason.ABUSE,
            remedy="Gỡ nội dung bị chèn nêu trong minh chứng, đổi mật khẩu quản trị, cập nhật phần mềm và báo đơn vị "
            "cung cấp máy chủ rà soát xâm nhập.",
        )
    if shown:
        return manual(
            "Có vài từ ngữ cần người xem lại, chưa đủ căn cứ để coi là bị chèn. Độ chính xác do người đánh giá.",
            shown,
        )
    return manual(
        f"Không thấy dấu hiệu bị chèn nội dung lạ trong {len(pages.pages)} trang đã xem; độ chính xác của nội dung do "
        "người đánh giá.",
        [evidence_of(home, home.title, "Đã rà chữ, liên kết, phần bị giấu và mô tả của mọi trang đã xem")],
    )
