"""Judging: one stored archive in, one unit's object of results.json out. No network, no clock."""

from __future__ import annotations

import gc
import hashlib
import importlib
import inspect
import logging
import pkgutil
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import auditor.checks
import auditor.facts
from auditor import ledger
from auditor.accessibility import accessibility_of
from auditor.archive import Archive, ArchiveError, read_archive
from auditor.checklist import Checklist, ChecklistError, Item
from auditor.config import Config
from auditor.facts.disclosures import Disclosures
from auditor.facts.hints import Hints
from auditor.facts.identity import Identity
from auditor.facts.pages import Pages, Reach
from auditor.facts.publications import Publications
from auditor.freshness import freshness
from auditor.links import MENU_REGIONS
from auditor.model import (
    CrawlEnd,
    Evidence,
    Finding,
    Kind,
    Reason,
    Status,
    StoppedBy,
    Unit,
    Verdict,
    Whose,
    not_applicable,
    undetermined,
)
from auditor.pictures import pictures_of
from auditor.register_index import RegisterIndex
from auditor.rendering import Need
from auditor.scoring import explain, score_unit
from auditor.urls import FILE_EXTENSIONS, extension, key
from auditor.vocabulary import Vocabulary, label_words, load_vocabulary

log = logging.getLogger(__name__)

MAX_EVIDENCE = 12
_MAX_TEXT = 600
_MAX_PAGES_LISTED = 500
# A "not found" is believed only when at most this share of the portal's menu could not be looked at. What an unread
# entry announces by its own label is judged as unseen anyway; this is for what its label does not tell.
_MAX_UNSEEN_MENU = 0.25
_ENTRY_WORDS = 7
_FOOTER_MENU = 5
_ABSENCE = frozenset({Reason.NOT_FOUND, Reason.STALE})


@dataclass(frozen=True, slots=True)
class JudgeContext:
    """What judging needs besides the archive; the same for all units of a run."""

    checklist: Checklist
    config: Config
    register: RegisterIndex
    as_of: date


@dataclass(frozen=True, slots=True)
class Answer:
    """A finding for an item."""

    item: Item
    finding: Finding


@dataclass
class _Facts:
    """Facts by type, each read at most once per unit; what one fact or check needs is told by its annotations."""

    known: dict[type, Any]
    failed: dict[type, Exception] = field(default_factory=dict)

    def get(self, wanted: type) -> Any:
        if wanted in self.known:
            return self.known[wanted]
        if wanted in self.failed:
            raise self.failed[wanted]
        reader = fact_readers()[wanted]
        try:
            value = reader(**{name: self.get(kind) for name, kind in _needs(reader).items()})
        except Exception as error:
            self.failed[wanted] = error
            raise
        self.known[wanted] = value
        return value


@cache
def fact_readers() -> Mapping[type, Callable[..., Any]]:
    """Every `read` of auditor/facts by the class that it returns."""
    readers: dict[type, Callable[..., Any]] = {}
    for module_info in pkgutil.iter_modules(auditor.facts.__path__):
        module = importlib.import_module(f"auditor.facts.{module_info.name}")
        readers[typing.get_type_hints(module.read)["return"]] = module.read
    return readers


@cache
def checks() -> Mapping[str, Callable[..., Finding]]:
    """Every check by its name: the function of that name in the file of that name."""
    return {
        info.name: getattr(importlib.import_module(f"auditor.checks.{info.name}"), info.name)
        for info in pkgutil.iter_modules(auditor.checks.__path__)
    }


@cache
def _needs(function: Callable[..., Any]) -> Mapping[str, type]:
    """The positional parameters of a fact reader or check with their classes: the facts that it declares."""
    hints = typing.get_type_hints(function)
    return {
        name: hints[name]
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.kind is not inspect.Parameter.KEYWORD_ONLY
    }


def settle_in() -> None:
    """Makes a process that only judges faster: what lasts is loaded, and the garbage collector leaves it alone.

    A unit's facts are many small objects without cycles; looking through them again and again costs a quarter of the
    time.
    """
    load_vocabulary()
    fact_readers()
    checks()
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 20, 100)


