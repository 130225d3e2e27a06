"""The checklist of one official document: items, weights, axes and grades, read from YAML and proved at the door."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    StringConstraints,
    ValidationError,
)

from auditor.model import Kind
from auditor.yaml_lines import LineOf, YamlError, first_problem, load_with_lines


class ChecklistError(ValueError):
    """A checklist that cannot be used; the message (Vietnamese) names file, line and what to do."""


Option = StrictBool | StrictInt | StrictFloat | StrictStr


def _no_bool(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("phải là số, không phải true hay false.")
    return value


_Text = Annotated[StrictStr, StringConstraints(strip_whitespace=True, min_length=1)]
_ItemId = Annotated[StrictStr, StringConstraints(pattern=r"^[0-9]+(\.[0-9]+)*(\.[a-z])?$")]
_Number = Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False), BeforeValidator(_no_bool)]
_Name = Annotated[StrictStr, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]


class Item(BaseModel):
    """One requirement: what the document asks (`requirement`, `clause`), which check answers it with which options.

    `axes` are the ids of the axes in which it counts, each time with `weight`; `applies_to` the kinds of unit it
    is for; `remedy` what a school does to mend it. Texts are Vietnamese.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: _ItemId
    group: _Text
    title: _Text
    requirement: _Text
    clause: _Text
    weight: _Number
    axes: Annotated[tuple[_ItemId, ...], Field(min_length=1)]
    applies_to: Annotated[tuple[Kind, ...], Field(min_length=1)] = tuple(Kind)
    check: _Name
    options: dict[_Name, Option] = Field(default_factory=dict)
    remedy: _Text

    def applies(self, kind: Kind) -> bool:
        """Whether the requirement is for units of this kind."""
        return kind in self.applies_to


@dataclass(frozen=True, slots=True)
class Axis:
    """One line of the evaluation: `points` are what it can give."""

    id: str
    title: str
    points: float


