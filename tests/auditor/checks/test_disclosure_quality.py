"""2.13.a: commitment and actual quality, both."""

from __future__ import annotations

import pytest

from auditor.checks.disclosure_quality import disclosure_quality
from auditor.model import Reason, Verdict
from tests.auditor.portal_maker import finding_of, make_archive, page

MENU = [("Trang chủ", "/"), ("Tin tức", "/tin-tuc"), ("Văn bản", "/van-ban"), ("Công khai", "/cong-khai")]


@pytest.mark.parametrize(
    ("titles", "verdict"),
    [
        (["Cam kết chất lượng giáo dục", "Công khai chất lượng giáo dục thực tế"], Verdict.PASS),
        (["Công khai cam kết chất lượng và chất lượng giáo dục thực tế"], Verdict.PASS),
        (["Biểu mẫu 09", "Biểu mẫu 10"], Verdict.PASS),
        (["Báo cáo thường niên năm học 2025-2026", "Cam kết chất lượng giáo dục"], Verdict.PASS),
        (["Báo cáo thường niên năm học 2025-2026"], Verdict.PARTIAL),
        (["Cam kết chất lượng giáo dục năm học 2025-2026"], Verdict.PARTIAL),
        (["Công khai chất lượng giáo dục thực tế"], Verdict.PARTIAL),
        (["Công khai theo Thông tư 36"], Verdict.PARTIAL),
        (["Công khai dự toán ngân sách năm 2026"], Verdict.FAIL),
    ],
)
def test_both_halves_are_wanted(titles: list[str], verdict: Verdict) -> None:
    """The last case: the menu of disclosures holds something, and nothing of this subject."""
    items = "".join(f'<li><a href="/{n}.pdf">{title}</a></li>' for n, title in enumerate(titles))
    pages = {path: page(f"<p>Trang {label}</p>", title=label, menu=MENU) for label, path in MENU}
    pages["/cong-khai"] = page(f"<h1>Công khai</h1><ul>{items}</ul>", title="Công khai", menu=MENU)
    found = finding_of(disclosure_quality, make_archive(pages, attachments={f"/{n}.pdf": b"" for n in range(2)}))
    assert found.verdict is verdict


def test_nothing_on_disclosure_fails() -> None:
    pages = {path: page(f"<p>Trang {label}</p>", title=label, menu=MENU[:3]) for label, path in MENU[:3]}
    found = finding_of(disclosure_quality, make_archive(pages))
    assert (found.verdict, found.reason) == (Verdict.FAIL, Reason.NOT_FOUND)


def test_other_commitments_of_quality_do_not_count() -> None:
    menu = [*MENU[:3], ("Cam kết chất lượng dịch vụ ăn uống bán trú", "/x")]
    pages = {path: page(f"<p>Trang {label}</p>", title=label, menu=menu) for label, path in menu}
    assert finding_of(disclosure_quality, make_archive(pages)).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("title", "verdict"),
    [
        ("Cam kết chất lượng giáo dục năm học 2026-2027", Verdict.PARTIAL),
        ("Kết quả xếp loại hai mặt giáo dục năm học 2025-2026", Verdict.PARTIAL),
        ("Cam kết và chất lượng giáo dục thực tế năm học 2025-2026", Verdict.PASS),
    ],
)
def test_a_menu_called_after_quality_makes_no_commitment_a_result(title: str, verdict: Verdict) -> None:
    menu = [*MENU[:3], ("Chất lượng giáo dục", "/clgd")]
    pages = {path: page(f"<p>Trang {label}</p>", title=label, menu=menu) for label, path in menu}
    listed = f'<h2>Chất lượng giáo dục</h2><ul><li><a href="/bai">{title}</a></li></ul>'
    pages["/clgd"] = page(listed, title="Chất lượng giáo dục", menu=menu)
    text = "<p>Nhà trường công bố để phụ huynh và học sinh biết, theo dõi và cùng thực hiện trong năm học này.</p>"
    pages["/bai"] = page(f"<h1>{title}</h1>{text}", title=title, menu=menu)
    assert finding_of(disclosure_quality, make_archive(pages)).verdict is verdict
