"""What a run was judged with, as hashes: whoever holds the same files gets the same verdicts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from functools import cache
from importlib import metadata
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from auditor import __version__
from auditor.archive import scans_path
from auditor.checklist import Checklist
from auditor.config import Config
from auditor.register import Register

SCHEMA = "auditor.manifest/1"
MANIFEST_FILE = "manifest.json"
_CHUNK = 1 << 20
# Packages whose version can change how a page is read.
_LIBRARIES = (
    "beautifulsoup4",
    "chardet",
    "ftfy",
    "lxml",
    "maxminddb",
    "olefile",
    "pypdfium2",
    "rapidfuzz",
    "selectolax",
    "tldextract",
    "w3lib",
    "warcio",
)


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes. Raises OSError."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def archive_about(path: Path) -> dict[str, Any] | None:
    """The archive that a result was judged from (results.json, `archive`), None where there is none.

    `scans_sha256` is of what OCR read of its scans, which counts in judging, too.
    """
    scans = scans_path(path)
    try:
        return {
            "file": path.name,
            "bytes": path.stat().st_size,
            "sha256": file_sha256(path),
            "scans_sha256": file_sha256(scans) if scans.is_file() else None,
        }
    except OSError:
        return None


def write_manifest(path: Path, about: Mapping[str, Any], archives: Iterable[Mapping[str, Any]]) -> str:
    """Writes manifest.json (the run, its rules, the hash of results.json, every archive); gives its SHA-256."""
    lines = [json.dumps(one, ensure_ascii=False) for one in archives]
    head = json.dumps({"schema": SCHEMA, **about}, ensure_ascii=False, indent=1)
    text = head[:-2] + ',\n "archives": [' + ",".join(f"\n  {line}" for line in lines) + "\n ]\n}\n"
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(text, encoding="utf-8", newline="\n")
    fresh.replace(path)
    return file_sha256(path)


def data_sha256(value: object) -> str:
    """SHA-256 of plain data, whatever the order of its keys."""
    text = json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def rules(checklist: Checklist, config: Config, register: Register) -> dict[str, Any]:
    """Hashes of all that decides verdicts besides the archive and the day; `rules` is the hash over them.

    `judging` are the keys of the configuration that judging reads, `register` the units as it sees them. Line ends of
    text files do not count.
    """
    database = config.location.database
    judging = {
        "city": config.city,
        "hosts": dict(config.network.hosts),
        "location": file_sha256(Path(database)) if database and Path(database).is_file() else database,
    }
    parts: dict[str, Any] = {
        "checklist": checklist.sha256,
        "vocabulary": _folder_sha256("checklists", "vocabulary", ".yaml"),
        "program": _folder_sha256("auditor", "", ".py"),
        "judging": data_sha256(judging),
        "register": data_sha256([asdict(unit) | {"extra": {}, "row": 0} for unit in register.units]),
        "libraries": {name: metadata.version(name) for name in _LIBRARIES},
    }
    return {
        "rules": data_sha256(parts),
        **parts,
        "program_version": __version__,
        "config": data_sha256(config.model_dump(mode="json", exclude={"store"})),
    }


def changed_parts(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Which of the parts that decide verdicts differ between the hashes of two runs, by their keys."""
    names = ("checklist", "vocabulary", "program", "judging", "register", "libraries")
    return [name for name in names if before.get(name) != after.get(name)]


@cache
def _folder_sha256(package: str, folder: str, ending: str) -> str:
    digest = hashlib.sha256()
    root = files(package).joinpath(folder) if folder else files(package)
    for name, entry in sorted(_walk(root, "")):
        if name.endswith(ending):
            digest.update(f"{name}\0".encode() + entry.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()


def _walk(folder: Traversable, prefix: str) -> list[tuple[str, Traversable]]:
    found: list[tuple[str, Traversable]] = []
    for entry in folder.iterdir():
        name = f"{prefix}{entry.name}"
        found += _walk(entry, f"{name}/") if entry.is_dir() else [(name, entry)]
    return found
