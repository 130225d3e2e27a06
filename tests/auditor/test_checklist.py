"""The checklist decides what every unit is asked: a slip in it must stop the run, with the line, not change scores."""

from __future__ import annotations

import hashlib
import pickle
from importlib import resources
from pathlib import Path

import pytest

from auditor.checklist import Checklist, ChecklistError, load_checklist, packaged_checklists
from auditor.model import Kind
from auditor.vocabulary import load_vocabulary

NAME = "3082-gddt-tttt"
ITEM_IDS = (
    "1.1 1.2 1.3 1.4 1.5 1.6 1.7 1.8 2.1.a 2.1.b 2.2 2.3.a 2.3.b 2.3.c 2.3.d 2.4 2.5.a 2.5.b 2.5.c 2.6 2.7 2.8 2.9 "
    "2.10.a 2.10.b 2.11 2.12 2.13.a 2.13.b 2.13.c 2.13.d 2.13.e 2.14 2.15 2.16 2.17 3 4.2 4.3 4.4"
).split()


def packaged_text() -> str:
    return (resources.files("checklists") / f"{NAME}.yaml").read_text("utf-8")


@pytest.fixture(scope="module")
def checklist() -> Checklist:
    return load_checklist(NAME)


def test_every_item_of_the_letter_is_there_once_in_its_order(checklist: Checklist) -> None:
    assert [item.id for item in checklist.items] == ITEM_IDS


def test_axes_and_points_are_those_of_section_4(checklist: Checklist) -> None:
    assert {axis.id: axis.points for axis in checklist.axes} == {
        "4.1": 50,
        "4.2": 10,
        "4.3": 10,
        "4.4": 15,
        "4.5": 15,
    }
    members = {axis.id: [item.id for item in checklist.items_of(axis.id)] for axis in checklist.axes}
    assert members["4.2"] == ["2.7", "4.2"]
    assert members["4.3"] == ["4.3"]
    assert members["4.4"] == ["1.2", "2.4", "4.4"]
    assert members["4.5"] == [one for one in ITEM_IDS if one.startswith("2.13.")]
    assert members["4.1"] == [
        one for one in ITEM_IDS if one.split(".")[0] in {"1", "2", "3"} and not one.startswith("2.13.")
    ]


def test_items_for_some_kinds_only(checklist: Checklist) -> None:
    assert checklist.item("2.1.a").applies_to == (Kind.PHONG,)
    assert checklist.item("2.1.b").applies(Kind.PHONG)
    assert not checklist.item("2.1.b").applies(Kind.SO)
    schools = {Kind.MN, Kind.TH, Kind.THCS, Kind.THPT, Kind.LIEN_CAP, Kind.GDTX}
    for one in "abcde":
        assert set(checklist.item(f"2.13.{one}").applies_to) == schools
    assert checklist.item("1.1").applies_to == tuple(Kind)


def test_bands_of_grades(checklist: Checklist) -> None:
    expected = {
        100: "Xuất sắc",
        90: "Xuất sắc",
        89.9: "Tốt",
        80: "Tốt",
        70: "Khá",
        50: "Trung bình",
        49.9: "Yếu",
        0: "Yếu",
    }
    assert {total: checklist.grade(total) for total in expected} == expected


def test_texts_are_whole_vietnamese_sentences_of_use(checklist: Checklist) -> None:
    for item in checklist.items:
        assert item.requirement.endswith("."), item.id
        assert item.remedy.endswith("."), item.id
        assert len(item.remedy) >= 60, item.id
        assert item.clause.startswith("Mục "), item.id
        assert item.id.startswith(item.group), item.id
    assert "mặc định" in checklist.note_vi
    assert "default" in checklist.note_en


def test_options_keep_their_types(checklist: Checklist) -> None:
    assert checklist.item("1.1").options == {"min_destinations": 5, "menu_share": 0.8, "max_broken_share": 0.05}
    assert checklist.item("2.11").options == {"topic": "exam_results", "external_passes": True}
    assert checklist.item("2.13.e").options == {"month": 9, "late_days": 60, "early_days": 30}


