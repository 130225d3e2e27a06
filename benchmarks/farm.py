"""A farm of generated portals on one loopback port: every portal is the same site in other words.

Pages are made when they are asked for, from prepared parts and the number of the portal and the page, so serving
costs little beside the crawler that is measured. The same seed gives the same bytes.

Portal N is `thcs-mau-NNNN.hcm.edu.vn`: PAGES pages of about 51 KB median, each with a menu, a side column, a
table or an article, and links that reach every page within four clicks.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from functools import lru_cache

from spiders.loopback import Answer, Request, Server, proxy_failure, run, start

PAGES = 60
AS_OF = date(2026, 10, 20)
_HOST = re.compile(r"\A(?:www\.)?thcs-mau-(\d{4})\.hcm\.edu\.vn(?::\d+)?\Z")
_PAGE = re.compile(r"\A/(?:trang-(\d{1,2})\.html)?\Z")
_HEADERS = (("Content-Type", "text/html; charset=utf-8"), ("Server", "nginx"))

_SECTIONS = (
    "Giới thiệu",
    "Cơ cấu tổ chức",
    "Quá trình hình thành và phát triển",
    "Ban giám hiệu",
    "Danh bạ",
    "Tin tức - Sự kiện",
    "Văn bản chỉ đạo",
    "Thủ tục hành chính",
    "Dịch vụ công trực tuyến",
    "Phổ biến pháp luật",
    "Niên giám thống kê",
    "Kho học liệu",
    "Tra cứu điểm",
    "Đấu thầu, mua sắm công",
    "Ba công khai",
    "Góp ý",
    "Thư viện video",
    "Người phát ngôn",
    "Ban biên tập",
    "Thời khóa biểu",
)
_WORDS = (
    "nhà trường học sinh giáo viên tổ chức hoạt động chuyên môn năm học kế hoạch phụ huynh lớp khối thi đua "
    "khen thưởng sân trường thư viện đọc sách ngoại khóa trải nghiệm câu lạc bộ thể thao âm nhạc mỹ thuật tin học "
    "ngoại ngữ toán văn khoa học tự nhiên lịch sử địa lí công nghệ giáo dục công dân an toàn giao thông y tế "
    "học đường bảo hiểm căn tin vệ sinh môi trường xanh sạch đẹp"
).split()


def host(number: int) -> str:
    """The host name of portal `number` (0 to 9999)."""
    return f"thcs-mau-{number:04d}.hcm.edu.vn"


@lru_cache(maxsize=PAGES)
def _sentences(seed: int, count: int) -> str:
    """`count` paragraphs of about 400 bytes of plausible words."""
    source = random.Random(seed)
    return "\n".join(
        f'<p style="text-align: justify;"><span style="font-size: 14pt;">{" ".join(source.choices(_WORDS, k=45))}.'
        "</span></p>"
        for _ in range(count)
    )


@lru_cache(maxsize=1)
def _furniture(seed: int) -> tuple[str, str]:
    """Head with menu, side column and footer: what every page of every portal shares, about 20 KB."""
    menu = "".join(
        f'<li class="nav-item dropdown level-1"><a class="nav-link dropdown-toggle" href="/trang-{number + 1}.html" '
        f'title="{label}" data-toggle="dropdown" aria-haspopup="true"><span>{label}</span></a></li>\n'
        for number, label in enumerate(_SECTIONS)
    )
    style = "".join(f".box-{number} .title-{number}{{color:#0a58ca;padding:{number}px}}\n" for number in range(150))
    script = "".join(f"window.setting_{number}={{speed:{number},auto:true}};\n" for number in range(90))
    head = (
        '<!DOCTYPE html>\n<html lang="vi"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>@TITLE@ - Trường THCS Mẫu @NUMB@</title><style>{style}</style><script>{script}</script></head>"
        '<body class="home"><div id="header"><a href="/">'
        '<img src="/banner.jpg" alt="Trường THCS Mẫu @NUMB@"></a></div>'
        '<form action="/trang-20.html" method="get" role="search"><input type="search" name="q" '
        f'placeholder="Tìm kiếm..."></form><nav id="menu"><ul class="navbar-nav">{menu}</ul></nav>'
    )
    source = random.Random(seed)
    blocks = "".join(
        f'<div class="widget box-{number}"><h3 class="widget-title">'
        f'<span>{" ".join(source.choices(_WORDS, k=4))}</span></h3><ul class="list-unstyled">'
        + "".join(
            f'<li class="item"><a href="/trang-{source.randrange(20, PAGES)}.html"><i class="fa fa-angle-right"></i> '
            f'{" ".join(source.choices(_WORDS, k=10))}</a> <span class="post-date">(@DATE{source.randrange(4)}@)</span>'
            "</li>\n"
            for _ in range(6)
        )
        + "</ul></div>\n"
        for number in range(6)
    )
    footer = (
        f'<aside class="sidebar">{blocks}<div class="widget"><h3>Liên kết website</h3>'
        "<select><option>-- Chọn --</option>"
        '<option value="https://hcm.edu.vn/">Sở Giáo dục và Đào tạo</option></select></div></aside>'
        "<footer><p>Trường THCS Mẫu @NUMB@. Điện thoại: 028 3000 @NUMB@. "
        "Địa chỉ: số 1 đường Mẫu, Thành phố Hồ Chí Minh. Email: lienhe@mau.example</p></footer></body></html>"
    )
    return head, footer


@lru_cache(maxsize=PAGES)
def _template(seed: int, page: int) -> bytes:
    """A page with @TITLE@ and the table filled in, @NUMB@ and @DATEn@ left open: the same for every portal."""
    head, footer = _furniture(seed)
    source = random.Random(f"{seed}-{page}")
    title = "Trang chủ" if page == 0 else _SECTIONS[(page - 1) % len(_SECTIONS)]
    paragraphs = max(8, min(140, round(source.gauss(78, 30))))
    table = "".join(
        f"<tr><td>{row}</td><td>{row}@NUMB@/KH-THCS</td><td>@DATE{row % 4}@</td>"
        f'<td><a href="/trang-{20 + (page + row) % (PAGES - 20)}.html">'
        f"Kế hoạch {' '.join(source.choices(_WORDS, k=6))}</a></td></tr>\n"
        for row in range(1, 16)
    )
    text = (
        f'{head}<main><h1>{title}</h1><div class="content">{_sentences(seed + page, paragraphs)}'
        '<table class="table table-bordered"><tr><th>STT</th><th>Số/Ký hiệu</th><th>Ngày ban hành</th>'
        f"<th>Trích yếu</th></tr>{table}</table></div></main>{footer}"
    )
    return text.replace("@TITLE@", title).encode()


def _page(seed: int, portal: int, page: int) -> bytes:
    body = _template(seed, page).replace(b"@NUMB@", b"%04d" % portal)
    for number in range(4):
        day = AS_OF - timedelta(days=1 + (portal + page) % 30 + number * 5)
        body = body.replace(b"@DATE%d@" % number, f"{day:%d/%m/%Y}".encode())
    return body


def farm(units: int, seed: int = 1) -> Callable[[Request], Answer]:
    """The farm as an application: `units` portals of PAGES pages; everything else is 404."""

    def answer(request: Request) -> Answer:
        found = _HOST.match(request.host)
        if found is None or int(found[1]) >= units:
            return proxy_failure("dns_error", f"{request.host}: unknown host")
        place = _PAGE.match(request.path)
        if place is None or int(place[1] or 0) >= PAGES:
            return Answer(404, _HEADERS, b"<html><title>404</title><h1>Not Found</h1></html>")
        return Answer(200, _HEADERS, _page(seed, int(found[1]), int(place[1] or 0)))

    return answer


def pages(portal: int, seed: int = 1) -> dict[str, bytes]:
    """A portal's pages by path."""
    return {"/" if page == 0 else f"/trang-{page}.html": _page(seed, portal, page) for page in range(PAGES)}


@contextlib.contextmanager
def serve(units: int, seed: int = 1) -> Iterator[Server]:
    """The farm in a process of its own, for as long as the context lasts."""
    with start("benchmarks.farm", ["--units", str(units), "--seed", str(seed)], [host(n) for n in range(units)]) as it:
        yield it


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line of the farm's process."""
    parser = argparse.ArgumentParser(description="Serve generated portals on a loopback port.")
    parser.add_argument("--units", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args(arguments)
    run(farm(options.units, options.seed), options.port)


if __name__ == "__main__":
    main()
