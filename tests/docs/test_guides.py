"""The guides: every command in them exists with every option that it is given, every picture is there and used."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main
from typer._click.core import Command
from typer.core import TyperGroup

import cli

ROOT = Path(__file__).resolve().parent.parent.parent
GUIDES = sorted((ROOT / "docs").glob("huong-dan-*.md"))
_CODE = re.compile(r"^ *```[a-z]*\n(.*?)^ *```|`([^`\n]+)`", re.MULTILINE | re.DOTALL)
_PICTURE = re.compile(r"!\[([^\]]+)\]\((pictures/[\w-]+\.png)\)")
_LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)#]+)\)")
_MOST_BYTES = 150_000


def commands_of(guide: Path) -> Iterator[list[str]]:
    """Every command line of the program that stands in a guide as code, without the word `auditor`."""
    for block, inline in _CODE.findall(guide.read_text(encoding="utf-8")):
        for line in (block or inline).splitlines():
            words = line.strip()
            if words.startswith("auditor ") and not words.startswith("auditor --"):
                yield shlex.split(words)[1:]


ALL = sorted({tuple(words) for guide in GUIDES for words in commands_of(guide)})


def test_there_are_guides_for_everybody() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for who in ("thanh-tra", "tham-dinh", "nha-truong", "van-hanh"):
        assert f"(docs/huong-dan-{who}.md)" in readme
        assert ROOT / "docs" / f"huong-dan-{who}.md" in GUIDES
    assert len(ALL) > 20


def found(words: tuple[str, ...]) -> tuple[Command, list[str], list[str]]:
    """The command that words name, its path, and the words behind it. KeyError where there is none."""
    group = typer.main.get_command(cli.app)
    assert isinstance(group, TyperGroup)
    command, path, rest = group.commands[words[0]], [words[0]], list(words[1:])
    if isinstance(command, TyperGroup):
        path.append(rest[0])
        command, rest = command.commands[rest[0]], rest[1:]
    return command, path, rest


@pytest.mark.parametrize("words", ALL, ids=[" ".join(words)[:60] for words in ALL])
def test_every_command_of_a_guide_exists_with_its_options(words: tuple[str, ...]) -> None:
    command, path, rest = found(words)
    if rest:
        # raises for an unknown option, a bad value or a missing word
        command.make_context(" ".join(path), rest).close()


@pytest.mark.parametrize("path", sorted({tuple(found(words)[1]) for words in ALL}), ids=" ".join)
def test_every_command_of_a_guide_tells_about_itself(path: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run_cli([*path, "--help"]) == 0
    assert "--help" in capsys.readouterr().out


@pytest.mark.parametrize("guide", GUIDES, ids=[guide.stem for guide in GUIDES])
def test_the_makefile_knows_what_a_guide_tells_to_make(guide: Path) -> None:
    text = guide.read_text(encoding="utf-8")
    unix, windows = ((ROOT / name).read_text(encoding="utf-8") for name in ("Makefile", "make.cmd"))
    for target in re.findall(r"^\s*make ([a-z-]+)$", text, re.MULTILINE):
        assert f"\n{target}:" in unix
    for target in re.findall(r"make\.cmd ([a-z-]+)", text):
        assert f"\n:{target}\n" in windows.replace("\r\n", "\n")


def test_every_picture_is_there_small_used_and_described() -> None:
    used = set()
    for guide in GUIDES:
        for words, path in _PICTURE.findall(guide.read_text(encoding="utf-8")):
            assert len(words) > 8, path
            used.add(ROOT / "docs" / path)
    there = set((ROOT / "docs" / "pictures").glob("*"))
    assert used == there
    for path in there:
        assert path.read_bytes().startswith(b"\x89PNG"), path.name
        assert path.stat().st_size <= _MOST_BYTES, path.name


@pytest.mark.parametrize("guide", GUIDES, ids=[guide.stem for guide in GUIDES])
def test_every_link_of_a_guide_leads_somewhere(guide: Path) -> None:
    for target in _LINK.findall(guide.read_text(encoding="utf-8")):
        assert (guide.parent / target).exists(), target


@pytest.mark.parametrize("guide", GUIDES, ids=[guide.stem for guide in GUIDES])
def test_keys_of_the_configuration_that_a_guide_names_exist(guide: Path) -> None:
    from auditor.config import load_config

    settings = load_config().model_dump()
    for section, name in re.findall(r"`([a-z]+)\.([a-z_]+)`", guide.read_text(encoding="utf-8")):
        if section in settings:
            assert name in settings[section], f"{section}.{name}"
