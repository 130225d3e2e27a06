"""2.1: what a Phòng's portal links to, against the register."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from auditor.checks.unit_addresses import unit_addresses
from auditor.checks.unit_links import unit_links
from auditor.model import Finding, Kind, Unit
from tests.auditor.portal_maker import finding_of, make_archive, page, unit_of

PHONG = unit_of("pgdmau.hcm.edu.vn", name="Phòng GD&ĐT Quận Mẫu", kind=Kind.PHONG)
NAMES = [
    "Hoa Mai",
    "Hoa Lan",
    "Hoa Hồng",
    "Hoa Cúc",
    "Hoa Sen",
    "Hoa Đào",
    "Hoa Ban",
    "Hoa Phượng",
    "Hoa Sữa",
    "Hoa Gạo",
]
SLUGS = ["hoamai", "hoalan", "hoahong", "hoacuc", "hoasen", "hoadao", "hoaban", "hoaphuong", "hoasua", "hoagao"]
SCHOOLS = [
    Unit(slug, f"Trường Tiểu học {name}", Kind.TH, f"http://th{slug}.hcm.edu.vn/", PHONG.id)
    for name, slug in zip(NAMES, SLUGS, strict=True)
]
NO_SITE = Unit("khong", "Trường Tiểu học Không Trang", Kind.TH, None, PHONG.id)
SO = '<a href="https://hcm.edu.vn/">Sở Giáo dục và Đào tạo</a>'


def judge(check: object, body: str, register: Sequence[Unit] = (*SCHOOLS, NO_SITE)) -> Finding:
    archive = make_archive({"/": page(body)}, host="pgdmau.hcm.edu.vn", unit=PHONG)
    options = {"min_share": 0.9} if check is unit_links else {"pass_share": 0.95, "partial_share": 0.7}
    return finding_of(check, archive, unit=PHONG, register=register, options=options)  # type: ignore[arg-type]


def anchors(units: list[Unit]) -> str:
    return "".join(f'<li><a href="{unit.url}">{unit.name}</a></li>' for unit in units)


def options(units: list[Unit]) -> str:
    rows = "".join(
        f'<option value="{(unit.url or "").replace("http://", "https://www.")}">{unit.name}</option>' for unit in units
    )
    return f"<select onchange='window.open(this.value)'>{rows}</select>"


WRONG = '<li><a href="http://thhoamai.edu.vn/">Trường Tiểu học Hoa Mai</a></li>'


@pytest.mark.parametrize(
    ("body", "links", "addresses"),
    [
        (SO + anchors(SCHOOLS), "pass", "pass"),
        (SO + options(SCHOOLS), "pass", "pass"),
        (SO + anchors(SCHOOLS[:9]), "pass", "pass"),  # 9 of 10; one without a website does not count
        (SO + anchors(SCHOOLS[:5]), "partial", "pass"),
        (anchors(SCHOOLS), "partial", "pass"),
        (SO, "partial", "fail"),
        ("<p>Không có liên kết nào</p>", "fail", "fail"),
        ("<p>Email: pgdmau@hcm.edu.vn, Sở: hcm.edu.vn</p>", "fail", "fail"),  # named, not linked
        (SO + anchors(SCHOOLS[1:]) + WRONG, "pass", "partial"),
        (SO + anchors(SCHOOLS[1:3]) + WRONG * 1 + WRONG.replace("Mai", "Sen"), "partial", "fail"),
    ],
)
def test_links_and_addresses(body: str, links: str, addresses: str) -> None:
    assert judge(unit_links, body).verdict == links
    assert judge(unit_addresses, body).verdict == addresses


def test_schools_are_named_by_the_row_around_their_address() -> None:
    rows = "".join(f"<tr><td>{u.name}</td><td><a href='{u.url}'>{u.url}</a></td></tr>" for u in SCHOOLS[1:])
    wrong = "<tr><td>Trường Tiểu học Hoa Mai</td><td>thhoamai.edu.vn</td></tr>"
    body = f"{SO}<table>{rows}{wrong}</table>"
    found = judge(unit_addresses, body)
    assert found.verdict == "partial", found
    assert any("Hoa Mai" in evidence.quote for evidence in found.evidence)
    assert judge(unit_links, body).verdict == "pass"


def test_a_shortened_name_in_a_cell_tells_whose_address_is_wrong() -> None:
    rows = "".join(f"<tr><td>{u.name}</td><td><a href='{u.url}'>{u.url}</a></td></tr>" for u in SCHOOLS[1:])
    wrong = (
        "<tr><td>10</td><td>TH Hoa Mai</td><td>12 đường số 4</td>"
        "<td><a href='http://hoamai.edu.vn'>hoamai.edu.vn</a></td></tr>"
    )
    found = judge(unit_addresses, f"{SO}<table>{rows}{wrong}</table>")
    assert found.verdict == "partial", found
    assert "Hoa Mai" in found.remedy


def test_without_a_register_of_its_schools_a_phong_is_not_accused() -> None:
    """A Phòng that checks itself has only itself in the register: its list of schools cannot be compared."""
    body = SO + anchors(SCHOOLS)
    assert judge(unit_links, body, ()).verdict == "undetermined"
    assert judge(unit_addresses, body, ()).verdict == "undetermined"
    assert judge(unit_links, "<p>Không có liên kết nào</p>", ()).verdict == "fail"
    assert judge(unit_addresses, "<p>Không có liên kết nào</p>", ()).verdict == "fail"


def test_a_service_of_the_city_is_no_schools_address() -> None:
    link = '<a href="https://dichvucong.hochiminhcity.gov.vn/x/1">Nộp hồ sơ trực tuyến</a>'
    service = f"<li>Chuyển trường tiểu học: {link}</li>"
    assert judge(unit_addresses, SO + anchors(SCHOOLS) + service).verdict == "pass"
