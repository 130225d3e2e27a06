"""Item 3: the editorial board of the portal."""

from __future__ import annotations

from auditor.facts.board import Board, Role
from auditor.facts.pages import Pages, evidence_of
from auditor.facts.people import masked
from auditor.model import Evidence, Finding, manual, partial, passed

_NAMES = {Role.HEAD: "trưởng ban", Role.EDITOR: "biên tập viên", Role.ADMINISTRATOR: "quản trị viên"}


def editorial_board(board: Board, pages: Pages) -> Finding:
    """Đơn vị có công bố Ban Biên tập gồm trưởng ban là lãnh đạo, biên tập viên và quản trị viên hay không.

    What: reads the roles and names on the page of the board, and whoever is named as responsible for the content. A
    signature under an article of another body is no board.

    Why: somebody has to answer for what is published, and somebody for the system.

    Fix: publish the decision that sets up the board with all three roles.
    """
    members = {role: next((m for m in board.members if m.role is role), None) for role in Role}
    shown = [
        evidence_of(member.page, masked(member.text[:250]), _NAMES[role].capitalize())
        for role, member in members.items()
        if member is not None
    ]
    missing = [_NAMES[role] for role, member in members.items() if member is None]
    heads = [member for member in board.members if member.role is Role.HEAD]
    if not missing and any(member.leader for member in heads):
        return passed(
            "Có công bố Ban Biên tập với trưởng ban là lãnh đạo đơn vị, biên tập viên và quản trị viên.", shown
        )
    if not missing:
        return partial(
            "Có công bố Ban Biên tập đủ ba vai trò nhưng không nêu trưởng ban là lãnh đạo đơn vị.",
            shown,
            remedy="Ghi rõ chức vụ của trưởng ban (Hiệu trưởng hoặc Phó Hiệu trưởng).",
        )
    if board.members:
        return partial(
            f"Có công bố Ban Biên tập nhưng chưa nêu {', '.join(missing)}.",
            shown,
            remedy=f"Bổ sung {', '.join(missing)} vào danh sách Ban Biên tập trên cổng.",
        )
    if board.responsible is not None:
        page, text = board.responsible
        return partial(
            "Chỉ nêu người chịu trách nhiệm nội dung, chưa công bố Ban Biên tập với đủ ba vai trò.",
            [evidence_of(page, masked(text), "Người chịu trách nhiệm")],
        )
    if board.announced is not None:
        page, url, title = board.announced
        return manual(
            f"Có đăng “{title[:120]}” nhưng chương trình không đọc được các vai trò trong đó; cần người xem.",
            [Evidence(url or page.url, title[:300], "Trang hoặc văn bản về Ban Biên tập", page.fetched_at)],
        )
    return manual(
        "Không thấy nêu Ban Biên tập trên cổng; quyết định có thể chỉ có trên giấy nên cần người thẩm định xem.",
        pages.looked_at(),
        remedy="Đăng quyết định thành lập Ban Biên tập lên cổng hoặc cung cấp bản chụp cho người thẩm định.",
    )
