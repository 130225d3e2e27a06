"""A crawl of portals that behave as real ones do, on loopback, and of servers that mean harm."""

from __future__ import annotations

import asyncio
import gzip
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from time import monotonic

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.cli import main as warcio_main

from auditor.archive import archive_name
from auditor.model import Cause, Status, StoppedBy, Whose
from spiders.crawl import CrawlStoppedError, Progress, crawl
from spiders.faults import Fault, of_status
from spiders.visit import other_spellings
from tests.spiders.web import (
    Acts,
    Asked,
    Reply,
    Web,
    crawled,
    one,
    page,
    pages,
    reply,
    serving,
    settings,
    unit,
    wait_for,
)

HOST = "truong.example"
HOME = "http://truong.example/"


def portal(**more: Reply) -> dict[str, Reply]:
    return {"/": page("Trang chủ", "/a", "/b"), "/a": page("A", "/c"), "/b": page("B"), "/c": page("C"), **more}


def site(answers: dict[str, Reply], **others: dict[str, Reply]) -> Web:
    return Web({HOST: answers, **others})


def test_a_portal_is_read_into_an_archive_that_other_tools_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(site(portal(**{"/": page("Trang chủ", "/a", "/b", "/tep.pdf|Công khai", "/mat")}))) as web:
        web.hosts[HOST]["/tep.pdf"] = reply(b"%PDF-1.4 x", kind="application/pdf")
        archive = one(web, tmp_path, HOME)
    assert archive.end.status is Status.AUDITED
    assert archive.end.stopped_by is StoppedBy.COMPLETE
    assert (archive.end.pages, archive.end.attachments, archive.end.failed) == (4, 1, 1)
    assert archive.end.final_url == HOME
    assert [x.url for x in archive.captures if x.home] == [HOME]
    assert [(x.url, x.cause, x.status, x.whose, x.via) for x in archive.failures] == [
        (HOME + "mat", Cause.HTTP_ERROR, 404, Whose.SITE, HOME)
    ]
    path = tmp_path / archive_name("u1")
    with path.open("rb") as stream:
        kinds = [record.rec_type for record in ArchiveIterator(stream)]
    assert kinds[0] == "warcinfo"
    assert kinds.count("response") == kinds.count("request") == len(archive.captures)
    with pytest.raises(SystemExit) as ended:
        warcio_main(["check", str(path)])
    assert ended.value.code in (0, None)
    assert "fail" not in capsys.readouterr().out


def test_two_crawls_of_one_portal_choose_the_same_pages_however_slow_each_page_is(tmp_path: Path) -> None:
    delays = {"now": 0.0}

    @Acts
    async def slow(asked: Asked, writer: asyncio.StreamWriter) -> None:
        number = int(asked.target[2:])
        await asyncio.sleep((number * delays["now"]) % 0.05)
        writer.write(page("P", *(f"/p{(number * 5 + i) % 40}" for i in range(6))))

    answers: dict[str, Reply] = {"/": page("Trang chủ", *(f"/p{n}" for n in range(0, 40, 9))), "*": slow}
    answers |= {"/robots.txt": reply("x", 404), "/sitemap.xml": reply("x", 404)}
    read = []
    with serving(site(answers)) as web:
        for round_, delay in enumerate((0.0, 0.017, 0.031)):
            delays["now"] = delay
            read.append(pages(one(web, tmp_path / str(round_), HOME, {"max_pages": 15})))
    assert len(read[0]) == 15
    assert read[0] == read[1] == read[2]


@pytest.mark.parametrize(
    ("limits", "stopped_by", "status"),
    [
        ({"max_pages": 2}, StoppedBy.MAX_PAGES, Status.AUDITED),
        ({"max_depth": 1}, StoppedBy.MAX_DEPTH, Status.AUDITED),
        ({"max_archive_bytes": 4000}, StoppedBy.MAX_ARCHIVE_BYTES, Status.PARTIAL),
    ],
)
def test_every_limit_is_named(tmp_path: Path, limits: dict[str, int], stopped_by: StoppedBy, status: Status) -> None:
    answers = portal(**{"/c": page("C" * 4000, "/d"), "/a": page("A" * 4000, "/c")})
    with serving(site(answers)) as web:
        end = one(web, tmp_path, HOME, limits).end
    assert (end.stopped_by, end.status) == (stopped_by, status)
    assert end.unvisited


