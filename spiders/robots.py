"""What a host's robots.txt allows (RFC 9309), and the sitemaps it names."""

from __future__ import annotations

from dataclasses import dataclass

from protego import Protego

AGENT = "auditor"
MAX_BYTES = 512_000  # RFC 9309 section 2.5 asks for at least 500 KiB
MAX_CRAWL_DELAY = 10.0


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules of one host. `note` is a stable code where robots.txt could not be read: "robots_unreadable"."""

    rules: Protego | None = None
    note: str | None = None

    def allows(self, url: str) -> bool:
        """Whether an address may be asked for."""
        return self.rules is None or bool(self.rules.can_fetch(url, AGENT))

    @property
    def crawl_delay(self) -> float | None:
        """The pause that the host asks for, at most ten seconds; None where it asks for none."""
        delay = self.rules.crawl_delay(AGENT) if self.rules is not None else None
        return min(float(delay), MAX_CRAWL_DELAY) if delay else None

    @property
    def sitemaps(self) -> tuple[str, ...]:
        """The sitemaps named, in their order, each once."""
        return tuple(dict.fromkeys(self.rules.sitemaps)) if self.rules is not None else ()


ABSENT = Robots()
UNREADABLE = Robots(note="robots_unreadable")


def read_robots(status: int, content_type: str, body: bytes) -> Robots:
    """The rules that an answer to /robots.txt sets: 4xx allows everything; 5xx or a page of HTML counts as absent."""
    if 400 <= status < 500:
        return ABSENT
    if status != 200:
        return UNREADABLE
    head = body[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if ("html" in content_type.lower() and b"user-agent" not in head) or head.startswith(
        (b"<!doctype", b"<html", b"<head")
    ):
        return UNREADABLE
    return Robots(Protego.parse(body[:MAX_BYTES].decode("utf-8", "replace")))
