"""A few invented outlets on loopback for tests of the pipeline: each with an RSS feed and a page per article."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from random import Random

import yaml

from ingest.demo.server import Journal, OutletServer, Reception
from ingest.demo.site import Resource

START = datetime(2026, 11, 20, 8, tzinfo=UTC)
_WORDS = Path(__file__).with_name("words.txt").read_text(encoding="utf-8").split()


@dataclass(frozen=True)
class Story:
    """One article of one outlet. `status` is what its page answers."""

    number: int
    title: str
    paragraphs: tuple[str, ...]
    guid: str
    path: str
    status: int = 200
    published_at: datetime = START


def invent(seed: str, paragraphs: int = 6) -> tuple[str, ...]:
    """Paragraphs that only this seed gives: made of words, not of sense."""
    random = Random(seed)

    def sentence() -> str:
        return " ".join(random.choices(_WORDS, k=random.randint(8, 16))).capitalize() + "."

    return tuple(" ".join(sentence() for _ in range(random.randint(2, 4))) for _ in range(paragraphs))


def story(outlet: str, number: int) -> Story:
    name = f"{outlet}-{number}"
    title = " ".join(Random(name).choices(_WORDS, k=7)).capitalize()
    published = START - timedelta(minutes=7 * number)
    return Story(number, title, invent(name), f"tag:{name}", f"/news/{name}.html", published_at=published)


@dataclass
class Paper:
    """One outlet: change `stories` or `broken`, then `publish`."""

    name: str
    server: OutletServer
    stories: list[Story] = field(default_factory=list)
    broken: Resource | None = None  # what its feed answers instead
    past: list[Story] = field(default_factory=list)  # listed no longer, their pages still there
    host: str = "127.0.0.1"  # that links name
    dated: bool = True  # whether entries say when they were published

    @property
    def feed_url(self) -> str:
        return self.server.origin + "/feed.xml"

    def url(self, item: Story) -> str:
        return self.server.origin.replace("127.0.0.1", self.host) + item.path

    def revise(self, index: int, **changes: object) -> Story:
        self.stories[index] = replace(self.stories[index], **changes)  # type: ignore[arg-type]
        self.publish()
        return self.stories[index]

    def publish(self) -> None:
        pages = {item.path: self._page(item) for item in (*self.stories, *self.past)}
        self.server.resources = {"/feed.xml": self.broken or self._feed(), **pages}

    def _feed(self) -> Resource:
        items = "".join(
            f"<item><title>{item.title}</title><link>{self.url(item)}</link>"
            f'<guid isPermaLink="false">{item.guid}</guid><description>{item.paragraphs[0]}</description>'
            + (f"<pubDate>{format_datetime(item.published_at)}</pubDate>" if self.dated else "")
            + "</item>"
            for item in self.stories
        )
        body = f'<?xml version="1.0"?><rss version="2.0"><channel><title>{self.name}</title>{items}</channel></rss>'
        return Resource(body.encode(), "application/rss+xml", START + timedelta(seconds=_number(body)))

    def _page(self, item: Story) -> Resource:
        if item.status != 200:
            return Resource(b"<h1>Sorry</h1>", "text/html", status=item.status)
        text = "".join(f"<p>{paragraph}</p>" for paragraph in item.paragraphs)
        body = (
            f"<!doctype html><html lang=en><head><title>{item.title} | {self.name}</title></head><body>"
            f"<nav><a href=/>Home</a></nav><article><h1>{item.title}</h1>{text}</article>"
            "<footer><a href=/about>About us</a></footer></body></html>"
        )
        return Resource(body.encode(), "text/html; charset=utf-8", START)


def _number(body: str) -> int:
    return int.from_bytes(hashlib.blake2b(body.encode(), digest_size=3).digest())


class Papers:
    """All outlets of one test."""

    def __init__(self, outlets: int, stories: int) -> None:
        self.journal = Journal()
        self.all = [Paper(f"paper-{n}", OutletServer(f"paper-{n}", self.journal)) for n in range(outlets)]
        for paper in self.all:
            paper.stories = [story(paper.name, number) for number in range(stories)]
            paper.publish()

    def config(self, database: Path, **fetching: object) -> str:
        return yaml.safe_dump(
            {
                "database": f"sqlite:///{database}",
                "polling": {"max_age": "3650d"},
                "fetching": {
                    "deadline": "60s",
                    "per_host": {"concurrency": 8, "delay": "0s"},
                    "allow_networks": ["127.0.0.0/8"],
                    "ports": [paper.server.server_port for paper in self.all],
                    **fetching,
                },
                "outlets": [{"name": p.name, "language": "en", "feeds": [p.feed_url]} for p in self.all],
            }
        )

    def write_config(self, folder: Path, **fetching: object) -> Path:
        path = folder / "feeds.yaml"
        path.write_text(self.config(folder / "archive.db", **fetching), encoding="utf-8")
        return path


@contextmanager
def serving(outlets: int, stories: int) -> Iterator[Papers]:
    papers = Papers(outlets, stories)
    reception = Reception(tuple(paper.server for paper in papers.all))
    reception.start()
    try:
        yield papers
    finally:
        reception.close()
