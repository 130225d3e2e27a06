"""YAML that remembers its lines: duplicate keys are errors, and a wrong value is named with file and line."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

LineOf = Callable[[tuple[str | int, ...]], int]

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class YamlError(ValueError):
    """A YAML file that cannot be used; the message (Vietnamese) names file, line and what to do."""

    def __init__(self, source: str, line: int, problem: str) -> None:
        super().__init__(f"{source}, dòng {line}: {problem}")
        self.source = source
        self.line = line
        self.problem = problem


def load_with_lines(text: str, source: str) -> tuple[Any, LineOf]:
    """The data of one YAML document and a function from a path of keys and indices to its line (from 1).

    A path that does not exist gives the line of its nearest existing parent. Raises YamlError for text that
    is no YAML, for a key that stands twice in one mapping, and for aliases and merges of whole blocks, which
    would hide where a value comes from. An empty document gives None.
    """
    try:
        loader = _Loader(text)
        try:
            root = loader.get_single_node()
            lines: dict[tuple[str | int, ...], int] = {(): 1}
            if root is not None:
                _walk(root, (), source, lines, set(), loader)
            data = loader.construct_document(root) if root is not None else None
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlError(
            source,
            mark.line + 1 if mark else 1,
            f"không đọc được theo cú pháp YAML ({error.problem or error.context}); "
            "hãy xem lại thụt đầu dòng (dùng dấu cách, không dùng Tab), dấu hai chấm và dấu nháy.",
        ) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise YamlError(
            source, line, "có ký tự không được phép; hãy lưu lại tệp dạng văn bản thuần, mã UTF-8."
        ) from error
    except RecursionError as error:
        raise YamlError(source, 1, "các mục lồng nhau quá sâu.") from error
    except ValueError as error:
        if isinstance(error, YamlError):
            raise
        raise YamlError(source, 1, f"có giá trị không hợp lệ ({error}).") from error

    def line_of(path: tuple[str | int, ...]) -> int:
        for end in range(len(path), -1, -1):
            line = lines.get(tuple(path[:end]))
            if line is not None:
                return line
        return 1

    return data, line_of


def _walk(
    node: yaml.Node,
    path: tuple[str | int, ...],
    source: str,
    lines: dict[tuple[str | int, ...], int],
    seen: set[int],
    loader: Any,
) -> None:
    if isinstance(node, yaml.ScalarNode):
        return
    line = node.start_mark.line + 1
    if id(node) in seen:
        raise YamlError(source, line, "không dùng tham chiếu (&, *) cho cả khối; hãy viết đầy đủ từng khối.")
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        for index, child in enumerate(node.value):
            lines[(*path, index)] = child.start_mark.line + 1
            _walk(child, (*path, index), source, lines, seen, loader)
        return
    first: dict[Hashable, int] = {}
    for key_node, value_node in node.value:
        at = key_node.start_mark.line + 1
        if key_node.tag == "tag:yaml.org,2002:merge":
            raise YamlError(source, at, "không dùng «<<»; hãy viết đầy đủ từng khóa.")
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, Hashable):
            raise YamlError(source, at, "tên khóa phải là một từ hoặc một số, không phải danh sách hay khối.")
        if key in first:
            raise YamlError(
                source,
                at,
                f"khóa «{key}» đã có ở dòng {first[key]}; mỗi khóa chỉ được viết một lần, hãy xóa một chỗ.",
            )
        first[key] = at
        for name in {key, str(key)}:
            if isinstance(name, str | int):
                lines[(*path, name)] = at
        _walk(value_node, (*path, str(key)), source, lines, seen, loader)


def validation_problems(error: ValidationError, line_of: LineOf) -> list[tuple[int, str]]:
    """Every mistake that pydantic found, as (line, Vietnamese sentence that names the key), by line."""
    found = {
        (line_of(tuple(part for part in item["loc"] if part != "[key]")), _sentence(item))
        for item in error.errors(include_url=False)
    }
    return sorted(found)


def first_problem(error: ValidationError, source: str, line_of: LineOf) -> YamlError:
    """All of pydantic's mistakes as one YamlError, placed at the first of them."""
    problems = validation_problems(error, line_of)
    line, sentence = problems[0]
    more = "".join(f"\n{source}, dòng {at}: {other}" for at, other in problems[1:])
    return YamlError(source, line, sentence + more)


def _sentence(item: ErrorDetails) -> str:
    kind, context, given = item["type"], item.get("ctx", {}), item["input"]
    path = [part for part in item["loc"] if part != "[key]"]
    name = ".".join(str(part) for part in path) or "tệp"
    last = path[-1] if path else ""
    shown = repr(given) if isinstance(given, str) else str(given)
    shown = shown if len(shown) <= 60 else shown[:59] + "…"
    if kind == "extra_forbidden":
        return f"không có khóa nào tên «{name}»; hãy sửa chính tả tên khóa hoặc xóa dòng này."
    if kind == "missing":
        return f"thiếu khóa «{last}» (đầy đủ: {name}); hãy thêm khóa này."
    if kind == "string_type" and isinstance(given, int | float):
        return f'«{name}» là {shown}: phải là chữ; hãy đặt trong dấu nháy kép, ví dụ "2.10".'
    wanted = {
        "string_type": "phải là chữ",
        "string_too_short": "không được để trống",
        "int_type": "phải là số nguyên",
        "int_from_float": "phải là số nguyên",
        "float_type": "phải là số",
        "finite_number": "phải là số hữu hạn",
        "bool_type": "phải là true hoặc false",
        "tuple_type": "phải là danh sách (mỗi dòng một dấu «-», hoặc trong ngoặc vuông)",
        "list_type": "phải là danh sách (mỗi dòng một dấu «-», hoặc trong ngoặc vuông)",
        "dict_type": "phải là khối gồm các dòng «khóa: giá trị»",
        "model_type": "phải là khối gồm các dòng «khóa: giá trị»",
        "model_attributes_type": "phải là khối gồm các dòng «khóa: giá trị»",
        "dataclass_type": "phải là khối gồm các dòng «khóa: giá trị»",
        "too_short": "không được để trống",
    }.get(kind)
    if kind in {"literal_error", "enum"}:
        wanted = f"chỉ được là một trong các giá trị: {context.get('expected', '')}".replace(" or ", " hoặc ")
    elif kind == "greater_than_equal":
        wanted = f"phải lớn hơn hoặc bằng {context['ge']}"
    elif kind == "greater_than":
        wanted = f"phải lớn hơn {context['gt']}"
    elif kind == "less_than_equal":
        wanted = f"phải nhỏ hơn hoặc bằng {context['le']}"
    elif kind == "less_than":
        wanted = f"phải nhỏ hơn {context['lt']}"
    elif kind == "string_pattern_mismatch":
        wanted = f"phải theo mẫu {context['pattern']}"
    elif kind in {"value_error", "assertion_error"}:
        return f"«{name}»: {context.get('error', item['msg'])}"
    if wanted is None:
        wanted = f"không hợp lệ ({item['msg']})"
    return f"«{name}» là {shown}: {wanted}."