class Grade(BaseModel):
    """A band of the total: its name and the least total (of 100) that earns it."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    name: _Text
    least: Annotated[_Number, Field(alias="from", le=100)]


class _Axis(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    title: _Text
    points: Annotated[_Number, Field(gt=0)]


class _Note(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    vi: _Text
    en: _Text


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    id: Annotated[StrictStr, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]*$")]
    version: _Text
    title: _Text
    note: _Note
    groups: Annotated[dict[StrictStr, _Text], Field(min_length=1)]
    axes: Annotated[dict[_ItemId, _Axis], Field(min_length=1)]
    grades: Annotated[tuple[Grade, ...], Field(min_length=1)]
    rank_from: Annotated[_Number, Field(le=1)] = 0.8
    items: Annotated[tuple[Item, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Checklist:
    """A whole checklist in the order of its file. `sha256` is of the file's bytes, `source` where it was read.

    `rank_from` is the share of a unit's weight (0 to 1) that must be decided before its total is ranked.
    """

    id: str
    version: str
    sha256: str
    title: str
    note_vi: str
    note_en: str
    groups: Mapping[str, str]
    axes: tuple[Axis, ...]
    grades: tuple[Grade, ...]
    rank_from: float
    items: tuple[Item, ...]
    source: str

    def item(self, item_id: str) -> Item:
        """The item of that id; KeyError where there is none."""
        for item in self.items:
            if item.id == item_id:
                return item
        raise KeyError(item_id)

    def axis(self, axis_id: str) -> Axis:
        """The axis of that id; KeyError where there is none."""
        for axis in self.axes:
            if axis.id == axis_id:
                return axis
        raise KeyError(axis_id)

    def items_of(self, axis_id: str) -> tuple[Item, ...]:
        """The items that count in an axis, in order."""
        return tuple(item for item in self.items if axis_id in item.axes)

    def grade(self, total: float) -> str:
        """The name of the band of a total (0 to 100)."""
        return next(grade.name for grade in self.grades if total >= grade.least)

    def reference(self) -> dict[Literal["id", "version", "sha256"], str]:
        """What results.json says about the checklist of a run."""
        return {"id": self.id, "version": self.version, "sha256": self.sha256}


def packaged_checklists() -> tuple[str, ...]:
    """The ids of the checklists that come with the program, sorted."""
    return tuple(
        sorted(
            entry.name.removesuffix(".yaml")
            for entry in resources.files("checklists").iterdir()
            if entry.name.endswith(".yaml")
        )
    )


def load_checklist(name_or_path: str | Path) -> Checklist:
    """A checklist by the id of a packaged one, or by the path of a YAML file.

    A file that bears the id of a packaged checklist must have exactly its items: scores under one name are
    compared with each other. Raises ChecklistError.
    """
    known = packaged_checklists()
    name = str(name_or_path)
    if name in known:
        return _parse(_packaged_bytes(name), f"checklists/{name}.yaml")
    path = Path(name_or_path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ChecklistError(
            f"{name}: không mở được danh mục đánh giá ({error.strerror or error}). Hãy ghi đường dẫn đến một tệp YAML "
            f"hoặc tên một danh mục có sẵn: {', '.join(known)}."
        ) from error
    checklist = _parse(content, name)
    if checklist.id in known:
        _same_items(checklist, _parse(_packaged_bytes(checklist.id), f"checklists/{checklist.id}.yaml"))
    return checklist


def _packaged_bytes(name: str) -> bytes:
    return (resources.files("checklists") / f"{name}.yaml").read_bytes()


def _parse(content: bytes, source: str) -> Checklist:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ChecklistError(f"{source}, dòng {line}: tệp không phải UTF-8; hãy lưu lại với mã UTF-8.") from error
    try:
        data, line_of = load_with_lines(text, source)
        try:
            file = _File.model_validate(data)
        except ValidationError as error:
            raise first_problem(error, source, line_of) from error
        _cross_check(file, source, line_of)
    except YamlError as error:
        raise ChecklistError(str(error)) from error
    return Checklist(
        id=file.id,
        version=file.version,
        sha256=hashlib.sha256(content).hexdigest(),
        title=file.title,
        note_vi=file.note.vi,
        note_en=file.note.en,
        groups=file.groups,
        axes=tuple(Axis(axis_id, axis.title, axis.points) for axis_id, axis in file.axes.items()),
        grades=file.grades,
        rank_from=file.rank_from,
        items=file.items,
        source=source,
    )


def _cross_check(file: _File, source: str, line_of: LineOf) -> None:
    lines: dict[str, int] = {}
    for index, item in enumerate(file.items):
        line = line_of(("items", index, "id"))
        if item.id in lines:
            raise YamlError(source, line, f"mục «{item.id}» đã có ở dòng {lines[item.id]}; hãy xóa một chỗ.")
        lines[item.id] = line
        if item.group not in file.groups:
            raise YamlError(
                source,
                line_of(("items", index, "group")),
                f"mục «{item.id}» thuộc nhóm «{item.group}» không có trong groups; chỉ có: {_listed(file.groups)}.",
            )
        for position, axis in enumerate(item.axes):
            if axis not in file.axes or axis in item.axes[:position]:
                problem = "được ghi hai lần" if axis in file.axes else "không có trong axes"
                raise YamlError(
                    source,
                    line_of(("items", index, "axes")),
                    f"mục «{item.id}»: trục «{axis}» {problem}; các trục: {_listed(file.axes)}.",
                )
    for axis, given in file.axes.items():
        if round(given.points, 1) != given.points:
            raise YamlError(
                source, line_of(("axes", axis, "points")), f"điểm của trục «{axis}» chỉ được có một chữ số thập phân."
            )
        if not any(axis in item.axes and item.weight > 0 for item in file.items):
            raise YamlError(
                source,
                line_of(("axes", axis)),
                f"trục «{axis}» không có mục nào mang trọng số lớn hơn 0; hãy gán mục cho trục hoặc bỏ trục này.",
            )
    floors = [grade.least for grade in file.grades]
    for index, (above, below) in enumerate(pairwise(floors), start=1):
        if below >= above:
            raise YamlError(
                source,
                line_of(("grades", index)),
                f"mức «{file.grades[index].name}» phải có điểm tối thiểu thấp hơn mức đứng trước ({above:g}).",
            )
    if floors[-1] != 0:
        raise YamlError(
            source,
            line_of(("grades", len(floors) - 1)),
            f"mức cuối cùng «{file.grades[-1].name}» phải bắt đầu từ 0 để mọi điểm số đều có mức.",
        )


def _same_items(checklist: Checklist, packaged: Checklist) -> None:
    have, wanted = {item.id for item in checklist.items}, {item.id for item in packaged.items}
    advice = "Hãy chép lại từ danh mục có sẵn, hoặc đặt «id» khác cho danh mục riêng của đơn vị."
    if missing := [item.id for item in packaged.items if item.id not in have]:
        raise ChecklistError(
            f"{checklist.source}, dòng 1: danh mục «{checklist.id}» thiếu các mục {_listed(missing)}. {advice}"
        )
    if extra := [item.id for item in checklist.items if item.id not in wanted]:
        raise ChecklistError(
            f"{checklist.source}, dòng 1: danh mục «{checklist.id}» không có các mục {_listed(extra)}. {advice}"
        )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"«{name}»" for name in names)
