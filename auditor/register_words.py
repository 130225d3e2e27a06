"""How registers of units are written: titles of columns, words for kinds and for nothing, as data (register.yaml)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from auditor.model import Kind
from auditor.text import words
from auditor.yaml_lines import first_problem, load_with_lines


class _Column(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    exact: Annotated[list[str], Field(min_length=1)]
    contains: list[str] = []


class _Words(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    columns: dict[str, _Column]
    other_columns: list[str]
    kinds: dict[str, list[str]]
    empty: list[str]
    not_units: list[str]
    group_headings: list[str]


@dataclass(frozen=True, slots=True)
class RegisterWords:
    exact: Mapping[str, str]  # folded title -> column
    contains: Mapping[str, tuple[str, ...]]  # column -> folded words
    other_columns: tuple[str, ...]
    kinds: Mapping[str, Kind]
    empty: frozenset[str]
    not_units: tuple[str, ...]
    group_headings: tuple[str, ...]


@cache
def register_words() -> RegisterWords:
    source = "checklists/vocabulary/register.yaml"
    text = files("checklists").joinpath("vocabulary/register.yaml").read_text(encoding="utf-8")
    data, line_of = load_with_lines(text, source)
    try:
        given = _Words.model_validate(data)
    except ValidationError as error:
        raise first_problem(error, source, line_of) from error
    return RegisterWords(
        exact={words(label): name for name, column in given.columns.items() for label in column.exact},
        contains={name: tuple(words(label) for label in column.contains) for name, column in given.columns.items()},
        other_columns=tuple(map(words, given.other_columns)),
        kinds={words(label): Kind(kind) for kind, labels in given.kinds.items() for label in labels},
        empty=frozenset(map(words, given.empty)),
        not_units=tuple(map(words, given.not_units)),
        group_headings=tuple(map(words, given.group_headings)),
    )
