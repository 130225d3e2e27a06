"""A mistake in a YAML file must be named with its line, or nobody finds it among hundreds of labels."""

from __future__ import annotations

import pytest
from pydantic import BaseModel, ConfigDict, StrictInt, ValidationError

from auditor.yaml_lines import YamlError, first_problem, load_with_lines, validation_problems

TEXT = """\
crawl:
  max_pages: 120
  hosts:
    - a
    - b
"4.1": x
2.5: y
"""


def test_lines_of_keys_items_and_missing_paths() -> None:
    data, line_of = load_with_lines(TEXT, "config.yaml")
    assert data["crawl"]["max_pages"] == 120
    assert line_of(("crawl", "max_pages")) == 2
    assert line_of(("crawl", "hosts", 1)) == 5
    assert line_of(("crawl", "nothing", "here")) == 1
    assert line_of(("4.1",)) == 6
    assert line_of(("2.5",)) == 7
    assert line_of(("unknown",)) == 1


def test_empty_file_is_none() -> None:
    assert load_with_lines("# only a remark\n", "x")[0] is None


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "«a» đã có ở dòng 1"),
        ("a:\n  b: 1\n  b: 2\n", 3, "«b» đã có ở dòng 2"),
        ("a:\n\t- 1\n", 2, "YAML"),
        ("a: [1, 2\nb: 3\n", 2, "YAML"),
        ("a: &x {b: 1}\nc: *x\n", 1, "tham chiếu"),
        ("a: {b: 1}\nc:\n  <<: {d: 1}\n", 3, "<<"),
        ("a: 1\n? [x]\n: 2\n", 2, ""),
        ("a: 1\nb: \x07\n", 2, "ký tự"),
        ("a: 2026-13-45\n", 1, "không hợp lệ"),
        ("a: 1\n---\nb: 2\n", 2, "YAML"),
    ],
)
def test_bad_files_name_file_and_line(text: str, line: int, words: str) -> None:
    with pytest.raises(YamlError) as caught:
        load_with_lines(text, "tệp.yaml")
    assert caught.value.line == line
    assert f"tệp.yaml, dòng {line}" in str(caught.value)
    assert words in str(caught.value)


class _Crawl(BaseModel):
    model_config = ConfigDict(extra="forbid")
    max_pages: StrictInt


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    crawl: _Crawl
    name: str


def test_validation_mistakes_are_sorted_by_line_and_say_what_to_do() -> None:
    data, line_of = load_with_lines("crawl:\n  max_pages: many\n  max_pagse: 3\nname: 2.10\n", "config.yaml")
    with pytest.raises(ValidationError) as caught:
        _File.model_validate(data)
    problems = validation_problems(caught.value, line_of)
    assert [line for line, _ in problems] == [2, 3, 4]
    assert "số nguyên" in problems[0][1]
    assert "crawl.max_pagse" in problems[1][1]
    assert "dấu nháy" in problems[2][1]
    whole = str(first_problem(caught.value, "config.yaml", line_of))
    assert whole.startswith("config.yaml, dòng 2:")
    assert "config.yaml, dòng 4:" in whole


def test_a_missing_key_points_at_its_block() -> None:
    data, line_of = load_with_lines("name: x\ncrawl: {}\n", "config.yaml")
    with pytest.raises(ValidationError) as caught:
        _File.model_validate(data)
    assert validation_problems(caught.value, line_of) == [
        (2, "thiếu khóa «max_pages» (đầy đủ: crawl.max_pages); hãy thêm khóa này.")
    ]