def test_reference_names_the_very_bytes(checklist: Checklist) -> None:
    content = (resources.files("checklists") / f"{NAME}.yaml").read_bytes()
    assert checklist.reference() == {
        "id": NAME,
        "version": checklist.version,
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    assert packaged_checklists() == (NAME,)


def test_goes_into_other_processes_whole(checklist: Checklist) -> None:
    assert pickle.loads(pickle.dumps(checklist)) == checklist


def test_an_office_s_own_copy_is_read_by_path(tmp_path: Path, checklist: Checklist) -> None:
    path = tmp_path / "danh mục.yaml"
    path.write_text("\ufeff" + packaged_text().replace("points: 50", "points: 40"), "utf-8")
    mine = load_checklist(path)
    assert mine.axis("4.1").points == 40
    assert mine.sha256 != checklist.sha256


def test_unknown_ids_are_key_errors(checklist: Checklist) -> None:
    with pytest.raises(KeyError):
        checklist.item("9.9")
    with pytest.raises(KeyError):
        checklist.axis("9.9")


MISTAKES = [
    pytest.param('  - id: "2.10.b"', "  - id: 2.10", "dấu nháy", id="unquoted id"),
    pytest.param('  "4.2": {title', "  4.2: {title", "dấu nháy", id="unquoted axis"),
    pytest.param("    check: news\n", "    check: news\n    chekc: x\n", "chekc", id="unknown key"),
    pytest.param("    check: news\n", "", "thiếu khóa «check»", id="missing key"),
    pytest.param('  - id: "1.2"', '  - id: "1.1"', "«1.1» đã có", id="id twice"),
    pytest.param("    check: cms\n", "    check: cms\n    check: cms\n", "đã có ở dòng", id="key twice"),
    pytest.param("applies_to: [phong]", "applies_to: [phòng]", "phong", id="unknown kind"),
    pytest.param('axes: ["4.3"]', 'axes: ["4.9"]', "«4.9» không có trong axes", id="unknown axis"),
    pytest.param('axes: ["4.2"]', 'axes: ["4.2", "4.2"]', "hai lần", id="axis twice"),
    pytest.param('group: "3"', 'group: "7"', "«7»", id="unknown group"),
    pytest.param("options: {pass_days: 30}", "options: {pass_days: [30]}", "pass_days", id="option is a list"),
    pytest.param("from: 80}", "from: 95}", "Tốt", id="bands out of order"),
    pytest.param("name: Yếu, from: 0}", "name: Yếu, from: 10}", "bắt đầu từ 0", id="no lowest band"),
    pytest.param("points: 50", "points: -50", "lớn hơn", id="negative points"),
    pytest.param("points: 50", "points: nhiều", "số", id="points are words"),
    pytest.param("points: 50", "points: true", "số", id="points are a truth value"),
    pytest.param("points: 50", "points: 50.25", "một chữ số thập phân", id="points too fine to print"),
    pytest.param("points: 50", "points: .inf", "hữu hạn", id="endless points"),
    pytest.param("title: Tin tức sự kiện", "title: ''", "trống", id="empty title"),
    pytest.param("check: news\n", "check: news(1)\n", "mẫu", id="check is no name"),
]


@pytest.mark.parametrize(("old", "new", "words"), MISTAKES)
def test_a_mistake_is_named_with_file_and_line(tmp_path: Path, old: str, new: str, words: str) -> None:
    text = packaged_text()
    assert old in text
    path = tmp_path / "own.yaml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(ChecklistError) as caught:
        load_checklist(path)
    message = str(caught.value)
    assert f"{path}, dòng " in message
    assert words in message
    line = int(message.split("dòng ", 1)[1].split(":", 1)[0])
    near = text[: text.index(old)].count("\n") + 1
    assert abs(line - near) <= 16


def test_a_checklist_of_the_letter_without_one_of_its_items_is_refused(tmp_path: Path) -> None:
    text = packaged_text()
    start, end = text.index('  - id: "2.12"'), text.index("  # ---", text.index('  - id: "2.12"'))
    path = tmp_path / "short.yaml"
    path.write_text(text[:start] + text[end:], "utf-8")
    with pytest.raises(ChecklistError, match=r"thiếu các mục «2\.12»"):
        load_checklist(path)
    path.write_text(path.read_text("utf-8").replace(f"id: {NAME}", "id: own-list"), "utf-8")
    assert len(load_checklist(path).items) == len(ITEM_IDS) - 1


@pytest.mark.parametrize("content", [b"", b"- 1\n", b"just text", b"\xff\xfe\x00a", b"id: \xe1\xba\n"])
def test_files_that_are_no_checklist(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(content)
    with pytest.raises(ChecklistError, match="dòng 1"):
        load_checklist(path)


def test_an_unknown_name_lists_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(ChecklistError, match=NAME):
        load_checklist("khong-co")
    with pytest.raises(ChecklistError, match=NAME):
        load_checklist(tmp_path)


def test_an_axis_that_no_item_counts_in_is_named_where_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(packaged_text().replace('    axes: ["4.3"]', '    axes: ["4.1"]'), "utf-8")
    line = packaged_text()[: packaged_text().index('"4.3": {title')].count("\n") + 1
    with pytest.raises(ChecklistError, match=rf"dòng {line}: trục «4\.3»"):
        load_checklist(path)


def test_topics_that_items_ask_for_are_in_the_vocabulary(checklist: Checklist) -> None:
    asked = {item.options["topic"] for item in checklist.items if "topic" in item.options}
    assert "organisation_chart" in asked
    assert asked <= set(load_vocabulary().topics)
