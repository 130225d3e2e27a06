"""The pages: a form for the address, the progress of a check, its result and its scorecard."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from auditor.checklist import Checklist, load_checklist
from auditor.config import Config
from auditor.register import RegisterError, one_unit
from reports import wording
from reports.digest import points_to_gain, sum_lines
from reports.html import page_name, page_style
from reports.inert import inert_text, shown_address, web_address
from serve.guard import SCORECARD_POLICY, Gate, TooLongError, read_form
from serve.jobs import Job, Jobs, RefusedError, State
from spiders.resolver import Guard, HostResolver, NameNotFoundError, NameServerError, PrivateAddressError

_MAX_ADDRESS = 500
_MAX_NAME = 200
_FIRST = 3
_PRIVATE = (
    "Địa chỉ này thuộc mạng nội bộ hoặc chính máy này, không phải một trang web công khai trên Internet, nên không "
    "được kiểm tra."
)


class Door:
    """Looks at what a person typed before a check is started; the check itself looks again."""

    def __init__(self, config: Config) -> None:
        network = config.network
        self._proxied = network.proxy is not None
        self._guard = Guard(network.hosts, network.allow_private_addresses, self._proxied)
        self._resolver = HostResolver(self._guard, timeout=8.0, threads=4)

    async def address(self, text: str, name: str, kind: str) -> str:
        """The address to check. Raises RefusedError with what is wrong."""
        if not text.strip():
            raise RefusedError("Hãy ghi địa chỉ trang web của trường.")
        if len(text) > _MAX_ADDRESS or len(name) > _MAX_NAME:
            raise RefusedError("Địa chỉ hoặc tên quá dài.")
        if kind and kind not in wording.KINDS:
            raise RefusedError("Không có loại hình này.")
        try:
            url = one_unit(text, name or None, kind or None).units[0].url or ""
        except RegisterError as error:
            raise RefusedError(str(error)) from error
        try:
            self._guard.check_url(url)
            if not self._proxied:
                await self._resolver.addresses(urlsplit(url).hostname or "")
        except PrivateAddressError as error:
            raise RefusedError(_PRIVATE) from error
        except NameNotFoundError as error:
            raise RefusedError("Không có trang web nào mang tên này. Hãy xem lại địa chỉ.") from error
        except NameServerError:
            pass  # the check asks again, and says so when it gets no answer either
        except ValueError as error:
            raise RefusedError("Địa chỉ này sai cách viết.") from error
        return url

    async def close(self) -> None:
        """Stops asking for names."""
        await self._resolver.close()


class Pages:
    """The pages of one server."""

    def __init__(self, jobs: Jobs, config: Config) -> None:
        self._jobs = jobs
        self.door = Door(config)
        self._checklist: Checklist = load_checklist(config.checklist)
        self._minutes = max(1, round(config.crawl.max_seconds / 60))
        environment = Environment(
            loader=PackageLoader("serve", "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )
        environment.filters.update(number=wording.number, plain=inert_text, shown=shown_address, link=web_address)
        self._templates = environment
        self._style = page_style() + (files("serve") / "templates" / "serve.css").read_text(encoding="utf-8")
        self._script = (files("serve") / "templates" / "progress.js").read_text(encoding="utf-8")

    def _page(self, template: str, http_status: int = 200, **values: Any) -> Response:
        return HTMLResponse(self._templates.get_template(template).render(**values), http_status)

    async def home(self, request: Request) -> Response:
        """The form, and what becomes of it when it is sent."""
        if request.method != "POST":
            return self._form()
        try:
            fields = await read_form(request)
        except TooLongError:
            return self._form("Nội dung gửi lên quá dài.", 413)
        given = {name: inert_text(fields.get(name), 1_000) for name in ("dia-chi", "ten", "loai-hinh")}
        address, name, kind = given["dia-chi"], given["ten"], given["loai-hinh"]
        try:
            url = await self.door.address(address, name, kind)
            job = self._jobs.start(url, name, kind, request.client.host if request.client else "")
        except RefusedError as refused:
            return self._form(str(refused), refused.status, address, name, kind)
        return RedirectResponse(f"/kiem-tra/{job.id}", 303)

    def _form(self, error: str = "", status: int = 200, address: str = "", name: str = "", kind: str = "") -> Response:
        kinds = wording.KINDS
        return self._page(
            "home.html.j2", status, error=error, address=address, name=name, kind=kind, kinds=kinds, most=self._minutes
        )

    def _job(self, request: Request) -> Job:
        job = self._jobs.find(request.path_params["job"])
        if job is None:
            raise HTTPException(404)
        return job

    async def check(self, request: Request) -> Response:
        """How a check goes, then its result."""
        job = self._job(request)
        if job.active:
            return self._page("progress.html.j2", job=job)
        if job.state is State.FAILED:
            return self._form(job.message, 200, job.url, job.name, job.kind)
        return self._page("result.html.j2", job=job, **self._result(job))

    def _result(self, job: Job) -> dict[str, Any]:
        unit, checklist = job.unit, self._checklist
        by_id = {item["id"]: item for item in unit["items"]}
        gains = points_to_gain(unit, sum_lines(unit, checklist))
        status = str(unit["status"])
        counted = {code: sum(item["verdict"] == code for item in unit["items"]) for code in wording.VERDICTS}
        return {
            "unit": unit,
            "status": wording.STATUSES[status],
            "cause": "" if status == "audited" else wording.cause(unit.get("status_reason")),
            "advice": "" if status == "audited" else wording.advice(status, unit.get("status_reason")),
            "total": unit.get("total") or {},
            "axes": [(axis, unit["axes"].get(axis.id) or {}) for axis in checklist.axes],
            "counts": [(code, worded, counted[code]) for code, worded in wording.VERDICTS.items() if counted[code]],
            "undecided": counted["manual"] + counted["undetermined"],
            "first": [(checklist.item(item), by_id[item], gain) for item, gain in gains[:_FIRST]],
        }

    async def progress(self, request: Request) -> Response:
        """For the script: whether the check goes on, and the line that says where it stands."""
        job = self._job(request)
        return JSONResponse({"active": job.active, "line": job.line()})

    async def scorecard(self, request: Request) -> Response:
        """The unit's page as the program wrote it."""
        job = self._done(request)
        path = job.folder / "units" / page_name(job.unit["page"])
        return FileResponse(path, media_type="text/html", headers={"Content-Security-Policy": SCORECARD_POLICY})

    async def picture(self, request: Request) -> Response:
        """A picture that the scorecard shows."""
        job = self._done(request)
        wanted = f"units/{request.path_params['folder']}/{request.path_params['file']}"
        if wanted not in {picture["file"] for picture in job.unit.get("pictures") or ()}:
            return self._page("missing.html.j2", 404)
        return FileResponse(job.folder / wanted, media_type="image/webp")

    async def record(self, request: Request) -> Response:
        """The record to print and sign, to which the scorecard leads."""
        job = self._done(request)
        path = job.folder / "records" / page_name(job.unit["page"])
        return FileResponse(path, media_type="text/html", headers={"Content-Security-Policy": SCORECARD_POLICY})

    async def workbook(self, request: Request) -> Response:
        """The workbook as a file to keep."""
        job = self._done(request)
        return FileResponse(job.folder / "scorecard.xlsx", filename="scorecard.xlsx")

    def _done(self, request: Request) -> Job:
        job = self._job(request)
        if job.state is not State.DONE:
            raise HTTPException(404)
        return job

    async def back(self, request: Request) -> Response:
        """Where the scorecard's link to the list of units leads."""
        return RedirectResponse(f"/kiem-tra/{self._job(request).id}", 303)

    async def style(self, request: Request) -> Response:
        """The look that the scorecards have, too."""
        return Response(self._style, media_type="text/css")

    async def script(self, request: Request) -> Response:
        """The script of the page of progress."""
        return Response(self._script, media_type="text/javascript")

    async def missing(self, request: Request, error: Exception) -> Response:
        """For addresses that lead nowhere and results that are no longer kept."""
        return self._page("missing.html.j2", 404)


def application(jobs: Jobs, config: Config, names: Collection[str]) -> Starlette:
    """The web page; `names` are the host names under which it may be asked for."""
    pages = Pages(jobs, config)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        try:
            yield
        finally:
            await jobs.close()
            await pages.door.close()

    return Starlette(
        routes=[
            Route("/", pages.home, methods=["GET", "POST"]),
            Route("/kiem-tra/{job}", pages.check),
            Route("/kiem-tra/{job}/tien-do", pages.progress),
            Route("/kiem-tra/{job}/units/{name}", pages.scorecard),
            Route("/kiem-tra/{job}/units/{folder}/{file}", pages.picture),
            Route("/kiem-tra/{job}/records/{name}", pages.record),
            Route("/kiem-tra/{job}/index.html", pages.back),
            Route("/kiem-tra/{job}/scorecard.xlsx", pages.workbook),
            Route("/style.css", pages.style),
            Route("/progress.js", pages.script),
        ],
        middleware=[Middleware(Gate, names=names)],
        exception_handlers={404: pages.missing, 405: pages.missing},
        lifespan=lifespan,
    )
