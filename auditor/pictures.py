"""The pictures of a portal on their way from its archive to its scorecard."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from auditor.archive import Archive, archive_name

log = logging.getLogger(__name__)

_MOST = 12


def pictures_of(archive: Archive) -> list[dict[str, Any]]:
    """What results.json says of the archive's pictures; `offset` is where a picture's record begins in the archive."""
    return [
        {
            "kind": picture.kind,
            "url": picture.url,
            "width": picture.width,
            "height": picture.height,
            "taken_at": picture.taken_at,
            "offset": picture.offset,
        }
        for picture in archive.pictures[:_MOST]
    ]


def with_files(unit: dict[str, Any]) -> dict[str, Any]:
    """A unit's object with the file of each of its pictures, relative to results.json."""
    listed = unit.get("pictures")
    if not listed:
        return unit
    folder = f"units/{archive_name(str(unit['id'])).removesuffix('.warc.gz')}"
    named = [{**one, "file": f"{folder}/{place}-{one['kind']}.webp"} for place, one in enumerate(listed, 1)]
    return {**unit, "pictures": named}


def write_pictures(unit: Mapping[str, Any], archives: Path, out: Path) -> None:
    """Writes the pictures of a unit out of its archive, where there is one, into the files that its object names.

    An archive that has gone or changed leaves no pictures; that is logged, for nothing depends on them. Raises OSError
    where the folder cannot be written.
    """
    listed = unit.get("pictures") or ()
    if not listed:
        return
    path = archives / archive_name(str(unit["id"]))
    bodies = [_body(path, one) for one in listed]
    for one, body in zip(listed, bodies, strict=True):
        if body is not None:
            file = out / PurePosixPath(str(one["file"]))
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(body)


def _body(path: Path, listed: Mapping[str, Any]) -> bytes | None:
    try:
        with path.open("rb") as stream:
            stream.seek(int(listed["offset"]))
            record = next(iter(ArchiveIterator(stream)))
            if record.rec_type == "resource" and record.rec_headers.get_header("WARC-Target-URI") == listed["url"]:
                return bytes(record.content_stream().read())
    except (OSError, ValueError, LookupError, StopIteration, ArchiveLoadFailed) as error:
        log.warning("%s: a picture cannot be read: %s", path.name, error)
    return None