def prove_checklist(checklist: Checklist) -> None:
    """Refuses a checklist that asks a check which does not exist, or gives it options that it does not take.

    Raises ChecklistError; called once, before anything is crawled.
    """
    for item in checklist.items:
        check = checks().get(item.check)
        if check is None:
            known = ", ".join(sorted(checks()))
            raise ChecklistError(
                f"{checklist.source}: mục «{item.id}» gọi phép kiểm «{item.check}» không có. Các phép kiểm: {known}."
            )
        hints = typing.get_type_hints(check)
        taken = {
            name: parameter
            for name, parameter in inspect.signature(check).parameters.items()
            if parameter.kind is inspect.Parameter.KEYWORD_ONLY
        }
        for name, value in item.options.items():
            kinds = (int, float) if hints.get(name) is float else hints.get(name, object)
            if name not in taken or not isinstance(value, kinds) or isinstance(value, bool) != (hints[name] is bool):
                raise ChecklistError(
                    f"{checklist.source}: mục «{item.id}»: phép kiểm «{item.check}» không nhận tham số "
                    f"«{name}: {value}». Các tham số: {', '.join(taken) or 'không có'}."
                )
        for name, parameter in taken.items():
            if parameter.default is inspect.Parameter.empty and name not in item.options:
                raise ChecklistError(
                    f"{checklist.source}: mục «{item.id}»: thiếu tham số «{name}» của phép kiểm «{item.check}»."
                )


def judge_unit(archive_path: Path | None, unit: Unit, context: JudgeContext) -> dict[str, Any]:
    """The unit's object of results.json (contract.md). Never raises for anything that stands in the archive."""
    if unit.url is None:
        end = CrawlEnd(Status.NO_WEBSITE, "no_website", StoppedBy.NO_WEBSITE)
        return _result(unit, end, _all_undetermined(unit, context, Reason.NO_WEBSITE, _NO_WEBSITE), None, context)
    if archive_path is None:
        end = CrawlEnd(Status.ERROR, "crash", StoppedBy.ERROR)
        return _result(unit, end, _all_undetermined(unit, context, Reason.CRAWL_CUT_SHORT, _OURS), None, context)
    try:
        archive = read_archive(archive_path)
    except ArchiveError as error:
        log.error("%s: %s", unit.id, error)
        end = CrawlEnd(Status.ERROR, "archive_unreadable", StoppedBy.ERROR)
        return _result(unit, end, _all_undetermined(unit, context, Reason.CRAWL_CUT_SHORT, _OURS), None, context)
    return judge_archive(archive, unit, context)


def judge_archive(archive: Archive, unit: Unit, context: JudgeContext) -> dict[str, Any]:
    """As `judge_unit`, for an archive that has been read."""
    facts = _Facts(
        {
            Archive: archive,
            Unit: unit,
            CrawlEnd: archive.end,
            Vocabulary: load_vocabulary(),
            RegisterIndex: context.register,
            Config: context.config,
            date: context.as_of,
        }
    )
    end = archive.end
    try:
        pages: Pages | None = facts.get(Pages)
    except Exception:
        log.exception("%s: the pages could not be read", unit.id)
        return _result(unit, end, _all_undetermined(unit, context, Reason.CHECK_CRASHED, _OURS), None, context)
    if pages is None or pages.home is None or end.status in (Status.BLOCKED, Status.UNREACHABLE, Status.ERROR):
        reason = {
            Status.BLOCKED: Reason.BLOCKED,
            Status.UNREACHABLE: Reason.UNREACHABLE,
        }.get(end.status, Reason.CRAWL_CUT_SHORT)
        if end.status_reason == Reason.REDIRECTS_TO_OTHER_UNIT:
            reason = Reason.REDIRECTS_TO_OTHER_UNIT
        return _result(unit, end, _all_undetermined(unit, context, reason, _unread(end)), pages, context)
    unseen = _why_unseen(pages, load_vocabulary())
    answers = [Answer(item, _answer(item, unit, facts, unseen)) for item in context.checklist.items]
    result = _result(unit, end, answers, pages, context)
    result = _with_ledger(result, unit, facts, pages, context)
    result["freshness"] = _freshness(unit, facts, context)
    result["ocr"] = _digest(repr(sorted(archive.scans.items()))) if archive.scans else None
    result["proposals"] = _proposals(unit, facts, context)
    result["pictures"] = pictures_of(archive)
    result["accessibility"] = accessibility_of(archive)
    return result


def _answer(item: Item, unit: Unit, facts: _Facts, unseen: Finding | None) -> Finding:
    if not item.applies(unit.kind):
        return not_applicable("Yêu cầu này không áp dụng cho loại hình đơn vị này.")
    check = checks()[item.check]
    try:
        arguments = {name: facts.get(kind) for name, kind in _needs(check).items()}
        finding = check(**arguments, **item.options)
    except Exception as error:
        log.exception("%s: check %s of item %s crashed", unit.id, item.check, item.id)
        return undetermined(
            "Chương trình gặp lỗi khi xét mục này nên chưa kết luận; đây không phải lỗi của đơn vị.",
            [Evidence(unit.url or "", "", type(error).__name__)],
            Reason.CHECK_CRASHED,
        )
    absent = finding.verdict is Verdict.FAIL and finding.reason in _ABSENCE
    if unseen is not None and (absent or finding.reason is Reason.OTHER_NAME):
        return undetermined(f"{unseen.summary} Chưa thể kết luận là không có.", unseen.evidence, unseen.reason)
    return finding


