"""Which pages are read must depend on the portal alone, and the important ones must come first."""

from __future__ import annotations

from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.links import Link
from auditor.urls import Scope
from spiders.addresses import Terms, Worth, address_rules, shape
from spiders.frontier import Frontier, Limits, Target

HOME = "http://truong.example/"
TERMS = ("công khai", "giới thiệu", "thông báo")


def link(path: str, text: str = "", region: str = "", source: str = "a") -> Link:
    url = path if path.startswith("http") else f"http://truong.example{path}"
    return Link(url, text, source, region, path)


def frontier(pages: int = 100, files: int = 40, depth: int = 6, **more: int) -> Frontier:
    known = Frontier(Scope.of(HOME), Limits(pages, files, depth, **more), Terms(TERMS), address_rules())
    known.mark_seen(HOME)
    return known


def take_all(known: Frontier, role: str | None = "page") -> list[str]:
    taken: list[str] = []
    while target := known.next():
        taken.append(target.url.removeprefix("http://truong.example"))
        known.settle(target, "attachment" if target.file else role)
    return taken


def test_menu_then_important_labels_then_document_order() -> None:
    known = frontier()
    known.add_links(
        [
            link("/bai-1", "Hội thao chào mừng ngày nhà giáo"),
            link("/bai-2", "Thông báo về việc tuyển sinh vào lớp 6 năm học 2026-2027 của nhà trường"),
            link("/cong-khai", "Công khai"),
            link("/lien-he", "Liên hệ", "menu"),
            link("/gioi-thieu", "Giới thiệu", "menu"),
            link("/chan-trang", "Sơ đồ", "footer"),
        ],
        via=HOME,
        depth=0,
        home=True,
    )
    known.add_sitemap([HOME + "thong-bao", HOME + "bai-9"])
    assert take_all(known) == [
        "/gioi-thieu",
        "/lien-he",
        "/chan-trang",
        "/cong-khai",
        "/thong-bao",
        "/bai-2",
        "/bai-1",
        "/bai-9",
    ]


def test_addresses_outside_known_or_dangerous_are_left_alone() -> None:
    known = frontier()
    known.add_links(
        [
            link("http://khac.example/"),
            link("/", "Trang chủ"),
            link("http://www.truong.example/a"),
            link("https://truong.example/a?utm_source=x"),
            link("/dang-xuat"),
            link("/admin?action=delete&id=3"),
            link("/xoa-doi-giam-ngheo.html"),
            link("/gui", source="form"),
            link("/anh.jpg", "Ảnh"),
            link("/phim.mp4", "Phim"),
        ],
        via=HOME,
        depth=0,
        home=True,
    )
    assert take_all(known) == ["http://www.truong.example/a", "/xoa-doi-giam-ngheo.html"]
    assert known.dropped["never"] == 2


def test_print_views_and_logins_come_last() -> None:
    known = frontier()
    known.add_links([link("/a?print=1"), link("/dang-nhap"), link("/tin")], via=HOME, depth=0)
    assert take_all(known) == ["/tin", "/a?print=1", "/dang-nhap"]


def test_an_endless_calendar_ends() -> None:
    known = frontier(pages=50, per_calendar=4)
    known.add_links([link("/lich?thang=1&nam=2026")], via=HOME, depth=0)
    for step in range(2, 40):
        target = known.next()
        if target is None:
            break
        known.settle(target, "page")
        known.add_links([link(f"/lich?thang={step}&nam=2026")], via=target.url, depth=target.depth)
    assert known.pages == 4
    assert known.dropped["calendar"] == 1
    assert known.limit_reached is None


def test_many_addresses_of_one_pattern_do_not_push_out_the_others() -> None:
    known = frontier(pages=40, per_pattern=10)
    articles = [link(f"/tin-tuc/bai-viet-so-{n}-cua-truong.html", "Bài") for n in range(100)]
    known.add_links([*articles, link("/so-do.html", "Sơ đồ")], via=HOME, depth=0)
    taken = take_all(known)
    assert taken.index("/so-do.html") == 10
    assert len(taken) == 40


