"""Text of scans by OCR (tesseract in Vietnamese), where that is installed: between a crawl and a rescore, never else.

What was read is kept beside the unit's archive by the content of the file (`archive.scans_path`). Judging reads it from
there, so that the same folder gives the same verdicts on a computer without tesseract, too. What OCR reads can date a
disclosure or tell its part; what it does not find proves nothing, because a date written by hand escapes it.

This file is also the program of the process that reads one scan: it is run by its path and imports nothing of the
project before `main`, as auditor/attachments.py.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.Image import Image

LANGUAGE = "vie"
TYPES = ("pdf", "jpg", "png", "gif")
_MAX_TEXT = 20_000  # characters
_FIRST_PAGES = 2  # of a PDF, and the last one: the head names it, the foot is signed
_LONGEST_SIDE = 2600  # pixels: somewhat over 200 dots per inch of an A4 page
_MAX_PIXELS = 80_000_000
_PAGE_SECONDS = 60
_FILE_SECONDS = 240.0
_MEMORY = 3_000_000_000  # bytes of address space

# A signature line as tesseract reads it: "ngày 15 thắng 6 nam 2026".
_SIGNED = re.compile(
    r"\bng[àaáảăâ]y\s*([0-3]?\d)\s*th[áàạảăắâaấ]ng\s*([01]?\d)\s*n[ăắâaàáä]m\s*(20\d\d)\b", re.IGNORECASE
)


def missing() -> list[str]:
    """What OCR lacks on this machine: "pytesseract", "tesseract", "vie" (the language); empty where it can be done."""
    try:
        import PIL  # noqa: F401
        import pytesseract
    except ImportError:
        return ["pytesseract"]
    if shutil.which(pytesseract.pytesseract.tesseract_cmd) is None:
        return ["tesseract"]
    try:
        languages = pytesseract.get_languages()
    except (OSError, pytesseract.TesseractError):
        return ["tesseract"]
    return [] if LANGUAGE in languages else [LANGUAGE]


def read_scan(body: bytes, type: str) -> str | None:
    """The text of a scan: a PDF without text, or a picture. None where it could not be read; "" where nothing stands.

    Works in a process of its own with limits on time and memory, one core at most.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-I", __file__, type],
            input=body,
            capture_output=True,
            timeout=_FILE_SECONDS,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
            check=False,
        )
        answer = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return str(answer["text"])


def recognise(
    archive_folder: Path, results: Iterable[Mapping[str, Any]], processes: int, tell: Callable[[str, int, int], None]
) -> tuple[int, int]:
    """Reads the scans that the ledgers of stored results name and that nobody has read, and keeps their texts.

    `tell` is given a unit's id, the number of its scans, and of those read. Returns the sums of both.
    """
    from auditor.archive import ArchiveError, archive_name, read_archive, read_scans, write_scans

    wanted_in_all = read_in_all = 0
    with ThreadPoolExecutor(processes) as threads:
        for result in results:
            wanted = {one for entry in result.get("ledger", ()) for one in entry.get("scans", ())}
            path = archive_folder / archive_name(str(result["id"]))
            if not wanted or not path.exists():
                continue
            known = read_scans(path)
            wanted -= set(known)
            try:
                captures = read_archive(path).captures if wanted else ()
            except ArchiveError:
                continue
            found = {hashlib.sha256(one.body).hexdigest(): one.body for one in captures if one.role == "attachment"}
            bodies = {ident: found[ident] for ident in sorted(wanted & set(found))}
            texts = dict(zip(bodies, threads.map(_read_any, bodies.values()), strict=True))
            read = {ident: text for ident, text in texts.items() if text is not None}
            if read:
                write_scans(path, {**known, **read})
            wanted_in_all += len(bodies)
            read_in_all += len(read)
            if bodies:
                tell(str(result["id"]), len(bodies), len(read))
    return wanted_in_all, read_in_all


def _read_any(body: bytes) -> str | None:
    return read_scan(body, "pdf" if b"%PDF" in body[:1024] else "picture")


# ---------------------------------------------------------------------- the process beside ours


def main(type: str) -> None:
    """The process: a scan comes in, its text goes out as JSON."""
    import pytesseract

    _limit()
    body = sys.stdin.buffer.read()
    parts: list[str] = []
    for picture in _pages(body) if type == "pdf" else [_picture(body)]:
        try:
            parts.append(pytesseract.image_to_string(picture, lang=LANGUAGE, timeout=_PAGE_SECONDS))
        except RuntimeError:  # a page that takes too long, or that tesseract refuses, costs itself only
            continue
    text = unicodedata.normalize("NFC", "\n".join(parts))
    lines = (" ".join(line.split()) for line in text.split("\n"))
    text = _SIGNED.sub(r"ngày \1 tháng \2 năm \3", "\n".join(line for line in lines if line))
    sys.stdout.write(json.dumps({"text": text[:_MAX_TEXT]}))


def _pages(body: bytes) -> Iterable[Image]:
    import pypdfium2

    document = pypdfium2.PdfDocument(body)
    count = len(document)
    for number in sorted({*range(min(count, _FIRST_PAGES)), count - 1}):
        page = document[number]
        longest = max(*page.get_size(), 1.0)
        yield page.render(scale=_LONGEST_SIDE / longest, grayscale=True).to_pil()


def _picture(body: bytes) -> Image:
    from PIL import Image, ImageOps

    opened = Image.open(io.BytesIO(body))
    if opened.width * opened.height > _MAX_PIXELS:
        raise ValueError("too many pixels")
    picture = ImageOps.exif_transpose(opened).convert("L")
    picture.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    return picture


def _limit() -> None:
    if sys.platform == "win32":
        return
    import resource

    for limit, value in ((resource.RLIMIT_AS, _MEMORY), (resource.RLIMIT_CPU, int(_FILE_SECONDS))):
        hard = resource.getrlimit(limit)[1]
        if hard == resource.RLIM_INFINITY or value <= hard:
            resource.setrlimit(limit, (value, hard))


if __name__ == "__main__":
    main(sys.argv[1])