def test_max_seconds_leaves_a_partial_audit(tmp_path: Path) -> None:
    @Acts
    async def late(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(1.9)
        writer.write(page("Muộn"))

    with serving(site(portal(**{"/a": late}))) as web:
        started = monotonic()
        end = one(web, tmp_path, HOME, {"max_seconds": 1.0}).end
    assert (end.status, end.stopped_by) == (Status.PARTIAL, StoppedBy.MAX_SECONDS)
    assert end.unvisited == (HOME + "a", HOME + "b") or HOME + "a" in end.unvisited
    assert monotonic() - started < 1.8


# --- home pages ------------------------------------------------------------------------------------------------------


def test_doors_of_every_kind_are_followed_to_the_real_home_page(tmp_path: Path) -> None:
    answers = portal(
        **{
            "/": reply("", 302, Location="/cua"),
            "/cua": page("", head='<meta http-equiv="refresh" content="0; url=/cua2">'),
            "/cua2": reply("<html><body><script>window.location.href = '/trang-chu.html';</script></body></html>"),
            "/trang-chu.html": page("Trang chủ", "/a", head='<meta http-equiv="refresh" content="5">'),
        }
    )
    with serving(site(answers)) as web:
        archive = one(web, tmp_path, HOME)
    assert archive.end.final_url == HOME + "trang-chu.html"
    assert [(x.role, x.home) for x in archive.captures if x.role != "robots"][:4] == [
        ("redirect", False),
        ("redirect", False),
        ("redirect", False),
        ("page", True),
    ]
    assert archive.end.pages == 3


def test_a_home_page_on_another_host_becomes_the_portal(tmp_path: Path) -> None:
    with serving(site({"/": reply("", 301, Location="http://moi.example/")})) as web:
        web.hosts["moi.example"] = {"/": page("Mới", "/x", HOME + "cu"), "/x": page("X")}
        end = one(web, tmp_path, HOME, other_unit_hosts={HOST: "u1"}).end
    assert (end.status, end.final_url, end.pages) == (Status.AUDITED, "http://moi.example/", 2)


def test_a_home_page_that_leads_to_another_unit_is_not_audited_in_its_place(tmp_path: Path) -> None:
    with serving(site({"/": reply("", 301, Location="http://www.khac.example/")})) as web:
        web.hosts["www.khac.example"] = portal()
        archive = one(web, tmp_path, HOME, other_unit_hosts={HOST: "u1", "khac.example": "u2"})
        assert web.targets("www.khac.example") == []
    assert (archive.end.status, archive.end.status_reason) == (Status.UNREACHABLE, "redirects_to_other_unit")
    assert archive.end.pages == 0


def test_the_name_with_www_is_tried_when_the_one_without_is_unknown(tmp_path: Path) -> None:
    with serving(Web({"www.truong.example": portal()})) as web:
        end = one(web, tmp_path, HOME).end
    assert (end.status, end.final_url) == (Status.AUDITED, "http://www.truong.example/")


@pytest.mark.parametrize("status", [502, 504])
def test_the_name_with_www_is_tried_when_a_proxy_does_not_say_what_it_met(tmp_path: Path, status: int) -> None:
    with serving(Web({HOST: {"*": reply("gateway", status)}, "www.truong.example": portal()})) as web:
        end = one(web, tmp_path, HOME).end
    assert (end.status, end.final_url) == (Status.AUDITED, "http://www.truong.example/")


def test_a_server_that_never_answers_is_a_timeout_even_where_the_proxy_knows_no_tls(tmp_path: Path) -> None:
    @Acts
    async def never(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(30)

    with serving(Web({HOST: {"*": never}, f"{HOST}:443": {"*": reply("no tunnels", 405)}})) as web:
        end = one(web, tmp_path, HOME, {"timeout_seconds": 0.3, "retries": 0}).end
    assert (end.status, end.status_reason) == (Status.UNREACHABLE, "timeout")


@pytest.mark.parametrize(
    ("url", "fault", "proxied", "others"),
    [
        ("http://a.vn/x", of_status(404), False, ["https://a.vn/x"]),
        ("http://a.vn/", of_status(403), False, []),
        ("http://a.vn/", of_status(502), False, ["https://a.vn/"]),
        ("http://a.vn/", of_status(502), True, ["https://a.vn/", "http://www.a.vn/"]),
        ("https://www.a.vn/", Fault(Cause.REFUSED, Whose.SITE, ""), False, ["http://www.a.vn/", "https://a.vn/"]),
        ("https://a.vn/", Fault(Cause.TIMEOUT, Whose.NETWORK, ""), False, ["http://a.vn/"]),
        ("http://a.vn/", Fault(Cause.DNS, Whose.SITE, ""), False, ["http://www.a.vn/"]),
        ("http://a.vn:81/", Fault(Cause.REFUSED, Whose.SITE, ""), False, []),
        ("http://8.8.8.8/", Fault(Cause.REFUSED, Whose.SITE, ""), False, []),
    ],
)
def test_other_spellings_of_an_address(url: str, fault: Fault, proxied: bool, others: list[str]) -> None:
    assert other_spellings(url, fault, proxied) == others


def test_links_in_another_spelling_of_the_host_are_read_where_the_home_page_stands(tmp_path: Path) -> None:
    answers = portal(**{"/": page("Trang chủ", "https://www.truong.example/a", "//truong.example/b")})
    with serving(site(answers)) as web:
        archive = one(web, tmp_path, HOME)
    assert pages(archive) == [HOME, HOME + "a", HOME + "b", HOME + "c"]


@pytest.mark.parametrize(
    ("answer", "status", "reason"),
    [
        (reply("x", 500), Status.UNREACHABLE, "http_500"),
        (reply("x", 404), Status.UNREACHABLE, "http_404"),
        (reply("x", 401), Status.BLOCKED, "http_401"),
        (reply("x", 403), Status.BLOCKED, "http_403"),
        (reply("x", 429, Retry_After="1"), Status.BLOCKED, "http_429"),
        (reply("x", 503, Retry_After="1000000"), Status.UNREACHABLE, "http_503"),
        (page("Just a moment... Checking your browser"), Status.BLOCKED, "challenge"),
        (reply("Not a page", kind="application/pdf"), Status.UNREACHABLE, "bad_response"),
        (page("Website đang bảo trì, mời quay lại sau"), Status.UNREACHABLE, "maintenance"),
        (reply("", 302, Location="/"), Status.UNREACHABLE, "too_many_redirects"),
        (reply("", 302, Location="javascript:void(0)"), Status.UNREACHABLE, "bad_address"),
        (reply("", 302, Location="http://127.0.0.1/"), Status.UNREACHABLE, "private_address"),
        (reply("", 302, Location="http://0x7f.1/"), Status.UNREACHABLE, "private_address"),
    ],
)
def test_a_home_page_that_cannot_be_read_says_why(tmp_path: Path, answer: bytes, status: Status, reason: str) -> None:
    with serving(site({"/": answer})) as web:
        archive = one(web, tmp_path, HOME)
    assert (archive.end.status, archive.end.status_reason) == (status, reason)
    assert archive.end.pages == 0
    assert archive.failures
    assert not [x for x in archive.captures if x.role == "page"]


def test_an_unknown_host_is_unreachable_by_dns(tmp_path: Path) -> None:
    with serving(Web()) as web:
        archive = one(web, tmp_path, HOME)
    assert (archive.end.status, archive.end.status_reason) == (Status.UNREACHABLE, "dns")
    assert {x.url for x in archive.failures} == {HOME, "http://www.truong.example/"}


# --- robots.txt ------------------------------------------------------------------------------------------------------

ROBOTS = [
    ("User-agent: *\nDisallow: /a\n", "text/plain", 200, ["/", "/b"], ("/a",), ()),
    (
        "User-agent: auditor\nDisallow: /b\n\nUser-agent: *\nDisallow: /",
        "text/plain",
        200,
        ["/", "/a", "/c"],
        ("/b",),
        (),
    ),
    ("<html><body>Không tìm thấy</body></html>", "text/html", 200, ["/", "/a", "/b", "/c"], (), ("robots_unreadable",)),
    ("x", "text/plain", 500, ["/", "/a", "/b", "/c"], (), ("robots_unreadable",)),
    ("User-agent: *\nDisallow: /", "text/plain", 404, ["/", "/a", "/b", "/c"], (), ()),
]


@pytest.mark.parametrize(("text", "kind", "status", "read", "forbidden", "notes"), ROBOTS)
def test_robots_txt(
    tmp_path: Path,
    text: str,
    kind: str,
    status: int,
    read: list[str],
    forbidden: tuple[str, ...],
    notes: tuple[str, ...],
) -> None:
    with serving(site(portal(**{"/robots.txt": reply(text, status, kind)}))) as web:
        archive = one(web, tmp_path, HOME)
        assert sorted(web.targets(HOST)) == read
    assert archive.end.forbidden == tuple(HOME + path[1:] for path in forbidden)
    assert archive.end.notes == notes
    assert archive.end.status is Status.AUDITED


def test_robots_txt_that_forbids_all_blocks_and_nothing_else_is_asked_for(tmp_path: Path) -> None:
    answers = portal(**{"/robots.txt": reply("User-agent: *\nDisallow: /", kind="text/plain")})
    with serving(site(answers)) as web:
        archive = one(web, tmp_path, HOME)
        assert [x.target for x in web.asked] == ["/robots.txt"]
        assert (archive.end.status, archive.end.status_reason) == (Status.BLOCKED, "robots")
        assert archive.end.stopped_by is StoppedBy.BLOCKED
        assert one(web, tmp_path, HOME, {"obey_robots": False}).end.pages == 4


def test_the_sitemap_that_robots_txt_names_adds_pages(tmp_path: Path) -> None:
    listing = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>%s</loc></url></urlset>'
    index = "<sitemapindex><sitemap><loc>http://truong.example/so2.xml.gz</loc></sitemap></sitemapindex>"
    answers = portal(
        **{
            "/robots.txt": reply("Sitemap: http://truong.example/so.xml", kind="text/plain"),
            "/so.xml": reply(index, kind="text/xml"),
            "/so2.xml.gz": reply(gzip.compress((listing % (HOME + "an")).encode()), kind="application/gzip"),
            "/an": page("Ẩn"),
        }
    )
    with serving(site(answers)) as web:
        assert HOME + "an" in pages(one(web, tmp_path, HOME))


# --- politeness ------------------------------------------------------------------------------------------------------


def test_requests_to_one_host_keep_their_distance_retries_and_redirects_included(tmp_path: Path) -> None:
    more: dict[str, Reply] = {
        "/a": reply("", 302, Location="/c"),
        "/b": lambda asked: reply("x", 500) if asked.number == 1 else page("B"),
    }
    answers = portal(**more)
    least = 0.0
    for attempt in range(3):  # a busy machine notes a request late, and the next one then follows too soon
        with serving(site(answers)) as web:
            archive = one(web, tmp_path / str(attempt), HOME, {"delay_seconds": 0.15})
            times = [x.at for x in web.asked]
        assert archive.end.pages == 3
        assert len(times) == 8
        least = min(later - earlier for earlier, later in pairwise(times))
        if least > 0.13:
            break
    assert least > 0.13


def test_crawl_delay_is_kept(tmp_path: Path) -> None:
    answers = portal(**{"/robots.txt": reply("User-agent: *\nCrawl-delay: 0.3", kind="text/plain")})
    with serving(site(answers)) as web:
        one(web, tmp_path, HOME, {"max_pages": 2})
        times = [x.at for x in web.asked]
    assert min(later - earlier for earlier, later in pairwise(times[1:])) > 0.27


def test_hosts_on_one_server_share_its_budget(tmp_path: Path) -> None:
    hosts = [f"t{n}.example" for n in range(4)]
    with serving(Web({host: portal() for host in hosts})) as web:
        config = settings(
            None,
            {"address_delay_seconds": 0.05},
            allow_private_addresses=True,
            hosts=dict.fromkeys(hosts, "127.0.0.1"),
        )
        done = crawled(config, tmp_path, *(unit(host, f"http://{host}:{web.port}/") for host in hosts))
        times = sorted(x.at for x in web.asked)
    assert all(archive.end.pages == 4 for archive in done.values())
    assert done["t0.example"].end.addresses == ("127.0.0.1",)
    assert done["t0.example"].captures[0].ip_address == "127.0.0.1"
    assert len(times) == 4 * 7
    assert times[-1] - times[0] > 27 * 0.05 * 0.95


def test_retry_after_is_waited_out_and_the_crawl_slows_down(tmp_path: Path) -> None:
    answers = portal(**{"/a": lambda x: reply("x", 429, Retry_After="1") if x.number == 1 else page("A", "/c")})
    with serving(site(answers)) as web:
        archive = one(web, tmp_path, HOME)
        first, second = (x.at for x in web.asked if x.target == "/a")
    assert archive.end.pages == 4
    assert second - first >= 0.98


@pytest.mark.parametrize(
    ("answers", "status", "reason"),
    [
        ({"*": reply("x", 503, Retry_After="86400")}, Status.UNREACHABLE, "http_503"),
        ({"*": reply("x", 429, Retry_After="86400")}, Status.BLOCKED, "http_429"),
        (
            {"*": reply("x", 503, Retry_After="86400"), "/": page("T", *(f"/x{n}" for n in range(30)))}
            | {"/robots.txt": reply("x", 404), "/sitemap.xml": reply("x", 404)},
            Status.PARTIAL,
            "max_seconds",
        ),
    ],
)
def test_who_asks_for_more_patience_than_there_is_time_is_left_alone_at_once(
    tmp_path: Path, answers: dict[str, Reply], status: Status, reason: str
) -> None:
    with serving(site(answers)) as web:
        started = monotonic()
        archive = one(web, tmp_path, HOME)
        assert monotonic() - started < 10
        assert len(web.asked) < 10
    assert (archive.end.status, archive.end.status_reason) == (status, reason)
    assert archive.failures


def test_the_crawl_says_who_it_is_and_keeps_cookies_of_one_unit_to_itself(tmp_path: Path) -> None:
    shared = portal(
        **{"/": lambda asked: page("T", "/a").replace(b"HTTP/1.1 200 X", b"HTTP/1.1 200 X\r\nSet-Cookie: s=1; path=/")}
    )
    with serving(site(shared)) as web:
        config = settings(web, {"user_agent_contact": "kiemtra@example.vn", "concurrent_units": 1})
        crawled(config, tmp_path, unit("u1", HOME), unit("u2", HOME + "?x"))
        by_target = [(x.target, x.headers.get("cookie")) for x in web.asked if x.target in ("/", "/a", "/?x")]
        assert all(x.headers["user-agent"].endswith("(+kiemtra@example.vn)") for x in web.asked)
        views = [x for x in web.asked if "Googlebot" in x.headers["user-agent"]]
        assert [(x.target, x.headers.get("cookie")) for x in views] == [("/", None)]
        assert not any("referer" in x.headers for x in web.asked if x not in views)
    assert by_target[:2] == [("/", None), ("/a", "s=1")]
    assert ("/?x", None) in by_target


def test_credentials_in_an_address_go_nowhere(tmp_path: Path) -> None:
    with serving(site(portal(**{"/": page("T", "http://ten:matkhau@truong.example/a")}))) as web:
        one(web, tmp_path, "http://ten:matkhau@truong.example/")
        assert not any("authorization" in x.headers for x in web.asked)
    raw = gzip.decompress((tmp_path / archive_name("u1")).read_bytes()).partition(b"<!doctype")[0]
    assert b"matkhau" not in raw


# --- what stands in for a page ---------------------------------------------------------------------------------------


def test_a_flood_page_is_waited_out_and_never_stored(tmp_path: Path) -> None:
    flood = page("Hệ thống đang từ chối truy cập. Hãy đợi 1 giây")
    more: dict[str, Reply] = {"/a": lambda x: flood if x.number == 1 else page("A", "/c"), "/b": flood}
    answers = portal(**more)
    with serving(site(answers)) as web:
        archive = one(web, tmp_path, HOME)
        first, second = (x.at for x in web.asked if x.target == "/a")
    assert second - first >= 0.98
    assert sorted(pages(archive)) == [HOME, HOME + "a", HOME + "c"]
    assert [(x.url, x.cause, x.whose) for x in archive.failures] == [(HOME + "b", Cause.CHALLENGE, Whose.US)]
    assert not any("từ chối".encode() in x.body for x in archive.captures)


def test_a_portal_that_answers_with_nothing_but_flood_pages_does_not_hold_up_the_run(tmp_path: Path) -> None:
    answers: dict[str, Reply] = {"*": page("Hãy đợi 2 giây"), "/": page("T", *(f"/x{n}" for n in range(30)), "/a")}
    answers |= {"/a": page("A"), "/robots.txt": reply("x", 404), "/sitemap.xml": reply("x", 404)}
    with serving(site(answers)) as web:
        started = monotonic()
        end = one(web, tmp_path, HOME, {"max_seconds": 30.0}).end
    assert monotonic() - started < 12
    assert (end.status, end.status_reason, end.pages, end.failed) == (Status.PARTIAL, "many_faults", 2, 30)


def test_a_portal_whose_every_page_shows_a_flood_page_first_is_read_as_a_whole(tmp_path: Path) -> None:
    def second_time(asked: Asked) -> bytes:
        return page("Hãy đợi 1 giây") if asked.number == 1 else page(f"Trang {asked.target}")

    answers: dict[str, Reply] = {"*": second_time, "/": page("T", *(f"/x{n}" for n in range(8)))}
    answers |= {"/robots.txt": reply("x", 404), "/sitemap.xml": reply("x", 404)}
    with serving(site(answers)) as web:
        started = monotonic()
        end = one(web, tmp_path, HOME, {"max_seconds": 30.0}).end  # patience for three seconds in vain
    assert (end.status, end.pages, end.failed) == (Status.AUDITED, 9, 0)
    assert monotonic() - started < 20


def test_a_page_about_waiting_is_a_page(tmp_path: Path) -> None:
    article = "Quy chế tiếp công dân: vui lòng đợi đến lượt. " * 20
    with serving(site(portal(**{"/a": page(article, "/c")}))) as web:
        assert HOME + "a" in pages(one(web, tmp_path, HOME))


def test_a_calendar_without_end_ends(tmp_path: Path) -> None:
    def month(asked: Asked) -> bytes:
        number = int(asked.target.partition("=")[2] or 0)
        return page(f"Tháng {number}", f"/lich?thang={number + 1}", f"/lich?thang={number - 1}")

    answers: dict[str, Reply] = {f"/lich?thang={n}": month for n in range(-90, 90)}
    with serving(site({**portal(), "/": page("T", "/lich?thang=0", "/a"), **answers})) as web:
        archive = one(web, tmp_path, HOME)
    assert archive.end.stopped_by is StoppedBy.COMPLETE
    assert archive.end.pages < 14


def test_session_ids_do_not_make_new_pages(tmp_path: Path) -> None:
    def fresh(asked: Asked) -> bytes:
        number = asked.number * 1000 + len(asked.target)
        return page("T", f"/a?PHPSESSID={number:032x}", f"/b;jsessionid={number:020x}")

    with serving(site({"*": fresh, "/robots.txt": reply("x", 404)})) as web:
        archive = one(web, tmp_path, HOME)
    assert archive.end.pages == 3


def test_a_file_behind_an_address_that_looks_like_a_page_is_an_attachment(tmp_path: Path) -> None:
    answers = portal(
        **{
            "/a": reply(b"%PDF-1.7 abc", kind="text/html"),
            "/b": reply(b"PK\x03\x04xyz", kind="application/octet-stream"),
        }
    )
    with serving(site(answers)) as web:
        archive = one(web, tmp_path, HOME)
    assert (archive.end.pages, archive.end.attachments) == (1, 2)
    assert [x.url for x in archive.captures if x.role == "attachment"] == [HOME + "a", HOME + "b"]


def test_inner_redirects_lead_to_the_page_once_and_not_off_the_portal(tmp_path: Path) -> None:
    answers = portal(
        **{
            "/": page("T", "/cu", "/cu2", "/ngoai", "/vong", "/a"),
            "/cu": reply("", 301, Location="/moi"),
            "/cu2": reply("", 301, Location="/moi"),
            "/moi": page("Mới"),
            "/ngoai": reply("", 302, Location="http://khac.example/x"),
            "/vong": reply("", 302, Location="/vong"),
        }
    )
    with serving(site(answers)) as web:
        archive = one(web, tmp_path, HOME)
        assert web.targets(HOST).count("/moi") == 1
        assert web.targets("khac.example") == []
    assert {(x.url, x.cause) for x in archive.failures} == {
        (HOME + "ngoai", Cause.OFF_SCOPE_REDIRECT),
        (HOME + "vong", Cause.TOO_MANY_REDIRECTS),
    }


SEARCH = (
    '<form action="/tim" method="get"><input type="text" name="q" placeholder="Tìm kiếm"><button>Tìm</button></form>'
)


def searchable(**more: Reply) -> dict[str, Reply]:
    article = reply("<html><body><h1>Hội khỏe Phù Đổng sôi nổi tưng bừng</h1><p>Bài viết.</p></body></html>")
    home = page("Trang chủ", "/a|Tin").replace(b"<body>", b"<body>" + SEARCH.encode())
    home = reply(home.partition(b"\r\n\r\n")[2])
    return {"/": home, "/a": article, **more}


def test_the_search_is_asked_for_an_article_of_the_portal(tmp_path: Path) -> None:
    def found(asked: Asked) -> bytes:
        return (
            page("Kết quả", "/a|Hội khỏe Phù Đổng sôi nổi tưng bừng")
            if asked.target[:7] == "/tim?q="
            else reply("x", 404)
        )

    with serving(site(searchable(**{"*": found}))) as web:
        archive = one(web, tmp_path, HOME)
    note = dict(archive.notes)["search"]
    probe = next(x for x in archive.captures if x.role == "probe")
    assert note["article_url"] == HOME + "a"
    assert note["answer_url"] == probe.url
    assert note["status"] == 200
    assert archive.end.pages == 2


def test_a_search_that_robots_txt_forbids_is_not_asked(tmp_path: Path) -> None:
    answers = searchable(**{"/robots.txt": reply("User-agent: *\nDisallow: /tim", kind="text/plain")})
    with serving(site(answers)) as web:
        archive = one(web, tmp_path, HOME)
        assert not any(target.startswith("/tim") for target in web.targets(HOST))
    assert dict(archive.notes)["search"]["robots_forbids"] is True


def test_a_search_that_fails_is_noted_as_it_failed(tmp_path: Path) -> None:
    with serving(site(searchable(**{"*": reply("x", 500)}))) as web:
        note = dict(one(web, tmp_path, HOME).notes)["search"]
    assert (note["status"], note["error"]) == (500, "http_500")


# --- servers that mean harm ------------------------------------------------------------------------------------------


def test_a_compression_bomb_costs_no_more_than_the_limit(tmp_path: Path) -> None:
    bomb = gzip.compress(b"<html><body>" + b"0" * 300_000_000, 9)
    with serving(site(portal(**{"/a": reply(bomb, Content_Encoding="gzip")}))) as web:
        archive = one(web, tmp_path, HOME, {"max_page_bytes": 100_000})
    stored = next(x for x in archive.captures if x.url == HOME + "a")
    assert len(stored.body) == 100_000
    assert stored.truncated
    assert archive.end.bytes < 120_000


def test_squeezed_pages_are_read(tmp_path: Path) -> None:
    plain = page("A" * 5000, "/c").partition(b"\r\n\r\n")[2]
    answers = portal(**{"/a": reply(gzip.compress(plain), Content_Encoding="gzip")})
    with serving(site(answers)) as web:
        archive = one(web, tmp_path, HOME)
    assert next(x for x in archive.captures if x.url == HOME + "a").body == plain
    assert archive.end.pages == 4


def test_a_server_that_drips_is_cut_off(tmp_path: Path) -> None:
    @Acts
    async def drip(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100000\r\n\r\n<html>")
        for _ in range(200):
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    with serving(site(portal(**{"/a": drip}))) as web:
        started = monotonic()
        archive = one(web, tmp_path, HOME, {"timeout_seconds": 0.4, "retries": 0})
    assert monotonic() - started < 3
    assert [(x.url, x.cause, x.whose) for x in archive.failures] == [(HOME + "a", Cause.TIMEOUT, Whose.NETWORK)]
    assert HOME + "b" in pages(archive)


def test_headers_without_end_are_refused(tmp_path: Path) -> None:
    many = "".join(f"X-{n}: {'y' * 4000}\r\n" for n in range(60)).encode()
    with serving(site(portal(**{"/a": reply("A").replace(b"\r\n", b"\r\n" + many, 1)}))) as web:
        archive = one(web, tmp_path, HOME, {"max_header_bytes": 65536})
    assert [(x.url, x.cause) for x in archive.failures] == [(HOME + "a", Cause.TOO_LARGE)]


def test_large_files_leave_their_first_part(tmp_path: Path) -> None:
    answers = portal(
        **{"/": page("T", "/to.pdf|Công khai"), "/to.pdf": reply(b"%PDF" + b"0" * 900_000, kind="application/pdf")}
    )
    with serving(site(answers)) as web:
        archive = one(web, tmp_path, HOME, {"max_file_bytes": 200_000})
    stored = next(x for x in archive.captures if x.role == "attachment")
    assert stored.truncated
    assert stored.body.startswith(b"%PDF")
    assert len(stored.body) <= 200_000


def test_faults_in_a_row_end_the_crawl_of_a_unit_only(tmp_path: Path) -> None:
    @Acts
    async def drop(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    answers: dict[str, Reply] = {"/": page("T", *(f"/x{n}" for n in range(40))), "*": drop}
    answers |= {"/robots.txt": reply("x", 404), "/sitemap.xml": reply("x", 404)}
    with serving(site(answers)) as web:
        web.hosts["tot.example"] = portal()
        done = crawled(settings(web, {"retries": 0}), tmp_path, unit("u1", HOME), unit("u2", "http://tot.example/"))
    assert (done["u1"].end.status, done["u1"].end.stopped_by) == (Status.PARTIAL, StoppedBy.TOO_MANY_FAULTS)
    assert done["u1"].end.failed == 15
    assert done["u2"].end.status is Status.AUDITED


def test_nothing_on_the_own_network_is_asked_unless_allowed(tmp_path: Path) -> None:
    with serving(Web({"trong.example": portal()})) as web:
        here = {"trong.example": "127.0.0.1"}
        target = unit("u1", f"http://trong.example:{web.port}/")
        refused = crawled(settings(None, hosts=here), tmp_path / "1", target)["u1"]
        assert web.asked == []
        through = crawled(settings(web, hosts=here), tmp_path / "2", unit("u1", "http://trong.example/"))["u1"]
        assert web.asked == []
        allowed = crawled(settings(None, hosts=here, allow_private_addresses=True), tmp_path / "3", target)["u1"]
    assert (refused.end.status, refused.end.status_reason) == (Status.UNREACHABLE, "private_address")
    assert (through.end.status, through.end.status_reason) == (Status.UNREACHABLE, "private_address")
    assert allowed.end.pages == 4


# --- many units, and ends --------------------------------------------------------------------------------------------


def test_units_enter_as_others_leave(tmp_path: Path) -> None:
    hosts = [f"t{n}.example" for n in range(12)]
    taken: list[int] = []
    done: list[str] = []
    seen: list[Progress] = []

    def units() -> object:
        for host in hosts:
            taken.append(len(done))
            yield unit(host, f"http://{host}/")

    with serving(Web({host: portal() for host in hosts})) as web:
        crawl(
            units(),  # type: ignore[arg-type]
            settings(web, {"concurrent_units": 3}),
            tmp_path,
            other_unit_hosts={},
            vocabulary_terms=(),
            on_unit=lambda left, path: done.append(left.id),
            on_progress=seen.append,
        )
    assert sorted(done) == sorted(hosts)
    assert all(before >= number - 3 for number, before in enumerate(taken))
    assert (seen[-1].units_done, seen[-1].units_total, seen[-1].pages) == (12, None, 48)


def test_visits_begin_one_after_the_other_so_that_no_server_meets_all_of_them_at_once(tmp_path: Path) -> None:
    hosts = [f"t{n}.example" for n in range(4)]
    with serving(Web(dict.fromkeys(hosts, portal()))) as web:
        crawled(
            settings(web, {"concurrent_units": 4, "delay_seconds": 0.2}),
            tmp_path,
            *(unit(host, f"http://{host}/") for host in hosts),
        )
        begun = sorted(min(x.at for x in web.asked if x.host == host) for host in hosts)
    assert min(later - earlier for earlier, later in pairwise(begun)) > 0.07


def test_a_small_crawl_does_not_wait_for_the_turns_of_visits_that_it_does_not_have(tmp_path: Path) -> None:
    with serving(site(portal())) as web:
        started = monotonic()
        one(web, tmp_path, HOME, {"concurrent_units": 900})  # of which the last would have its turn after 90 seconds
        assert monotonic() - started < 20


def test_a_crash_of_ours_costs_one_unit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(body: bytes, content_type: str) -> None:
        if b"no" in body:
            raise RuntimeError("no such thing")
        raise AssertionError

    monkeypatch.setattr("spiders.visit.parse", crash)
    with serving(site({"/": page("no")})) as web:
        archive = one(web, tmp_path, HOME)
    assert (archive.end.status, archive.end.stopped_by) == (Status.ERROR, StoppedBy.ERROR)
    assert [x.cause for x in archive.failures] == [Cause.CRASH]


def test_stopping_leaves_no_half_archive_under_its_final_name(tmp_path: Path) -> None:
    @Acts
    async def never(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(30)

    with serving(site(portal(**{"/a": never}))) as web:
        started = monotonic()
        with pytest.raises(CrawlStoppedError):
            crawl(
                [unit("u1", HOME)],
                settings(web, {"timeout_seconds": 30}),
                tmp_path,
                other_unit_hosts={},
                vocabulary_terms=(),
                on_unit=lambda left, path: None,
                should_stop=lambda: monotonic() - started > 0.5,
            )
        assert monotonic() - started < 3
    assert not list(tmp_path.glob("*.warc.gz"))


KILLED = """
import sys
from pathlib import Path
from tests.spiders.web import settings, unit, Web
from spiders.crawl import crawl
web = Web(port=int(sys.argv[1]))
units = [unit("xong", "http://xong.example/"), unit("dang", "http://dang.example/")]
crawl(units, settings(web, {"timeout_seconds": 60}), Path(sys.argv[2]),
      other_unit_hosts={}, vocabulary_terms=(), on_unit=lambda u, p: print(u.id, flush=True))
"""


def test_a_kill_leaves_finished_units_and_nothing_that_looks_finished(tmp_path: Path) -> None:
    @Acts
    async def never(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)

    with (
        serving(Web({"xong.example": portal(), "dang.example": portal(**{"/a": never})})) as web,
        subprocess.Popen(
            [sys.executable, "-c", KILLED, str(web.port), str(tmp_path)],
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
        ) as process,
    ):
        assert process.stdout is not None
        assert process.stdout.readline().strip() == b"xong"
        wait_for(lambda: "/a" in web.targets("dang.example"))
        process.kill()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dang.warc.gz.open", "xong.warc.gz"]


def test_a_full_disk_ends_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("auditor.archive.ArchiveWriter._write", full)
    with serving(site(portal())) as web, pytest.raises(OSError, match="No space left"):
        one(web, tmp_path, HOME)


def test_what_the_caller_raises_ends_the_run_and_reaches_the_caller(tmp_path: Path) -> None:
    def refuse(*_: object) -> None:
        raise KeyError("store lost")

    with serving(site(portal())) as web, pytest.raises(KeyError, match="store lost"):
        crawl(
            [unit("u1", HOME)],
            settings(web),
            tmp_path,
            other_unit_hosts={},
            vocabulary_terms=(),
            on_unit=refuse,
        )
