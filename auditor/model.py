"""The nouns of the program: units, captures, evidence, findings. Frozen values without behaviour of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What an education unit is; the values stand in registers and in results.json."""

    SO = "so"
    PHONG = "phong"
    MN = "mn"
    TH = "th"
    THCS = "thcs"
    THPT = "thpt"
    LIEN_CAP = "lien_cap"
    GDTX = "gdtx"
    KHAC = "khac"


class Verdict(StrEnum):
    """The answer to one item for one unit (items.yaml, head)."""

    PASS = "pass"
    PARTIAL = "partial"
    FAIL = "fail"
    MANUAL = "manual"
    NOT_APPLICABLE = "not_applicable"
    UNDETERMINED = "undetermined"


class Status(StrEnum):
    """How far the audit of a unit came."""

    AUDITED = "audited"
    PARTIAL = "partial"
    UNREACHABLE = "unreachable"
    BLOCKED = "blocked"
    NO_WEBSITE = "no_website"
    ERROR = "error"


class StoppedBy(StrEnum):
    """What ended the crawl of a unit. COMPLETE: nothing was left to visit; SAVED_COPY: a saved copy lacks pages."""

    COMPLETE = "complete"
    MAX_PAGES = "max_pages"
    MAX_DEPTH = "max_depth"
    MAX_SECONDS = "max_seconds"
    MAX_ARCHIVE_BYTES = "max_archive_bytes"
    TOO_MANY_FAULTS = "too_many_faults"
    SAVED_COPY = "saved_copy"
    BLOCKED = "blocked"
    UNREACHABLE = "unreachable"
    NO_WEBSITE = "no_website"
    ERROR = "error"


class Whose(StrEnum):
    """Whose fault a failure is. Only the site's own faults may ever count against a unit."""

    SITE = "site"
    NETWORK = "network"
    US = "us"


class Cause(StrEnum):
    """Why an address could not be read."""

    DNS = "dns"
    REFUSED = "refused"
    TIMEOUT = "timeout"
    TLS = "tls"
    RESET = "reset"
    HTTP_ERROR = "http_error"  # 4xx or 5xx that persisted; the status is in the failure
    CHALLENGE = "challenge"  # flood protection, captcha or maintenance page
    ROBOTS = "robots"
    TOO_LARGE = "too_large"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    OFF_SCOPE_REDIRECT = "off_scope_redirect"
    PRIVATE_ADDRESS = "private_address"
    BAD_ADDRESS = "bad_address"
    BAD_RESPONSE = "bad_response"
    CANCELLED = "cancelled"  # a limit of ours ended it
    CRASH = "crash"
    RENDERING = "rendering"  # the page needs a browser, and ours could not show it


class Reason(StrEnum):
    """Stable codes that say why a verdict is what it is (results.json, filters, statistics)."""

    FOUND = "found"
    NOT_FOUND = "not_found"
    INCOMPLETE = "incomplete"
    LINK_DEAD = "link_dead"
    SOFT_404 = "soft_404"
    EMPTY = "empty"
    PLACEHOLDER = "placeholder"
    EXTERNAL_ONLY = "external_only"
    SINGLE_DOCUMENT = "single_document"
    LOGIN_REQUIRED = "login_required"
    STALE = "stale"
    LATE = "late"
    EARLY = "early"
    UNDATABLE = "undatable"
    WRONG_VALUE = "wrong_value"
    BROKEN = "broken"
    ABUSE = "abuse"
    NEEDS_PERSON = "needs_person"
    OTHER_NAME = "other_name"  # a section of an unusual name may be the one that is asked for
    NO_DATA = "no_data"
    NOT_FOR_KIND = "not_for_kind"
    NO_SERVICE = "no_service"
    CRAWL_CUT_SHORT = "crawl_cut_short"
    BLOCKED = "blocked"
    ROBOTS_FORBID = "robots_forbid"
    UNREACHABLE = "unreachable"
    NO_WEBSITE = "no_website"
    NEEDS_RENDERING = "needs_rendering"
    CHECK_CRASHED = "check_crashed"
    REDIRECTS_TO_OTHER_UNIT = "redirects_to_other_unit"