def _why_unseen(pages: Pages, vocabulary: Vocabulary) -> Finding | None:
    """Why "not there" cannot be said of this portal, or None when enough of it was looked at."""
    home = pages.home
    assert home is not None
    need = pages.needs_browser
    if need is Need.NO_MENU and len({key(link.url) for link in home.links if link.region == "footer"}) > _FOOTER_MENU:
        need = None  # the footer names the sections that scripts would name above
    if need is Need.NO_MENU or (need is not None and len(pages.pages) <= 2):
        return undetermined(
            _NEEDS_BROWSER[need],
            [Evidence(home.url, home.title, "Trang không có nội dung này trong mã nguồn", home.fetched_at)],
            Reason.NEEDS_RENDERING,
        )
    menu = _menu_entries(pages, vocabulary)
    seen = (Reach.PAGE, Reach.ATTACHMENT, Reach.DEAD, Reach.SOFT_404, Reach.EXTERNAL, Reach.NOWHERE)
    unread = [url for url in menu.values() if pages.look(url).reach not in seen]
    if pages.cut_short or len(unread) > _MAX_UNSEEN_MENU * max(len(menu), 1):
        blocked = sum(pages.look(url).reach in (Reach.BLOCKED, Reach.FORBIDDEN) for url in unread)
        reason = Reason.BLOCKED if unread and blocked >= len(unread) / 2 else Reason.CRAWL_CUT_SHORT
        what = f"{len(unread)} trên {len(menu)} mục của menu chưa đọc được" if unread else "Chưa đọc hết cổng"
        saved = pages.end.stopped_by is StoppedBy.SAVED_COPY
        why = "không có trong bản lưu" if saved else "bị chặn, quá giới hạn hoặc lỗi đường truyền"
        return undetermined(
            f"{what} ({why}).",
            [Evidence(url, "", "Chưa đọc được") for url in unread[:3]]
            or [Evidence(home.url, home.title, "Lượt đọc bị ngắt giữa chừng", home.fetched_at)],
            reason,
        )
    return None


def _menu_entries(pages: Pages, vocabulary: Vocabulary) -> dict[str, str]:
    """Internal addresses by key that the portal offers on every page or in its menus: entries, not articles."""
    home = pages.home
    assert home is not None
    offered = [link for link in home.links if link.region in MENU_REGIONS]
    offered += [pages.occurrences[ident][0].link for ident in sorted(pages.furniture)]
    for links in (offered, home.links):
        menu = {
            key(link.url): link.url
            for link in links
            if pages.internal(link.url)
            and link.source in ("a", "area", "option", "onclick")
            and label_words(link.text).count(" ") < _ENTRY_WORDS
            and not {"login", "home"} & set(vocabulary.topics_of_label(link.text))
            and extension(link.url) not in FILE_EXTENSIONS
        }
        if menu:
            return menu
    return {}


_NEEDS_BROWSER = {
    Need.NO_CONTENT: "Trang chủ chỉ hiện nội dung khi chạy mã kịch bản nên chương trình chưa đọc được.",
    Need.SCRIPT_REDIRECT: "Trang chủ chuyển sang trang khác bằng mã kịch bản nên chương trình chưa đọc được.",
    Need.NO_MENU: "Trang chủ chỉ hiện menu khi chạy mã kịch bản nên chương trình chưa đọc được các mục trong menu.",
}
_NO_WEBSITE = "Danh sách không ghi địa chỉ trang web của đơn vị nên không có gì để xét."
_OURS = "Chương trình gặp lỗi nên chưa xét được; đây không phải lỗi của đơn vị."


def _unread(end: CrawlEnd) -> str:
    if end.status_reason == Reason.REDIRECTS_TO_OTHER_UNIT:
        return "Địa chỉ trong danh sách dẫn sang trang của một đơn vị khác nên không xét được."
    if end.status is Status.BLOCKED:
        return "Cổng từ chối cho chương trình đọc nên chưa xét được."
    if end.status is Status.UNREACHABLE:
        return "Không truy cập được cổng trong thời gian đánh giá nên chưa xét được."
    return _OURS


def _all_undetermined(unit: Unit, context: JudgeContext, reason: Reason, summary: str) -> list[Answer]:
    return [
        Answer(
            item,
            undetermined(summary, [Evidence(unit.url)] if unit.url else [], reason)
            if item.applies(unit.kind)
            else not_applicable("Yêu cầu này không áp dụng cho loại hình đơn vị này."),
        )
        for item in context.checklist.items
    ]


