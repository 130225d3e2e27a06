"""Item 2.3.d: a directory of the staff."""

from __future__ import annotations

from auditor.facts.pages import Pages, evidence_of
from auditor.facts.people import People, Person
from auditor.facts.sections import Ladder, Sections
from auditor.model import Evidence, Finding, Reason, failed, partial, passed, undetermined

_ALL_FIELDS = 4
_MIN_FIELDS = 2


def staff_directory(people: People, sections: Sections, pages: Pages, *, min_people: int) -> Finding:
    """Cổng có danh bạ cán bộ, giáo viên, nhân viên gồm họ tên, chức vụ, điện thoại và thư điện tử hay không.

    What: reads people from tables, cards and profiles on the pages about staff and leaders, and counts for how many
    all four fields are shown. Evidence hides the middle of telephone numbers.

    Why: parents and offices need to reach the right person.

    Fix: publish a table of four columns; the school's own numbers and addresses will do.
    """
    section = sections.find("staff_directory")
    everybody = people.directory
    full = [person for person in everybody if person.fields == _ALL_FIELDS]
    listed = [person for person in everybody if person.section]
    if len(full) >= min_people or (full and len(full) == len(listed) < min_people and section.state is Ladder.CONTENT):
        return passed(f"Có danh bạ gồm họ tên, chức vụ, điện thoại và thư điện tử của {len(full)} người.", _shown(full))
    known = [person for person in everybody if person.fields >= _MIN_FIELDS]
    if len(known) >= min(min_people, 2) or (known and section.state is Ladder.CONTENT):
        missing = _missing(known, full)
        return partial(
            f"Có danh sách {len(known)} người nhưng thiếu {missing}.",
            _shown(known),
            remedy=f"Bổ sung {missing} cho từng người trong danh bạ (có thể dùng số điện thoại, hộp thư công vụ).",
        )
    best = section.best
    if best is not None and section.state in (Ladder.UNSEEN, Ladder.FORBIDDEN):
        return undetermined(
            f"Có mục “{best.label[:120]}” nhưng chưa đọc được trang này.",
            [evidence_of(best.page, best.label, best.url)],
            Reason.ROBOTS_FORBID if section.state is Ladder.FORBIDDEN else Reason.CRAWL_CUT_SHORT,
        )
    if best is not None and section.state is Ladder.CONTENT and _only_files(sections, pages):
        return partial(
            f"Mục “{best.label[:120]}” chỉ có tệp hoặc ảnh, chưa đọc được tên, chức vụ, điện thoại, thư điện tử.",
            [evidence_of(best.page, best.label, best.url)],
            Reason.SINGLE_DOCUMENT,
            remedy="Đăng danh bạ thành bảng ngay trên trang, không chỉ đăng tệp hay ảnh quét.",
        )
    if best is not None and section.state is Ladder.LOGIN:
        return partial(
            f"Mục “{best.label[:120]}” phải đăng nhập mới xem được.",
            [evidence_of(best.page, best.label, best.url)],
            Reason.LOGIN_REQUIRED,
        )
    if best is not None and section.state not in (Ladder.NONE, Ladder.SINGLE):
        return failed(
            f"Có mục “{best.label[:120]}” nhưng trong đó không có danh bạ cán bộ, giáo viên, nhân viên.",
            [evidence_of(best.page, best.label, best.url)],
            Reason.PLACEHOLDER if section.state is Ladder.PLACEHOLDER else Reason.NOT_FOUND,
        )
    only_names = f" (chỉ thấy tên của {len(everybody)} người)" if everybody else ""
    return failed(f"Không thấy danh bạ có họ tên, chức vụ, điện thoại, thư điện tử{only_names}.", pages.looked_at())


def _missing(known: list[Person], full: list[Person]) -> str:
    """Which fields most of the people lack; where few are complete, that."""
    lacking = [
        name
        for name, count in (
            ("chức vụ", sum(bool(person.position) for person in known)),
            ("điện thoại", sum(person.phone for person in known)),
            ("thư điện tử", sum(person.email for person in known)),
        )
        if count * 2 < len(known) or (not full and count < len(known))
    ]
    return ", ".join(lacking) or "đủ bốn thông tin (họ tên, chức vụ, điện thoại, thư điện tử) ở ít nhất ba người"


def _shown(people: list[Person]) -> list[Evidence]:
    first: dict[str, Person] = {}
    for person in people:
        first.setdefault(person.page.key, person)
    return [evidence_of(person.page, person.quote, "Trang có danh sách") for person in list(first.values())[:3]]


def _only_files(sections: Sections, pages: Pages) -> bool:
    """Whether what stands in the directory's section is files and pictures."""
    found = sections.find("staff_directory")
    if any(entry.target is not None and entry.target.attachment is not None for entry in found.entries):
        return True
    for page in found.pages:
        own = pages.own[page.key]
        if any(block.images for block in own) or any(embed.url and embed.tag == "iframe" for embed in page.embeds):
            return True
        if any(pages.look(link.url).attachment is not None for link in pages.own_links(page)):
            return True
    return False