def test_the_limits_are_named() -> None:
    known = frontier(pages=2)
    known.add_links([link("/a"), link("/b"), link("/c")], via=HOME, depth=0)
    assert take_all(known) == ["/a", "/b"]
    assert known.limit_reached == "max_pages"
    assert known.unvisited() == ("http://truong.example/c",)

    known = frontier(depth=1)
    known.add_links([link("/a")], via=HOME, depth=0)
    known.add_links([link("/a/b")], via=HOME + "a", depth=1)
    assert take_all(known) == ["/a"]
    assert known.limit_reached == "max_depth"

    known = frontier()
    known.add_links([link("/a")], via=HOME, depth=0)
    assert take_all(known) == ["/a"]
    assert known.limit_reached is None


def test_dead_links_do_not_keep_a_crawl_going_for_ever() -> None:
    known = frontier(pages=5)
    known.add_links([link(f"/x{n}") for n in range(200)], via=HOME, depth=0)
    assert len(take_all(known, role=None)) == 30


def test_files_have_a_budget_of_their_own_and_important_ones_come_first() -> None:
    known = frontier(files=2)
    known.add_links(
        [
            link("/thuc-don.pdf", "Thực đơn"),
            link("/bieu-mau.pdf", "Công khai năm học 2025-2026"),
            link("/tap-ky-yeu.docx", "Kỷ yếu"),
            link("/cong-khai-1.jpg", "Công khai mẫu 9"),
        ],
        via=HOME,
        depth=0,
    )
    assert take_all(known) == ["/bieu-mau.pdf", "/thuc-don.pdf"]


def test_frames_are_read_at_the_depth_of_their_page() -> None:
    known = frontier()
    known.add_links([link("/a"), link("/menu.html", source="frame")], via=HOME, depth=0)
    target = known.next()
    assert target is not None
    assert (target.url, target.depth) == ("http://truong.example/menu.html", 0)


def test_a_redirect_counts_its_hops_and_known_addresses_are_not_read_twice() -> None:
    known = frontier()
    known.add_links([link("/cu")], via=HOME, depth=0)
    source = known.next()
    assert source is not None
    known.settle(source, None)
    known.add_redirect(source, HOME + "moi")
    known.add_redirect(source, HOME)
    target = known.next()
    assert target is not None
    assert (target.url, target.hops, target.depth, known.next()) == (HOME + "moi", 1, 1, None)


SITE = {
    f"/p{n}": [link(f"/p{(n * 7 + i * 3) % 60}", TERMS[i % 3] if i % 4 == 0 else f"bài {i}") for i in range(8)]
    for n in range(60)
}


def walk(order: list[int], window: int) -> list[str]:
    """Crawls SITE with `window` requests at a time whose answers come back in an order that `order` decides."""
    known = frontier(pages=30)
    known.add_links(SITE["/p0"], via=HOME, depth=0, home=True)
    under_way: deque[Target] = deque()
    arrived: set[str] = set()
    taken: list[str] = []
    turn = 0
    while True:
        while len(under_way) < window and (target := known.next()) is not None:
            under_way.append(target)
            taken.append(target.url)
        if not under_way:
            return taken
        while under_way[0].url not in arrived:
            waiting = [target.url for target in under_way if target.url not in arrived]
            arrived.add(waiting[order[turn % len(order)] % len(waiting)])
            turn += 1
        done = under_way.popleft()
        known.settle(done, "page")
        known.add_links(SITE[done.url.removeprefix("http://truong.example")], via=done.url, depth=done.depth)


