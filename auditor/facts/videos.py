"""Videos that play on the portal, and links to channels elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ahocorasick_rs import BytesAhoCorasick, MatchKind

from auditor.facts.pages import Pages, Reach
from auditor.page import Embed, Page
from auditor.text import contains_words, words
from auditor.urls import DOCUMENT_EXTENSIONS, IMAGE_EXTENSIONS, VIDEO_EXTENSIONS, absolute, extension, host_of
from auditor.vocabulary import Vocabulary, under

# Players that a page's scripts or handlers feed: looked for only where the source holds one of these.
_FILE_HINTS = (".mp4", ".webm", ".m4v")
_HINTS = ("/embed", "youtu", *_FILE_HINTS)
_HINT_FINDER = BytesAhoCorasick([hint.encode() for hint in _HINTS], matchkind=MatchKind.LeftmostFirst)
_COMMENT = re.compile(r"<!--.*?-->", re.S)
_QUOTED = re.compile(r"""["'(]([^"'()<>\s]{4,500}?\.(?:mp4|webm|m4v)(?:[?#][^"'()<>\s]{0,200})?)["')]""", re.I)
# A "source" may belong to a sound or a picture.
_OTHERS = frozenset({"mp3", "wav", "ogg"}) | IMAGE_EXTENSIONS
# Topics whose pages show documents in place; all others, lessons and campaigns among them, may show a video.
_SHOW_DOCUMENTS = frozenset(
    "documents procedures forms yearbook procurement disclosure disclosure_commitment disclosure_actual_quality "
    "disclosure_conditions disclosure_finance annual_report".split()
)
_DEAD = frozenset({Reach.DEAD, Reach.SOFT_404})


@dataclass(frozen=True, slots=True)
class Video:
    """A video: `dead` when its file is gone, `sample` when the page calls it a sample of the vendor."""

    url: str
    page: Page
    title: str
    dead: bool = False
    sample: bool = False


@dataclass(frozen=True, slots=True)
class Videos:
    """`playable` play on the portal itself, `elsewhere` are links that open another site.

    `perhaps` are frames that show a file of which nothing says whether it is a video or a document.
    """

    playable: tuple[Video, ...]
    elsewhere: tuple[Video, ...]
    perhaps: tuple[Video, ...] = ()

    @property
    def good(self) -> tuple[Video, ...]:
        """Those that play and are no samples."""
        return tuple(video for video in self.playable if not video.dead and not video.sample)


def read(pages: Pages, vocabulary: Vocabulary) -> Videos:
    """Looks for players in frames, video elements, links that open a player on the page, and scripts that feed one."""
    players, files = vocabulary.hosts.video_players, vocabulary.hosts.file_players
    playable: dict[str, Video] = {}
    elsewhere: dict[str, Video] = {}
    perhaps: dict[str, Video] = {}

    def add(url: str, page: Page, title: str) -> None:
        if url not in playable:
            dead = pages.internal(url) and pages.look(url).reach in _DEAD
            playable[url] = Video(url, page, title, dead, _is_sample(title, vocabulary))

    for page in pages.pages:
        for embed in page.embeds:
            if embed.url and (
                (embed.tag in ("video", "source") and extension(embed.url) not in _OTHERS)
                or any(one.search(embed.url) for one in players)
            ):
                add(embed.url, page, _title(page))
            elif embed.url and any(one.search(embed.url) for one in files):
                told = _shows_video(page, embed, vocabulary)
                if told:
                    add(embed.url, page, _title(page))
                elif told is None:
                    perhaps.setdefault(embed.url, Video(embed.url, page, embed.title or _title(page)))
    for occurrences in pages.occurrences.values():
        page, link = occurrences[0].page, occurrences[0].link
        if link.source not in ("a", "area", "onclick"):
            continue
        if extension(link.url) in VIDEO_EXTENSIONS:
            add(link.url, page, link.text or _title(page))
        elif not pages.internal(link.url):
            if any(one.search(link.url) for one in players):
                add(link.url, page, link.text or _title(page))
            elif under(host_of(link.url), vocabulary.hosts.video_hosts):
                elsewhere.setdefault(link.url, Video(link.url, page, link.text))
    if not any(not video.dead and not video.sample for video in playable.values()):
        for page in _hinting(pages):
            for url in _fed(page, players):
                add(url, page, _title(page))
    return Videos(tuple(playable.values()), tuple(elsewhere.values()), tuple(perhaps.values()))


def _shows_video(page: Page, embed: Embed, vocabulary: Vocabulary) -> bool | None:
    """Whether a frame that shows some file shows a video; None where its name and the page say nothing either way."""
    names = [name for name in (embed.title, _title(page), page.title) if name]
    topics = {
        topic for name in names for topic in (*vocabulary.topics_of_label(name), *vocabulary.topics_of_title(name))
    }
    if "video" in topics or any(vocabulary.hosts.video_words.first_in(words(name)) for name in names):
        return True
    if any(contains_words(words(embed.title), kind) for kind in DOCUMENT_EXTENSIONS):
        return False
    return False if topics & _SHOW_DOCUMENTS and not page.home else None


def _hinting(pages: Pages) -> Iterator[Page]:
    """The pages whose source may hold one of the hints: told from the bytes where they are the text, which takes a
    thirtieth of the time."""
    bodies: dict[str, list[bytes]] = {}
    for capture in pages.captures:
        if capture.role == "page":
            bodies.setdefault(capture.url, []).append(capture.body)
    for page in pages.pages:
        stored = bodies.get(page.url) if page.charset.verbatim and page.key not in pages.rendered else None
        if stored is None or any(_HINT_FINDER.find_matches_as_indexes(body) for body in stored):
            yield page


def _fed(page: Page, players: tuple[re.Pattern[str], ...]) -> Iterator[str]:
    """Players that scripts, handlers and attributes of a page feed."""
    if not any(hint in page.html for hint in _HINTS):
        return
    source = _COMMENT.sub("", page.html).replace("\\/", "/")
    for player in players:
        match = player.search(source)
        if match is not None and match.group()[0] != ".":
            yield absolute(f"https://{match.group()}", page.base) or page.url
    if any(hint in source for hint in _FILE_HINTS):
        for match in _QUOTED.finditer(source):
            url = absolute(match.group(1), page.base)
            if url:
                yield url


def _title(page: Page) -> str:
    heading = next((block.text for block in page.headings if block.level in (1, 2) and block.region == ""), "")
    return heading or page.title


def _is_sample(title: str, vocabulary: Vocabulary) -> bool:
    folded = words(title)
    return any(contains_words(folded, phrase) for phrase in vocabulary.placeholders.sample)