def _result(
    unit: Unit,
    end: CrawlEnd,
    answers: list[Answer],
    pages: Pages | None,
    context: JudgeContext,
) -> dict[str, Any]:
    items = [_item(answer) for answer in answers]
    axes, total = score_unit(items, context.checklist)
    result: dict[str, Any] = {
        "id": unit.id,
        "name": unit.name,
        "kind": str(unit.kind),
        "district": unit.district,
        "parent": unit.parent,
        "url": unit.url,
        "final_url": end.final_url,
        "status": str(end.status),
        "status_reason": end.status_reason,
        "crawl": {
            "pages": end.pages,
            "attachments": end.attachments,
            "failed": end.failed,
            "bytes": end.bytes,
            "seconds": round(end.seconds, 1),
            "stopped_by": str(end.stopped_by),
            "started_at": end.started_at or None,
            "finished_at": end.finished_at or None,
        },
        "notes": list(end.notes),
        "extra": dict(unit.extra),
        "items": items,
        "axes": axes,
        "total": total,
        "sum": explain(items, context.checklist),
        "ledger": [],
        "freshness": None,
        "proposals": [],
        "pictures": [],
        "accessibility": None,
        "pages_visited": [],
        "failures": [],
    }
    if pages is not None:
        result["pages_visited"] = [
            {"url": page.url, "status": page.status, "title": page.title[:200], "digest": _digest(pages.own_text(page))}
            for page in pages.pages[:_MAX_PAGES_LISTED]
        ]
        result["failures"] = [
            {"url": failure.url, "cause": str(failure.cause), "whose": str(failure.whose), "status": failure.status}
            for failure in sorted(pages.failures.values(), key=lambda f: (f.whose is not Whose.SITE, f.url))[:200]
        ]
    return result


def _digest(text: str) -> str:
    """Tells whether a page says the same in a later run: of its own text, so that counters and menus do not count."""
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()


def _with_ledger(
    result: dict[str, Any], unit: Unit, facts: _Facts, pages: Pages, context: JudgeContext
) -> dict[str, Any]:
    """The unit's disclosures, the milestones, and what the circular in force wants; shown, never used for a verdict."""
    if unit.kind in (Kind.SO, Kind.PHONG):
        return result
    try:
        found: Disclosures = facts.get(Disclosures)
        vocabulary = load_vocabulary()
        rows = ledger.rows(found, pages, vocabulary)
        about = {
            "milestones": list(ledger.milestones(found, result["items"], context.checklist, context.as_of)),
            "required": ledger.required(found, unit.kind, pages, vocabulary, context.as_of),
        }
    except Exception:
        log.exception("%s: the ledger could not be read", unit.id)
        return result
    return ledger.witnessed({**result, "ledger": rows, "disclosures": about}, None)


def _freshness(unit: Unit, facts: _Facts, context: JudgeContext) -> dict[str, Any] | None:
    """When the portal was updated; shown, never used for a verdict."""
    try:
        return freshness(facts.get(Publications), facts.get(Hints), load_vocabulary(), context.as_of)
    except Exception:
        log.exception("%s: the dates of publications could not be read", unit.id)
        return None


def _proposals(unit: Unit, facts: _Facts, context: JudgeContext) -> list[str]:
    """What a person should look at in the register: shown, never used for a verdict."""
    found: list[str] = []
    identity: Identity = facts.get(Identity)
    if identity.banner is None and identity.elsewhere is None:
        found.append("Trang chủ không ghi tên đơn vị; nên kiểm tra địa chỉ này có đúng là cổng của đơn vị hay không.")
    twins = [other for other in context.register.sharing(unit) if other.id != unit.id]
    if twins:
        names = "; ".join(f"{other.name} ({other.id})" for other in twins[:3])
        found.append(f"Địa chỉ này cũng được ghi cho đơn vị khác trong danh sách: {names}.")
    return found


def _item(answer: Answer) -> dict[str, Any]:
    item, finding = answer.item, answer.finding
    needs_remedy = finding.verdict in (Verdict.PARTIAL, Verdict.FAIL)
    return {
        "id": item.id,
        "verdict": str(finding.verdict),
        "score": finding.score,
        "weight": item.weight,
        "axes": list(item.axes),
        "reason": str(finding.reason),
        "summary": finding.summary[:_MAX_TEXT],
        "remedy": (finding.remedy or item.remedy)[:_MAX_TEXT] if needs_remedy else finding.remedy[:_MAX_TEXT],
        "evidence": [
            {"url": e.url, "quote": e.quote[:300], "note": e.note[:300], "fetched_at": e.fetched_at}
            for e in dict.fromkeys(finding.evidence)
        ][:MAX_EVIDENCE],
        "review": None,
    }