@given(st.lists(st.integers(0, 10), min_size=1, max_size=40))
def test_the_choice_does_not_depend_on_what_answers_first(order: list[int]) -> None:
    assert walk(order, 4) == walk([0], 4)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("/tin/hoi-thao-mung-ngay-20-11.html", "/tin/le-khai-giang-nam-hoc-moi.html", True),
        ("/gioi-thieu/c/12", "/gioi-thieu/c/15", True),
        ("/gioi-thieu/c/12", "/thong-bao/c/12", False),
        ("/gioi-thieu.html", "/lien-he.html", False),
        ("/index.php?nv=news&op=12", "/index.php?nv=news&op=15", True),
        ("/index.php?nv=news&op=12", "/index.php?nv=laws&op=12", False),
    ],
)
def test_shapes_tell_patterns_apart(one: str, other: str, same: bool) -> None:
    assert (shape("http://a.example" + one) == shape("http://a.example" + other)) is same


@pytest.mark.parametrize(
    ("path", "worth"),
    [
        ("/logout.aspx", Worth.NEVER),
        ("/index.php?act=dang-xuat", Worth.NEVER),
        ("/gio-hang", Worth.LOW),
        ("/tin?sort=asc", Worth.LOW),
        ("/tin/bai-12", Worth.NORMAL),
        ("/sharepoint/tin", Worth.NORMAL),
    ],
)
def test_the_worth_of_an_address(path: str, worth: Worth) -> None:
    assert address_rules().worth("http://a.example" + path) is worth


def test_pages_of_a_list_come_before_its_articles_but_not_for_ever() -> None:
    known = frontier(pages=24)
    articles = [link(f"/tin/bai-so-{n}-cua-truong-trong-nam-hoc", f"Bài viết số {n} của trường") for n in range(30)]
    known.add_links([*articles, *(link(f"/tin?p={n}", str(n)) for n in range(2, 12))], via=HOME + "tin", depth=1)
    known.add_links([link("/tin?trang=cuoi", "Trang sau »")], via=HOME + "tin", depth=1)
    taken = take_all(known)
    assert taken[:4] == ["/tin?p=2", "/tin?p=3", "/tin?p=4", "/tin?p=5"], "a sixth of the pages"
    assert taken[4].startswith("/tin/bai-so-0")


def test_the_last_article_of_a_list_without_pages_leads_to_the_older_ones() -> None:
    """A list that turns its pages by scripts shows a dozen titles; older ones stand beside its last article only."""
    known = frontier(pages=24)
    articles = [link(f"/tin/bai-so-{n}-cua-truong-trong-nam-hoc", f"Bài viết số {n} của trường") for n in range(30)]
    known.add_links(articles[:12], via=HOME + "tin", depth=1)
    first = known.next()
    assert first is not None
    assert first.url.endswith("bai-so-11-cua-truong-trong-nam-hoc")
    known.settle(first, "page")
    known.add_links(articles[8:24], via=first.url, depth=2)
    taken = take_all(known)
    assert taken[0].startswith("/tin/bai-so-23-")
    assert [path.split("-")[2] for path in taken[1:4]] == ["0", "1", "2"], "then as they stand"


def test_the_oldest_articles_of_lists_do_not_use_up_the_pages() -> None:
    known = frontier(pages=12)
    for place in range(5):
        articles = [link(f"/muc-{place}a/bai-so-{n}-cua-truong-trong-nam", f"Bài viết số {n}") for n in range(6)]
        known.add_links(articles, via=HOME, depth=1)
    taken = take_all(known)
    assert [path.split("-")[3] for path in taken[:4]] == ["5", "5", "0", "1"], "two of the twelve pages"


def test_a_picture_before_the_title_does_not_hide_the_title() -> None:
    known = frontier()
    known.add_links(
        [
            link("/tin/1", "Hội thao chào mừng ngày nhà giáo"),
            link("/tin/2"),
            link("/tin/2", "Thông báo tuyển sinh"),
            link("/tin/3"),
        ],
        via=HOME + "tin",
        depth=1,
    )
    assert take_all(known) == ["/tin/2", "/tin/1", "/tin/3"]