@dataclass(frozen=True, slots=True)
class Unit:
    """One row of the register.

    `url` is normalised (scheme, punycode host) or None where the register gives none; `parent` is the id of
    the unit above where the register holds it, else the text as given; `extra` keeps unknown columns.
    """

    id: str
    name: str
    kind: Kind
    url: str | None = None
    parent: str | None = None
    district: str | None = None
    management_system: str | None = None
    row: int = 0
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Capture:
    """One answer as it was stored: `body` after content decoding, cut at the limit when `truncated`.

    `headers` hold lower-case names in the order received. `role` is one of "page", "attachment",
    "redirect", "robots", "sitemap", "probe", "rendered". `fetched_at` is ISO 8601 UTC. `depth` counts clicks
    from the home page; `via` is the address on which the link was found. `home` marks the home page.
    """

    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    fetched_at: str
    role: str = "page"
    depth: int = 0
    via: str | None = None
    home: bool = False
    truncated: bool = False
    ip_address: str | None = None

    def header(self, name: str) -> str | None:
        """First value of a header (name in lower case), or None."""
        return next((value for key, value in self.headers if key == name), None)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture (WebP) of the page `url` or of a part of it, `width` × `height` pixels. `kind` says what it shows:
    "desktop", "phone", or the place on the page that is marked: "menu", "banner", "search", "feedback", "injected".
    `offset` is where its record begins in a stored archive."""

    url: str
    kind: str
    body: bytes
    width: int
    height: int
    taken_at: str
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Failure:
    """An address that was asked and gave no usable answer, after all retries."""

    url: str
    cause: Cause
    whose: Whose
    detail: str
    at: str
    status: int | None = None
    via: str | None = None
    depth: int = 0


@dataclass(frozen=True, slots=True)
class CrawlEnd:
    """How the crawl of one unit ended; the last record of its archive.

    `addresses` are the IP addresses of the host as far as we know them; `forbidden` are addresses that
    robots.txt forbids; `unvisited` are addresses in scope that a limit left unread (the first 2,000).
    `notes` are stable codes of things worth telling (e.g. "robots_unreadable", "certificate_invalid").
    """

    status: Status
    status_reason: str
    stopped_by: StoppedBy
    final_url: str | None = None
    pages: int = 0
    attachments: int = 0
    failed: int = 0
    bytes: int = 0
    seconds: float = 0.0
    started_at: str = ""
    finished_at: str = ""
    addresses: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    unvisited: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where something was seen: the page, a quote from it (plain text), our note, the time of fetching."""

    url: str
    quote: str = ""
    note: str = ""
    fetched_at: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A check's answer. `score` is 0 to 1, None where nothing was decided. `summary` and `remedy` are Vietnamese."""

    verdict: Verdict
    reason: Reason
    summary: str
    evidence: tuple[Evidence, ...] = ()
    remedy: str = ""
    score: float | None = None


class EvidenceMissingError(ValueError):
    """A pass, partial or fail was made without evidence."""


def _decided(
    verdict: Verdict,
    score: float,
    reason: Reason,
    summary: str,
    evidence: tuple[Evidence, ...] | list[Evidence],
    remedy: str,
) -> Finding:
    if not evidence:
        raise EvidenceMissingError(f"{verdict} needs evidence: {summary}")
    return Finding(verdict, reason, summary, tuple(evidence), remedy, score)


def passed(summary: str, evidence: tuple[Evidence, ...] | list[Evidence], reason: Reason = Reason.FOUND) -> Finding:
    """The requirement is met."""
    return _decided(Verdict.PASS, 1.0, reason, summary, evidence, "")


def partial(
    summary: str,
    evidence: tuple[Evidence, ...] | list[Evidence],
    reason: Reason = Reason.INCOMPLETE,
    *,
    remedy: str = "",
    score: float = 0.5,
) -> Finding:
    """The requirement is met in part; `score` lies strictly between 0 and 1. An empty remedy takes the item's own."""
    return _decided(Verdict.PARTIAL, score, reason, summary, evidence, remedy)


def failed(
    summary: str,
    evidence: tuple[Evidence, ...] | list[Evidence],
    reason: Reason = Reason.NOT_FOUND,
    *,
    remedy: str = "",
) -> Finding:
    """The audit looked (the evidence says where) and the requirement is not met."""
    return _decided(Verdict.FAIL, 0.0, reason, summary, evidence, remedy)


def manual(
    summary: str,
    evidence: tuple[Evidence, ...] | list[Evidence] = (),
    reason: Reason = Reason.NEEDS_PERSON,
    *,
    remedy: str = "",
) -> Finding:
    """A person must decide; the evidence is laid out."""
    return Finding(Verdict.MANUAL, reason, summary, tuple(evidence), remedy)


def not_applicable(summary: str, reason: Reason = Reason.NOT_FOR_KIND) -> Finding:
    """The requirement is not for this unit."""
    return Finding(Verdict.NOT_APPLICABLE, reason, summary)


def undetermined(
    summary: str,
    evidence: tuple[Evidence, ...] | list[Evidence] = (),
    reason: Reason = Reason.CRAWL_CUT_SHORT,
) -> Finding:
    """The audit could not look; never counted against the unit."""
    return Finding(Verdict.UNDETERMINED, reason, summary, tuple(evidence))
