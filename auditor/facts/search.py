"""The search of a portal's own content: its box, what it was asked, and what it answered."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qsl, quote_plus, unquote_plus, urlencode

from protego import Protego

from auditor.archive import Archive
from auditor.facts.pages import Pages
from auditor.model import Capture
from auditor.page import Field, Form, Page, read_page
from auditor.text import contains_words, words
from auditor.urls import absolute, host_of, key, split
from auditor.vocabulary import SearchWords, Vocabulary, load_vocabulary

_BOXES = frozenset({"text", "search", ""})
_SENDERS = frozenset({"submit", "image", "button"})
# A form with more boxes than this is a whole page wrapped in one form (ASP.NET), or a questionnaire.
_FEW_BOXES = 3
_SHORT_TEXT = 120
_WHOLE_PAGE = 1500  # characters of a form that wraps a whole page
_ENOUGH = 3
# "…?page=search&keyword=" + word: the address to which a script appends the question
_APPENDED = re.compile(r"""["'](?P<url>[^"'<>\s]{0,300}[?&](?P<name>[\w.\[\]-]{1,40})=)["']\s*\+""")
_POSTBACK = re.compile(r"""__doPostBack\(\s*(?:'|&#39;|\\')(?P<target>[^'&\\]{1,200})""")
_DISALLOW = re.compile(r"^\s*Disallow\s*:\s*(\S+)", re.I | re.M)
_HANDLER = re.compile(r"""\son(?:click|key\w+)\s*=\s*["']([^"']{3,200})["']""", re.I)
_PAGE_FORM = "__VIEWSTATE"
_PUNCTUATION = re.compile(r"[^\w\s]+")
_TITLE_END = re.compile(r"\s+[-–—|»›>·•:]+\s+|\s*[|»›]\s*")
_MIN_LETTERS = 3
_MIN_TITLE_WORDS = 5
_FEWEST_TITLE_WORDS = 4  # where no title is longer
_LISTS = frozenset({"documents", "own_resources", "forms", "exam_results", "yearbook", "disclosure"})
_FURNITURE_PAGES = 10
_HOME_AGAIN = 0.5  # of the home page's own blocks


class Reaches(StrEnum):
    """What a search box searches."""

    PORTAL = "portal"
    DOCUMENTS = "documents"
    SERVICE = "service"  # an embedded search service; whether it is restricted to the site is in `restricted`


@dataclass(frozen=True, slots=True)
class SearchForm:
    """A search box and how it is asked.

    `action` is the absolute address that answers, without query; `field` the parameter of the question; `fixed` the
    other parameters; `encoding` that of the page. `complete`: there is a way to send it. `restricted`: an embedded
    service that is told to search this site only.
    """

    page_url: str
    reaches: Reaches
    action: str
    method: str
    field: str
    fixed: tuple[tuple[str, str], ...]
    encoding: str
    label: str
    complete: bool
    restricted: bool = False

    @property
    def askable(self) -> bool:
        """Whether the question can be asked by one plain request."""
        return self.complete and bool(self.action) and bool(self.field) and self.reaches is not Reaches.SERVICE


@dataclass(frozen=True, slots=True)
class Question:
    """A question that only some article answers: `text` as one types it, the article's address and title."""

    text: str
    article_url: str
    article_title: str


@dataclass(frozen=True, slots=True)
class Trial:
    """A search that was tried. `answered` is False when no answer came for a reason that is not the site's."""

    question: str
    answer_url: str
    status: int | None
    answered: bool
    found: bool
    quote: str
    error: str
    fetched_at: str


@dataclass(frozen=True, slots=True)
class Search:
    """The portal's search. `form` searches the portal, `documents` only documents; `trials` in the order made."""

    form: SearchForm | None
    page: Page | None
    documents: SearchForm | None
    documents_page: Page | None
    trials: tuple[Trial, ...]
    robots_forbid: bool

    @property
    def found(self) -> Trial | None:
        """The first trial that found its article."""
        return next((trial for trial in self.trials if trial.found), None)


def question_request(form: SearchForm, question: str) -> tuple[str, str, bytes]:
    """(method, address, body) that ask a question. The body is empty for GET."""
    pairs = [*form.fixed, (form.field, question)]
    encoded = urlencode(pairs, encoding=form.encoding, errors="replace")
    if form.method == "post":
        return "POST", form.action, encoded.encode("ascii")
    return "GET", f"{form.action}?{encoded}", b""


def search_form(page: Page, vocabulary: Vocabulary | None = None) -> SearchForm | None:
    """The box of a page that searches the portal's own content, the surest one; None where there is none."""
    candidates = [
        form for form in _candidates(page, vocabulary or load_vocabulary()) if form.reaches is not Reaches.DOCUMENTS
    ]
    return max(candidates, key=lambda form: (form.complete, form.askable), default=None)


def rare_word(pages: Iterable[Page], *, limit: int = 400) -> Question | None:
    """Two words that stand in the title of one of the portal's articles and, where possible, not on its home page.

    Deterministic: the same pages in any order give the same question. None when no article has a title of its own.
    """
    listed = sorted(pages, key=lambda page: page.url)[:limit]
    home = next((page.words for page in listed if page.home), "")
    titles = [
        (page.url, title)
        for page in listed
        if not page.home
        for title in (*(block.text for block in page.headings if block.level == 1), *_TITLE_END.split(page.title))
    ]
    return rare_question(titles, home)


def rare_question(titles: Iterable[tuple[str, str]], home_words: str) -> Question | None:
    """As `rare_word`, from (address, title) of pages, several titles for one address being allowed, and the folded
    words of the home page.

    Names of sections and pages that say that they do not exist are no titles of articles.
    """
    vocabulary = load_vocabulary()
    listed = sorted({(key(url), words(title)): (url, title) for url, title in titles if title}.values())
    # The portal's own name stands in the titles of many pages.
    owners = Counter(words(title) for _, title in listed)
    known: dict[tuple[str, str], tuple[str, str]] = {}
    for fewest in (_MIN_TITLE_WORDS, _FEWEST_TITLE_WORDS):
        known = known or {
            (key(url), title): (url, title)
            for url, title in listed
            if owners[words(title)] == 1 and _is_article(title, fewest, vocabulary)
        }
        if not any(_runs(title) for _, title in known.values()):
            known = {}
    runs = {ident: _runs(title) for ident, (_, title) in known.items()}
    pairs = Counter(folded for found in runs.values() for folded in {folded for folded, _ in found})
    single = Counter(word for _, title in known.values() for word in set(words(title).split()))
    best: tuple[tuple[Any, ...], Question] | None = None
    for ident, (url, title) in known.items():
        for folded, shown in runs[ident]:
            first, second = folded.split()
            spread = single[first] + single[second]
            rank = (pairs[folded], contains_words(home_words, folded), spread, -len(folded), folded, url)
            if best is None or rank < best[0]:
                best = (rank, Question(shown, url, title))
    return best[1] if best else None


def _is_article(title: str, fewest: int, vocabulary: Vocabulary) -> bool:
    folded = words(title)
    count = folded.count(" ") + 1
    if count < fewest or any(folded in topic.labels for topic in vocabulary.topics.values()):
        return False
    if count < _MIN_TITLE_WORDS and (vocabulary.topics_of_label(title) or vocabulary.names.kind_of(title) is not None):
        return False  # a section or the unit itself
    texts = vocabulary.placeholders
    return not any(labels.first_in(folded) for labels in (texts.soft_404, texts.soft_404_titles, texts.empty))


def read(pages: Pages, archive: Archive, vocabulary: Vocabulary) -> Search:
    """Looks for the box on the home page first, then on others; judges every trial by what the answer shows."""
    best: tuple[SearchForm, Page] | None = None
    documents: tuple[SearchForm, Page] | None = None
    seen: set[tuple[str, str, str, bool]] = set()
    fronts = {page.key for page in pages.front}
    for page in (*pages.front, *(page for page in pages.pages if page.key not in fronts)):
        for form in _candidates(page, vocabulary):
            ident = (form.action, form.field, form.label, form.complete)
            if ident in seen:
                continue
            seen.add(ident)
            if form.reaches is Reaches.PORTAL and page.key not in fronts and _is_of_section(page, vocabulary):
                form = replace(form, reaches=Reaches.DOCUMENTS)
            if form.reaches is Reaches.DOCUMENTS:
                documents = documents or (form, page)
            elif best is None or (form.complete, form.askable) > (best[0].complete, best[0].askable):
                best = (form, page)
        if best is not None and best[0].complete and page.key in fronts:
            break
    chosen = best[0] if best else None
    return Search(
        chosen,
        best[1] if best else None,
        documents[0] if documents else None,
        documents[1] if documents else None,
        tuple(_trials(pages, archive, chosen)),
        chosen is not None and _robots_forbid(chosen, pages, archive, vocabulary.search),
    )


def _is_of_section(page: Page, vocabulary: Vocabulary) -> bool:
    """Whether a page is a list of documents or resources: a box that stands only there filters that list."""
    topics = {
        *vocabulary.topics_of_address(_path(page.url)),
        *(topic for part in _TITLE_END.split(page.title) for topic in vocabulary.topics_of_label(part)),
    }
    return not topics.isdisjoint(_LISTS)


# ---------------------------------------------------------------------- boxes


def _candidates(page: Page, vocabulary: Vocabulary) -> Iterator[SearchForm]:
    terms = vocabulary.search
    for form in page.forms:
        boxes = [box for box in form.fields if box.kind in _BOXES]
        if not boxes or (
            not form.loose and any(f.kind == "textarea" for f in form.fields) and len(boxes) <= _FEW_BOXES
        ):
            continue
        if not form.loose and _is_elsewhere(form.action, page.url):
            continue
        passwords = any(field.kind == "password" for field in form.fields)
        small = len(boxes) <= _FEW_BOXES and not passwords
        for box in boxes:
            made = _search_of(page, form, box, small, terms)
            if made is not None:
                yield made
    service = _service(page, vocabulary)
    if service is not None:
        yield service


def _is_elsewhere(action: str, page_url: str) -> bool:
    """Whether a form asks another site; hosts of one unit under two domains share their first label."""
    there, here = host_of(action), host_of(page_url)
    return bool(there) and there != here and there.partition(".")[0] != here.partition(".")[0]


def _search_of(page: Page, form: Form, box: Field, small: bool, terms: SearchWords) -> SearchForm | None:
    label = words(box.label)
    value = words(box.value) if len(box.value) < 60 else ""
    name = f"{box.name} {box.css}".lower()
    beside = words(form.text) if small and not form.loose and len(form.text) <= _SHORT_TEXT else ""
    senders = [field for field in form.fields if field.kind in _SENDERS]
    told = " ".join(words(f"{field.label} {field.value}") for field in senders) if small and not form.loose else ""
    own = f"{label} {value} {beside}"
    if _holds(own, terms.others) or any(mark in name for mark in terms.other_marks):
        return None
    score = 0
    if box.kind == "search":
        score += 3
    if label in terms.short_boxes or value in terms.short_boxes or _holds(f"{label} {value}", terms.boxes):
        score += 3
    elif _holds(f"{beside} {told}", terms.boxes) or told.strip() in terms.short_boxes:
        score += 2
    if any(mark in box.name.lower() for mark in terms.marks):
        score += 3
    elif any(mark in name for mark in terms.marks):
        score += 2
    elif small and box.name.lower() in terms.parameters:
        score += 1
    if small and not form.loose:
        about = f"{form.css} {form.onsubmit} {_path(form.action)}".lower()
        hidden = " ".join(
            field.value for field in form.fields if field.kind == "hidden" and len(field.value) < 40
        ).lower()
        score += 2 * any(mark in about for mark in terms.marks) + 2 * any(mark in hidden for mark in terms.marks)
    if score < _ENOUGH:
        return None
    selects = [field for field in form.fields if field.kind == "select"]
    of_documents = (
        _holds(f"{label} {value} {beside} {told}", terms.documents)
        or any(mark in name for mark in terms.document_marks)
        or (
            not form.loose
            and len(form.text) <= _WHOLE_PAGE
            and bool(selects)
            and any(
                _holds(words(" ".join(text for text, _ in select.options[:6])), terms.documents) for select in selects
            )
        )
    )
    return _asked(page, form, box, Reaches.DOCUMENTS if of_documents else Reaches.PORTAL, terms)


def _asked(page: Page, form: Form, box: Field, reaches: Reaches, terms: SearchWords) -> SearchForm:
    """How the box is asked: by an address that a script or button appends the question to, else as its form says."""
    label = box.label or box.value or box.name
    encoding = page.charset.encoding or "utf-8"
    appended = _appended(page, form, box, terms)
    if appended is not None:
        url, name, fixed = appended
        return SearchForm(page.url, reaches, url, "get", name, fixed, encoding, label, True)
    postback = _postback(page, box, terms)
    if postback:
        fixed = _hidden(page, form, (("__EVENTTARGET", postback),))
        return SearchForm(page.url, reaches, form.action or page.url, "post", box.name, fixed, encoding, label, True)
    page_form = any(field.name == _PAGE_FORM for field in form.fields)
    if form.loose or (page_form and not any(field.kind in ("submit", "image") for field in form.fields)):
        # The form around a whole page is sent by nothing here: only a script can ask.
        complete = _handled(page, form, box) or _has_handle(page, terms)
        return SearchForm(page.url, reaches, "", "", box.name, (), encoding, label, complete)
    parts = split(form.action)
    query = tuple(parse_qsl(parts.query, keep_blank_values=True)) if parts is not None else ()
    action = form.action.partition("?")[0]
    fixed = _hidden(page, form, ()) if form.method == "post" else _plain_fields(form)
    if form.method == "post":
        action = form.action
    # A browser drops the query of the action of a GET form; some portals rely on hidden fields of the same names.
    return SearchForm(page.url, reaches, action, form.method, box.name, fixed or query, encoding, label, True)


def _appended(
    page: Page, form: Form, box: Field, terms: SearchWords
) -> tuple[str, str, tuple[tuple[str, str], ...]] | None:
    handlers = [field.onclick for field in form.fields if field.onclick] if form.loose else [form.onsubmit, box.onclick]
    for handler in handlers:
        if handler.startswith(("/", "?", "http")) and handler.endswith("="):
            made = _template(page, handler)
            if made is not None and _of_search(handler, terms):
                return made
    if not form.loose and form.method == "get" and box.name:
        return None
    for script in page.scripts:
        if "+" not in script or not _of_search(script, terms):
            continue
        for match in _APPENDED.finditer(script):
            if _of_search(match.group("url"), terms):
                made = _template(page, match.group("url"))
                if made is not None:
                    return made
    return None


def _of_search(text: str, terms: SearchWords) -> bool:
    lowered = text.lower()
    return any(mark in lowered for mark in terms.marks) or "?s=" in lowered or "?q=" in lowered


def _template(page: Page, address: str) -> tuple[str, str, tuple[tuple[str, str], ...]] | None:
    url = absolute(address, page.base, page.charset.encoding or "utf-8")
    parts = split(url) if url else None
    if parts is None or host_of(url or "") != host_of(page.url):
        return None
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    if not pairs:
        return None
    return f"{parts.scheme}://{parts.netloc}{parts.path}", pairs[-1][0], tuple(pairs[:-1])


def _postback(page: Page, box: Field, terms: SearchWords) -> str:
    if "$" not in box.name and "ctl" not in box.name.lower():
        return ""
    marks = terms.marks
    prefix = box.name.rpartition("$")[0]
    fallback = ""
    for link in page.links:
        if link.href[:11].lower() != "javascript:":
            continue
        match = _POSTBACK.search(link.href)
        if match is None:
            continue
        target = match.group("target")
        if prefix and target.rpartition("$")[0] == prefix:
            return target
        if any(mark in target.lower() for mark in marks):
            fallback = fallback or target
    return fallback


def _handled(page: Page, form: Form, box: Field) -> bool:
    """Whether some script takes the question of a box that stands in no form."""
    if box.onclick or any(field.onclick for field in form.fields if field.kind in _SENDERS and field.onclick):
        return True
    names = [name for name in (box.name, *box.css.split()) if len(name) > 3]
    return any(name in script for name in names for script in page.scripts)


def _has_handle(page: Page, terms: SearchWords) -> bool:
    """Whether something that only a script answers is called a search, or its handler is."""
    if any(not link.url and words(link.text) in (*terms.short_boxes, *terms.boxes) for link in page.links):
        return True
    handlers = (match.group(1).lower() for match in _HANDLER.finditer(page.html))
    return any(mark in handler for handler in handlers for mark in terms.marks)


def _plain_fields(form: Form) -> tuple[tuple[str, str], ...]:
    return tuple((field.name, field.value) for field in form.fields if field.kind == "hidden" and field.name)


def _hidden(page: Page, form: Form, more: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """The hidden fields with their whole values, which a page keeps only cut short."""
    names = {field.name for field in form.fields if field.kind == "hidden"}
    if not names:
        return more
    if all(len(field.value) < 300 for field in form.fields if field.kind == "hidden"):
        found = _plain_fields(form)
    else:
        found = tuple(
            (name, node.attributes.get("value") or "")
            for node in page.tree().css("input[type=hidden]")
            if (name := node.attributes.get("name") or "") in names
        )
    replaced = {name for name, _ in more}
    return (*(pair for pair in found if pair[0] not in replaced), *more)


def _service(page: Page, vocabulary: Vocabulary) -> SearchForm | None:
    """An embedded search service; restricted where its engine or its parameters name a site."""
    lowered = page.html
    for mark in vocabulary.hosts.search_services:
        if mark not in lowered:
            continue
        host = host_of(page.url)
        restricted = "gcse" in mark or "cse" in mark or f"sitesearch={host}" in lowered
        if not restricted:
            restricted = any(
                field.name in ("sitesearch", "as_sitesearch") and host in field.value
                for form in page.forms
                for field in form.fields
            )
        if restricted:
            return SearchForm(page.url, Reaches.SERVICE, "", "get", "", (), "utf-8", mark, True, True)
    return None


def _holds(text: str, labels: Iterable[str]) -> bool:
    return any(contains_words(text, label) for label in labels)


def _path(url: str) -> str:
    parts = split(url)
    return f"{parts.path}?{parts.query}" if parts is not None else ""


# ---------------------------------------------------------------------- questions and answers


def _runs(title: str) -> list[tuple[str, str]]:
    """Neighbouring pairs of words of a title: (folded, as written). Numbers and very short words are no question, nor
    are words on both sides of a mark: many searches look for the letters as they stand."""
    pairs = []
    for first, second in (pair for part in _PUNCTUATION.split(title) for pair in pairwise(part.split())):
        left, right = words(first), words(second)
        if left.isalpha() and right.isalpha() and len(left) >= _MIN_LETTERS and len(right) >= _MIN_LETTERS:
            pairs.append((f"{left} {right}", f"{first} {second}".lower()))
    return pairs


def _trials(pages: Pages, archive: Archive, form: SearchForm | None) -> Iterator[Trial]:
    known = _furniture(pages)
    # Another probe may have asked for the address that a question was sent to by POST.
    order = sorted(range(len(archive.captures)), key=lambda index: index not in archive.sent)
    probes: dict[str, Capture] = {}
    for index in order:
        if archive.captures[index].role == "probe":
            probes.setdefault(key(archive.captures[index].url), archive.captures[index])
    for kind, value in archive.notes:
        if kind != "search" or not isinstance(value, dict) or not value.get("question"):
            continue
        question, url = str(value["question"]), str(value.get("answer_url") or "")
        capture = _answer_to(archive, url, probes)
        if capture is None:
            status = value.get("status")
            status = status if isinstance(status, int) else None
            error = str(value.get("error") or "")
            site_failed = status is not None and status >= 400
            yield Trial(question, url, status, site_failed, False, "", error, "")
            continue
        found, quote = (False, "")
        if capture.status < 400:
            found, quote = _finds(read_page(capture), question, str(value.get("article_url") or ""), known, pages)
        yield Trial(question, url, capture.status, True, found, quote, "", capture.fetched_at)
    if form is not None and form.method == "get" and form.field:
        yield from _crawled_answers(pages, form, known)


def _answer_to(archive: Archive, url: str, probes: dict[str, Capture]) -> Capture | None:
    """The last answer of a chain of redirects that began at the question's address."""
    seen: set[str] = set()
    moved = {
        key(capture.url): capture.header("location") or "" for capture in archive.captures if capture.role == "redirect"
    }
    ident = key(url)
    while ident not in probes and ident in moved and ident not in seen:
        seen.add(ident)
        ident = key(absolute(moved[ident], url) or moved[ident])
    return probes.get(ident)


def _crawled_answers(pages: Pages, form: SearchForm, known: set[int]) -> Iterator[Trial]:
    """Answers to questions that links of the portal asked by themselves; only a hit tells something."""
    action = key(form.action)
    for page in pages.pages:
        parts = split(page.url)
        if parts is None or not parts.query or key(page.url.partition("?")[0]) != action:
            continue
        asked = dict(parse_qsl(parts.query)).get(form.field, "").strip()
        if len(words(asked)) >= _MIN_LETTERS:
            found, quote = _finds(page, asked, "", known, pages)
            if found:
                yield Trial(asked, page.url, page.status, True, True, quote, "", page.fetched_at)


def _furniture(pages: Pages) -> set[int]:
    """Signatures of blocks that say nothing in an answer: all of the home page, and what inner pages repeat."""
    known = {block.signature for block in pages.home.blocks} if pages.home is not None else set()
    for page in pages.pages[:_FURNITURE_PAGES]:
        own = {block.signature for block in pages.own[page.key]}
        known.update(block.signature for block in page.blocks if block.signature not in own)
    return known


def _finds(answer: Page, question: str, article_url: str, known: set[int], pages: Pages) -> tuple[bool, str]:
    """Whether an answer lists the article, or another page of the portal whose title holds the question.

    Blocks of the template say nothing, nor do those of the home page where the answer is the home page again. A single
    title that stands on the home page, too, may well be the answer.
    A portal that goes straight to its only hit has found it.
    """
    asked = words(question)
    article = key(article_url) if article_url else ""
    here = key(answer.url)
    if article and here == article:
        return True, answer.title[:300]
    own = {block.signature for block in pages.own[pages.home.key]} if pages.home is not None else set()
    shown = {block.signature for block in answer.blocks}
    if len(own & shown) < _HOME_AGAIN * len(own):
        known = known - own
    for block in answer.blocks:
        if block.signature in known:
            continue
        for index in block.links:
            link = answer.links[index]
            ident = key(link.url) if link.url else ""
            if not ident or ident == here or not pages.internal(link.url):
                continue
            if ident == article or (contains_words(words(link.text), asked) and not _asks(link.url, question)):
                return True, block.text[:300]
    return False, ""


def _asks(url: str, question: str) -> bool:
    """Whether an address only repeats the question (pages of results, sort orders)."""
    parts = split(url)
    return parts is not None and question.lower() in unquote_plus(parts.query).lower()


def _robots_forbid(form: SearchForm, pages: Pages, archive: Archive, terms: SearchWords) -> bool:
    for kind, value in archive.notes:
        if kind == "search" and isinstance(value, dict) and value.get("robots_forbids"):
            return True
    if not form.action:
        # Where only a script knows the address, robots.txt may tell it ("Disallow: /Timkiem").
        texts = (capture.body.decode("utf-8", "replace") for capture in archive.captures if capture.role == "robots")
        paths = (match.group(1).lower() for text in texts for match in _DISALLOW.finditer(text))
        return any(mark in path for path in paths for mark in terms.marks)
    if form.method == "post":
        return False
    asked = f"{form.action}?{form.field}={quote_plus('a')}"
    for capture in archive.captures:
        if (
            capture.role == "robots"
            and capture.status == 200
            and key(capture.url).partition("/")[0] == key(form.action).partition("/")[0]
        ):
            rules = Protego.parse(capture.body.decode("utf-8", "replace"))
            return not rules.can_fetch(asked, "auditor")
    return key(form.action) in pages.forbidden
