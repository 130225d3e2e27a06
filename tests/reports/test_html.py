"""The pages: their figures are those of the results, and nothing that a portal wrote can act in them."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from lxml import html as lxml_html

from auditor.checklist import Checklist
from auditor.checks.mobile import mobile
from auditor.checks.unicode_text import unicode_text
from auditor.model import Verdict
from reports import wording
from reports.digest import points_to_gain, sum_lines
from reports.html import MAX_UNIT_PAGE, BadPageNameError, page_name, write_pages
from tests.auditor.portal_maker import finding_of, make_archive
from tests.reports import specimens

UNITS = 60
HOSTILE = frozenset({3, 14, 25, 33, 41, 52})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, checklist: Checklist) -> Path:
    target = tmp_path_factory.mktemp("pages")
    write_pages(target, specimens.header(UNITS), specimens.units(UNITS, checklist, hostile=HOSTILE), checklist)
    return target


@pytest.fixture(scope="module")
def results(checklist: Checklist) -> list[dict[str, Any]]:
    return list(specimens.units(UNITS, checklist, hostile=HOSTILE)())


def _tree(path: Path) -> Any:
    return lxml_html.fromstring(path.read_text(encoding="utf-8"))


def _text(node: Any) -> str:
    return " ".join(str(node.text_content()).split())


def _index_data(folder: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(_tree(folder / "index.html").get_element_by_id("du-lieu").text)
    return data


def test_every_unit_has_its_page_and_its_row(folder: Path, results: list[dict[str, Any]]) -> None:
    assert {f"units/{path.name}" for path in (folder / "units").iterdir()} == {unit["page"] for unit in results}
    rows = _index_data(folder)["rows"]
    assert [f"units/{row[1]}" for row in rows] == [unit["page"] for unit in results]
    assert {f"units/{path.name}" for path in (folder / "records").iterdir()} == {unit["page"] for unit in results}
    assert sorted(path.name for path in folder.iterdir()) == ["index.html", "records", "units"]


def test_the_index_s_figures_are_the_results_(
    folder: Path, results: list[dict[str, Any]], checklist: Checklist
) -> None:
    data = _index_data(folder)
    for row, unit in zip(data["rows"], results, strict=True):
        total = unit["total"] or {"points": None, "determined": None}
        assert row[5] == total["points"]
        if row[5] is not None:
            assert row[6:8] == [total["low"], total["high"]]
        assert data["grades"][row[8]] == (total.get("grade") or wording.NO_GRADE)
        assert row[9:14] == [unit["axes"][axis.id]["points"] for axis in checklist.axes]
        assert row[14] == total["determined"]
        assert row[15] == sum(item["verdict"] == "fail" for item in unit["items"])
        assert row[16] == sum(item["verdict"] in {"manual", "undetermined"} for item in unit["items"])
        assert data["statuses"][row[4]] == wording.STATUSES[unit["status"]].name
    figures = _figures(folder)
    assert figures["Số đơn vị"] == str(len(results))
    points = [unit["total"]["points"] for unit in results if unit["total"] and unit["total"]["points"] is not None]
    assert figures["Điểm trung bình"] == f"{wording.number(sum(points) / len(points))} / 100"


def _figures(folder: Path) -> dict[str, str]:
    blocks = _tree(folder / "index.html").xpath('//dl[@class="figures"]/div')
    return {_text(block.find("dt")): _text(block.find("dd")) for block in blocks}


def test_the_index_works_without_scripts(folder: Path, results: list[dict[str, Any]]) -> None:
    source = (folder / "index.html").read_text(encoding="utf-8")
    without = re.search(r"<noscript>(.*)</noscript>", source, re.DOTALL)
    assert without is not None
    tree: Any = lxml_html.fromstring(without[1])
    rows = tree.xpath("//tbody/tr")
    assert len(rows) == len(results)
    assert [row.xpath("./th/a/@href") for row in rows] == [[unit["page"]] for unit in results]
    for row, unit in zip(rows, results, strict=True):
        points = (unit["total"] or {}).get("points")
        assert _text(row.xpath("./td")[3]).split(" ")[0] == wording.number(points)


def test_a_unit_s_page_shows_every_item_once_with_its_proof(folder: Path, checklist: Checklist) -> None:
    unit = specimens.unit(4, checklist)
    tree = _tree(folder / unit["page"])
    for item in unit["items"]:
        (article,) = tree.xpath(f'//article[@id="muc-{item["id"].replace(".", "-")}"]')
        assert wording.VERDICTS[item["verdict"]].name in _text(article.find("h4"))
        assert item["summary"] in _text(article)
        assert article.xpath(".//li//a/@href") == [piece["url"] for piece in item["evidence"]]
        assert [_text(quote) for quote in article.xpath(".//q")] == [piece["quote"] for piece in item["evidence"]]
        if item["verdict"] in {"partial", "fail"}:
            assert " ".join(item["remedy"].split()) in _text(article)
    text = _text(tree)
    assert f"{wording.number(unit['total']['points'])} / 100 điểm" in text
    assert "09:15" in text  # 02:15 UTC in Vietnam's time
    assert "Người số 4" in text


def test_what_to_mend_first_are_the_items_with_the_most_to_gain(folder: Path, checklist: Checklist) -> None:
    unit = specimens.unit(4, checklist)
    listed = _tree(folder / unit["page"]).xpath('//ol[@class="first"]/li')
    best = points_to_gain(unit, sum_lines(unit, checklist))[:3]
    assert [line.xpath("./a/@href")[0] for line in listed] == [f"#muc-{item.replace('.', '-')}" for item, _ in best]
    for line, (_, gain) in zip(listed, best, strict=True):
        assert f"{wording.number(gain)} điểm" in _text(line)


def test_every_other_item_that_lost_points_is_listed_with_its_gain(folder: Path, checklist: Checklist) -> None:
    unit = specimens.unit(4, checklist)
    gains = points_to_gain(unit, sum_lines(unit, checklist))
    rows = _tree(folder / unit["page"]).xpath('//section[@aria-labelledby="khac-phuc"]//tbody/tr')
    assert [_text(row.xpath("./td")[0]) for row in rows] == [wording.number(gain) for _, gain in gains[3:]]
    told = _text(_tree(folder / unit["page"]).xpath('//section[@aria-labelledby="khac-phuc"]')[0])
    assert f"tối đa {wording.number(sum(gain for _, gain in gains))} điểm" in told


def _one_page(tmp_path: Path, unit: dict[str, Any], checklist: Checklist, folder: str = "units") -> Any:
    write_pages(tmp_path, specimens.header(), lambda: iter([unit]), checklist)
    return _tree(tmp_path / folder / Path(unit["page"]).name)


def test_what_moved_since_the_last_run_is_told_by_cause(tmp_path: Path, checklist: Checklist) -> None:
    unit = specimens.unit(4, checklist)
    unit["change"] = specimens.change()
    (section,) = _one_page(tmp_path, unit, checklist).xpath('//section[@aria-labelledby="thay-doi"]')
    text = _text(section)
    assert "Lần trước (20/09/2026): 61,5 điểm. Lần này: 58 điểm. Thay đổi: −3,5 điểm." in text
    rows = [[_text(cell) for cell in row.xpath("./th|./td")] for row in section.xpath(".//tbody/tr")]
    assert rows == [
        [wording.CHANGE_CAUSES["time"], "−5", "1.2: Đạt → Không đạt (−5)"],
        [wording.CHANGE_CAUSES["portal"], "+1,5", "2.9: – → Đạt (+1,5)"],
    ]
    assert section.xpath(".//svg/@aria-label") == [
        "Tổng điểm qua các lần đánh giá: 20/08/2026: 60 điểm; 20/09/2026: 61,5 điểm; 20/10/2026: 58 điểm"
    ]


@pytest.mark.parametrize("page", ["units", "records"])
def test_a_person_s_verdict_stands_beside_the_program_s(tmp_path: Path, checklist: Checklist, page: str) -> None:
    unit = specimens.unit(4, checklist)
    item = next(row for row in unit["items"] if row["verdict"] == "fail")
    item["review"] = specimens.review("pass", machine="fail", dispute="https://don-vi-4.example/da-co.html")
    tree = _one_page(tmp_path, unit, checklist, page)
    if page == "records":
        (row,) = [row for row in tree.xpath("//tbody/tr") if _text(row.xpath("./th")[0]) == item["id"]]
        assert _text(row.xpath("./td")[1]) == "Đạt (đang xem lại)"
        assert "Người thẩm định: Đạt (Người thẩm định, 21/10/2026): Đã xem quyết định." in _text(row)
        return
    (article,) = tree.xpath(f'//article[@id="muc-{item["id"].replace(".", "-")}"]')
    assert _text(article.find("h4")).startswith("✓ Đạt")
    text = _text(article)
    assert "Kết luận của người thẩm định: Đạt (chương trình: Không đạt). Lý do: Đã xem quyết định" in text
    assert "có hiệu lực đến 30/06/2027" in text
    assert "Đang xem lại theo đề nghị của đơn vị (ngày 22/10/2026)" in text
    assert "https://don-vi-4.example/da-co.html" in article.xpath(".//a/@href")
    assert f"mục {item['id']}" in _text(tree.xpath('//section[@aria-labelledby="ket-qua"]')[0])


def test_the_months_of_disclosures_say_how_they_went(tmp_path: Path, checklist: Checklist) -> None:
    unit = specimens.unit(4, checklist)
    unit["disclosures"] = specimens.disclosures()
    unit["ledger"][0]["remarks"] = [{"code": "replaced", "text": "Tệp đã thay đổi."}]
    (section,) = _one_page(tmp_path, unit, checklist).xpath('//section[@aria-labelledby="cong-khai"]')
    assert [_text(line) for line in section.xpath("./ul/li")] == [
        "Tháng 6/2026: Trễ 12 ngày – Công khai thu chi (12/07/2026)",
        "Tháng 9/2026: Chưa công khai",
        "Báo cáo cũ (thấy lần cuối ngày 20/09/2026) – Không còn trên cổng",
    ]
    assert [_text(line) for line in section.xpath("./details/ul/li")] == [
        "Thông tin chung – Chưa thấy",
        "Biểu mẫu 9: Cam kết – Đã có: https://don-vi-4.example/cam-ket.html",
    ]
    assert _text(section.xpath(".//tbody/tr/td")[-1]) == "Mở đượcTệp đã thay đổi."


def test_the_months_of_publications_are_drawn_with_their_numbers(tmp_path: Path, checklist: Checklist) -> None:
    unit = specimens.unit(4, checklist)
    unit["freshness"] = specimens.freshness()
    (section,) = _one_page(tmp_path, unit, checklist).xpath('//section[@aria-labelledby="cap-nhat"]')
    assert "Nội dung mới nhất: 12/10/2026 – Đại hội các chi đoàn. Có 2 bài không ghi ngày." in _text(section)
    assert section.xpath(".//svg/@aria-label")[0].endswith(
        "11/2025: 0; 12/2025: 1; " + "; ".join(f"{month}/2026: {month + 1}" for month in range(1, 11))
    )
    heights = [float(bar.get("height")) for bar in section.xpath(".//svg/rect")]
    assert heights == [pytest.approx(95 * place / 11, abs=0.01) for place in range(12)]
    assert [_text(cell) for cell in section.xpath(".//tbody/tr/*")] == [
        "Tin tức - Sự kiện",
        "12/10/2026",
        "Đại hội các chi đoàn",
        "66",
    ]


def test_the_record_to_sign_has_the_figures_and_the_places_to_sign(folder: Path, checklist: Checklist) -> None:
    unit = specimens.unit(4, checklist)
    tree = _tree(folder / "records" / Path(unit["page"]).name)
    text = _text(tree)
    for line in ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "ĐẠI DIỆN ĐƠN VỊ", unit["name"]):
        assert line in text
    assert f"{wording.number(unit['total']['points'])}/100; xếp loại: {unit['total']['grade']}" in text
    axes, items = tree.xpath("//table")
    assert [_text(row.xpath("./td")[2]) for row in axes.xpath("./tbody/tr")] == [
        wording.number(unit["axes"][axis.id]["points"]) for axis in checklist.axes
    ]
    shown = {_text(row.xpath("./th")[0]): _text(row.xpath("./td")[1]) for row in items.xpath("./tbody/tr")}
    assert shown == {
        item["id"]: wording.VERDICTS[item["verdict"]].name
        for item in unit["items"]
        if item["verdict"] != "not_applicable"
    }


def test_a_manager_is_named_rather_than_given_by_its_id(tmp_path: Path, checklist: Checklist) -> None:
    manager, unit = specimens.unit(6, checklist), specimens.unit(4, checklist)
    assert manager["kind"] == "phong"
    unit["parent"] = manager["id"]
    write_pages(tmp_path, specimens.header(), lambda: iter([manager, unit]), checklist)
    for folder in ("units", "records"):
        assert manager["name"] in _text(_tree(tmp_path / folder / Path(unit["page"]).name))


def test_the_pages_pass_the_checks_that_they_report(folder: Path, checklist: Checklist) -> None:
    stored = {
        "/": (folder / "index.html").read_bytes(),
        **{f"/{kind}/dv-00004.html": (folder / kind / "dv-00004.html").read_bytes() for kind in ("units", "records")},
    }
    archive = make_archive(stored)
    assert finding_of(mobile, archive, options=checklist.item("1.4").options).verdict == Verdict.PASS
    assert finding_of(unicode_text, archive, options=checklist.item("1.7").options).verdict == Verdict.PASS


def test_the_sum_can_be_redone_from_the_page(folder: Path, checklist: Checklist) -> None:
    unit = specimens.unit(4, checklist)
    tables = _tree(folder / unit["page"]).xpath('//section[@aria-labelledby="cach-tinh"]//table')
    decided = [axis for axis in checklist.axes if unit["axes"][axis.id]["points"] is not None]
    assert len(tables) == len(decided)

    def figure(cell: Any) -> float:
        return float(_text(cell).replace(",", "."))

    for table, axis in zip(tables, decided, strict=True):
        rows = [[figure(cell) for cell in row.xpath("./td")] for row in table.xpath("./tbody/tr")]
        weights = sum(weight for weight, _, _ in rows)
        points = axis.points * sum(weight * score for weight, score, _ in rows) / weights
        assert points == pytest.approx(unit["axes"][axis.id]["points"], abs=0.0501)
        assert sum(brought for _, _, brought in rows) == pytest.approx(points, abs=0.03)


@pytest.mark.parametrize(("number", "status"), [(9, "unreachable"), (19, "blocked"), (29, "no_website")])
def test_a_unit_that_was_not_reached_says_why_and_what_to_do(
    folder: Path, checklist: Checklist, number: int, status: str
) -> None:
    unit = specimens.unit(number, checklist)
    assert unit["status"] == status
    text = _text(_tree(folder / unit["page"]))
    assert "Chưa chấm điểm." in text
    assert wording.advice(status, unit["status_reason"]) in text
    assert "/ 100 điểm" not in text


def _all_pages(folder: Path) -> list[Path]:
    return [folder / "index.html", *sorted((folder / "units").iterdir()), *sorted((folder / "records").iterdir())]


def test_no_page_asks_for_anything_and_every_script_is_ours(folder: Path) -> None:
    for path in _all_pages(folder):
        tree = _tree(path)
        policy = tree.xpath('//meta[@http-equiv="Content-Security-Policy"]/@content')[0]
        assert policy.startswith("default-src 'none'; ")
        assert "unsafe" not in policy
        scripts = [node for node in tree.iter("script") if node.get("type") != "application/json"]
        for node in (*scripts, *tree.iter("style")):
            digest = base64.b64encode(hashlib.sha256(node.text.encode()).digest()).decode()
            assert f"'sha256-{digest}'" in policy, path.name
        assert len(scripts) == (path.parent.name != "records")
        assert not tree.xpath("//*[@src or @style or @onclick or @onerror or @onmouseover or @background]")
        assert not tree.xpath("//img | //iframe | //object | //embed | //link | //form | //base")


def test_links_lead_to_web_addresses_only(folder: Path) -> None:
    for path in _all_pages(folder):
        for link in _tree(path).iter("a"):
            target = link.get("href")
            if target.startswith(("http://", "https://")):
                assert link.get("rel") == "noopener nofollow ugc"
                assert "@" not in target.split("/")[2]
            else:
                assert re.fullmatch(
                    r"#[\w-]+|(\.\./)?index\.html|(\.\./)?(units|records)/[\w.-]+|scorecard\.xlsx|results\.json", target
                )


def test_hostile_text_is_inert(folder: Path) -> None:
    for path in _all_pages(folder):
        source = path.read_text(encoding="utf-8")
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]", source)
        assert "<script>window" not in source
        assert "secret@" not in source
        assert "</title></style>" not in source
    for kind in ("units", "records"):
        poisoned = "".join((folder / f"{kind}/dv-{number:05d}.html").read_text(encoding="utf-8") for number in HOSTILE)
        assert "&lt;script&gt;window.broken = 1" in poisoned
        assert "{{ 7 * 7 }}" in poisoned


def test_a_page_stays_small_whatever_a_portal_writes(folder: Path, checklist: Checklist, tmp_path: Path) -> None:
    assert max(path.stat().st_size for path in (folder / "units").iterdir()) <= MAX_UNIT_PAGE
    unit = specimens.unit(4, checklist)
    for item in unit["items"]:
        item["summary"] = item["remedy"] = "\"'<&" * 10_000
        item["evidence"] = [
            {
                "url": "http://a.example/" + "&ă" * 200,
                "quote": 'ể"<' * 9_000,
                "note": "<" * 9_000,
                "fetched_at": "&" * 900,
            }
        ] * 300
    unit["pages_visited"] = [{"url": "http://a.example/" + "&" * 1_500, "status": 200, "title": "<" * 900}] * 5_000
    unit["failures"] = [{"url": "http://a.example/" + "&" * 1_500, "cause": "<" * 900}] * 5_000
    unit["ledger"] = [{"title": "<" * 900, "url": "http://a.example/" + "&" * 1_500, "date": "<" * 900}] * 5_000
    unit["notes"] = ["<" * 5_000] * 900
    for item in unit["items"][:20]:
        item["review"] = specimens.review("pass", machine=item["verdict"], dispute="http://a.example/" + "&" * 1_500)
        item["review"]["reason"] = item["review"]["dispute"]["reason"] = "<" * 9_000
    unit["change"] = specimens.change()
    unit["change"]["causes"][0]["items"] *= 900
    unit["extra"] = {f"<{column}" * 900: "<" * 900 for column in range(300)}
    write_pages(tmp_path, specimens.header(), lambda: iter([unit]), checklist)
    page = tmp_path / unit["page"]
    assert page.stat().st_size <= MAX_UNIT_PAGE
    assert (tmp_path / "records" / page.name).stat().st_size <= MAX_UNIT_PAGE
    text = _text(_tree(page))
    assert "Minh chứng (300)" in text
    assert "[đã cắt bớt]" in text


@pytest.mark.parametrize(
    "page", ["../x.html", "units/../x.html", "/x.html", "a\\b.html", "x.txt", ".html", "", None, "C:x.html"]
)
def test_a_page_cannot_leave_its_folder(page: str | None) -> None:
    with pytest.raises(BadPageNameError):
        page_name(page)


def test_a_page_s_name_may_carry_its_folder() -> None:
    assert page_name("units/a-b_c.html") == page_name("a-b_c.html") == "a-b_c.html"


def test_headings_and_tables_are_in_order(folder: Path) -> None:
    for path in _all_pages(folder):
        tree = _tree(path)
        assert tree.get("lang") == "vi"
        assert len(tree.xpath("//h1")) == 1
        levels = [int(node.tag[1]) for node in tree.iter("h1", "h2", "h3", "h4")]
        assert all(after - before <= 1 for before, after in pairwise(levels))
        assert not tree.xpath("//table[not(caption)] | //thead//th[not(@scope)]")
        assert tree.xpath("//svg[not(@role='img') and not(@aria-hidden)]") == []
        ids = tree.xpath("//@id")
        assert len(ids) == len(set(ids))
        assert tree.xpath('//a[@class="skip"]/@href') == ["#noi-dung"]


def test_a_run_without_units_has_an_index(tmp_path: Path, checklist: Checklist) -> None:
    write_pages(tmp_path, specimens.header(), specimens.units(0, checklist), checklist)
    assert _figures(tmp_path)["Số đơn vị"] == "0"


def test_every_visit_and_the_letter_to_the_host_stand_on_the_page(tmp_path: Path, checklist: Checklist) -> None:
    unit = specimens.unit(9, checklist)
    unit["attempts"] = [
        {"at": "2026-10-19T08:00:00Z", "status": "unreachable", "reason": "timeout"},
        {"at": "2026-10-20T08:00:00Z", "status": "unreachable", "reason": "http_503"},
    ]
    unit["host_note"] = "Kính gửi <b>nhà cung cấp</b>,\n\nĐề nghị kiểm tra máy chủ."
    (section,) = _one_page(tmp_path, unit, checklist).xpath('//section[@aria-labelledby="cac-lan-vao"]')
    visits = [_text(one) for one in section.xpath(".//li")]
    assert len(visits) == 2
    assert visits[0].startswith("19/10/2026 15:00: Không truy cập được – ")
    assert "503" in visits[1]
    assert "".join(section.xpath(".//pre//text()")).split("\n") == [
        "Kính gửi <b>nhà cung cấp</b>,",
        "Đề nghị kiểm tra máy chủ.",
    ]


def test_signs_of_days_are_shown_as_no_more_than_that(tmp_path: Path, checklist: Checklist) -> None:
    unit = specimens.unit(4, checklist)
    unit["freshness"] = {
        **specimens.freshness(),
        "hints": [
            {
                "date": "2026-09-30",
                "title": "Khai giảng",
                "url": "http://a.vn/1",
                "origin": "sitemap",
                "quote": "2026-09",
            }
        ],
    }
    text = _text(_one_page(tmp_path, unit, checklist).xpath('//section[@aria-labelledby="cap-nhat"]')[0])
    assert "không dùng để kết luận" in text
    assert "30/09/2026Khai giảngSơ đồ trang dành cho máy tìm kiếm: 2026-09" in text
