"""Weak signs of when an article was posted: kept for a person, with their source, and never a verdict's ground."""

from __future__ import annotations

from datetime import date

import pytest

from auditor.checks.freshness import freshness
from auditor.facts.hints import Hints
from auditor.model import Capture, Verdict
from tests.auditor.portal_maker import AS_OF, FETCHED_AT, HOST, facts_for, finding_of, make_archive, page

TITLE = "Lễ khai giảng năm học mới của nhà trường"
TEXT = "<p>Sáng nay thầy và trò nhà trường đã long trọng tổ chức lễ khai giảng năm học mới trong niềm vui.</p>"
PAGE = page(f"<h1>{TITLE}</h1>{TEXT}", title=TITLE)
ADDRESS = f"http://{HOST}/bai"


def sitemap(*entries: tuple[str, str]) -> Capture:
    urls = "".join(f"<url><loc>{url}</loc><lastmod>{day}</lastmod></url>" for url, day in entries)
    body = f"<urlset>{urls}</urlset>".encode()
    return Capture(f"http://{HOST}/sitemap.xml", 200, (), body, FETCHED_AT, role="sitemap")


def feed(day: str) -> Capture:
    body = f"<rss><channel><item><link>{ADDRESS}</link><pubDate>{day}</pubDate></item></channel></rss>".encode()
    return Capture(f"http://{HOST}/rss", 200, (), body, FETCHED_AT, role="attachment")


ATOM = Capture(
    f"http://{HOST}/atom",
    200,
    (),
    f'<feed><entry><link href="{ADDRESS}"/><published>2026-09-03T08:00:00+07:00</published></entry></feed>'.encode(),
    FETCHED_AT,
    role="attachment",
)
ONE_DAY = sitemap((ADDRESS, "2026-10-19"), *((f"http://{HOST}/{n}", "2026-10-19") for n in range(5)))


def article(modified: str = "") -> Capture:
    headers = (("content-type", "text/html"), *((("last-modified", modified),) if modified else ()))
    return Capture(ADDRESS, 200, headers, PAGE.encode(), FETCHED_AT, depth=1)


@pytest.mark.parametrize(
    ("captures", "modified", "expected"),
    [
        ((feed("Sat, 05 Sep 2026 08:00:00 +0700"),), "", (date(2026, 9, 5), "feed")),
        ((ATOM,), "", (date(2026, 9, 3), "feed")),
        ((sitemap((ADDRESS, "2026-09-07T10:00:00+07:00")),), "", (date(2026, 9, 7), "sitemap")),
        ((), "Mon, 07 Sep 2026 08:00:00 GMT", (date(2026, 9, 7), "last_modified")),
        (
            (sitemap((ADDRESS, "2026-09-07")), feed("Sat, 05 Sep 2026 08:00:00 +0700")),
            "Tue, 08 Sep 2026 08:00:00 GMT",
            (date(2026, 9, 5), "feed"),
        ),
        ((ONE_DAY,), "", None),
        ((), "Tue, 20 Oct 2026 00:59:00 GMT", None),
        ((sitemap((ADDRESS, "2026-12-01")),), "", None),
        ((sitemap((ADDRESS, "gần đây"), ("", "2026-09-07")),), "", None),
        ((), "", None),
    ],
    ids=["feed", "atom", "sitemap", "header", "the best", "one day for all", "made now", "later", "rubbish", "none"],
)
def test_signs_of_an_article_without_date(
    captures: tuple[Capture, ...], modified: str, expected: tuple[date, str] | None
) -> None:
    home = page(f'<a href="/bai">{TITLE}</a>')
    archive = make_archive({"/": home, "/bai": article(modified)}, probes=captures)
    items = facts_for(archive)(Hints).items
    assert [(one.day, str(one.source)) for one in items] == ([expected] if expected else [])
    found = finding_of(freshness, archive, options={"pass_days": 30, "partial_days": 90}, as_of=AS_OF)
    assert found.verdict is Verdict.MANUAL
    assert any("Dấu hiệu" in one.note for one in found.evidence) == (expected is not None)
