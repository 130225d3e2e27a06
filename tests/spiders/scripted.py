"""Portals that are nothing without their scripts, for tests of the browser's part of the crawl."""

from __future__ import annotations

import json
from collections.abc import Iterable

from tests.spiders.web import Reply, reply

NAME = "Trường Trung học cơ sở Mẫu"
MENU = (
    ("gioi-thieu", "Giới thiệu"),
    ("tin-tuc", "Tin tức"),
    ("cong-khai", "Công khai"),
    ("van-ban", "Văn bản"),
    ("thu-tuc", "Thủ tục hành chính"),
    ("lien-he", "Liên hệ"),
)
_TEXT = "Nhà trường tổ chức dạy học hai buổi mỗi ngày cho học sinh toàn trường. " * 6


def html(body: str, head: str = "", title: str = NAME) -> str:
    """A whole page."""
    return (
        f'<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>{title}</title>{head}</head>'
        f"<body>{body}</body></html>"
    )


def _data(name: str, label: str) -> Reply:
    return reply(json.dumps({"title": label, "text": f"{label}. {_TEXT}"}), kind="application/json")


def single_page_application(*, hashes: bool) -> dict[str, Reply]:
    """An application with a route per menu entry; the content of each is fetched as JSON."""
    prefix = "#/" if hashes else "/"
    menu = "".join(f'<li><a href="{prefix}{name}">{label}</a></li>' for name, label in MENU)
    where = "location.hash.slice(2)" if hashes else "location.pathname.slice(1)"
    code = f"""
      async function show() {{
        const name = {where} || "trang-chu";
        const answer = await fetch("/api/" + name);
        const page = answer.ok ? await answer.json() : {{title: "Không tìm thấy", text: "Trang không tồn tại"}};
        document.title = page.title;
        document.getElementById("app").innerHTML = `<header><h1>{NAME}</h1></header><nav><ul>{menu}</ul></nav>
          <main><h2>${{page.title}}</h2><p>${{page.text}}</p></main>`;
      }}
      addEventListener("hashchange", show);
      show();
    """
    shell = reply(html('<div id="app"></div><script src="/app.js"></script>'))
    site: dict[str, Reply] = {"/": shell, "/app.js": reply(code, kind="text/javascript")}
    for name, label in (("trang-chu", "Trang chủ"), *MENU):
        site[f"/api/{name}"] = _data(name, label)
        if not hashes:
            site[f"/{name}"] = shell
    return site


def menu_by_script(entries: Iterable[tuple[str, str]] = MENU) -> dict[str, Reply]:
    """Pages with content of their own whose menu a script writes."""
    listed = json.dumps([[f"/{name}", label] for name, label in entries])
    code = f"""
      const list = document.createElement("ul");
      for (const [href, label] of {listed}) {{
        const entry = document.createElement("li"), link = document.createElement("a");
        link.href = href; link.textContent = label; entry.append(link); list.append(entry);
      }}
      document.getElementById("menu").append(list);
    """

    def page(label: str) -> Reply:
        return reply(
            html(
                f'<div id="header"><h1>{NAME}</h1></div><div id="menu"></div><div id="main"><h2>{label}</h2>'
                f'<p>{label}. {_TEXT}</p></div><script src="/menu.js"></script>'
            )
        )

    site: dict[str, Reply] = {"/": page("Trang chủ"), "/menu.js": reply(code, kind="text/javascript")}
    site |= {f"/{name}": page(label) for name, label in entries}
    return site


def redirect_by_script() -> dict[str, Reply]:
    """A first page that is only a script, which works out where the portal is."""
    code = "var parts = ['trang', 'chu']; window.location.replace('/' + parts.join('-') + '.html');"
    links = "".join(f'<li><a href="/{name}">{label}</a></li>' for name, label in MENU)
    home = html(f"<header><h1>{NAME}</h1></header><nav><ul>{links}</ul></nav><main><p>{_TEXT}</p></main>")
    site: dict[str, Reply] = {"/": reply(html(f"<script>{code}</script>")), "/trang-chu.html": reply(home)}
    return site | {f"/{name}": reply(html(f"<h2>{label}</h2><p>{_TEXT}</p>")) for name, label in MENU}


def plain() -> dict[str, Reply]:
    """A portal that says everything without its scripts."""
    site = redirect_by_script()
    return site | {"/": site["/trang-chu.html"]}


def shell_only(code: str) -> dict[str, Reply]:
    """A page that has nothing but a script."""
    return {"/": reply(html(f'<div id="app"></div><script>{code}</script>'))}
