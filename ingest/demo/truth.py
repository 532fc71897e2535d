"""What a perfect reader of the sample newsroom knows: texts, statuses, which articles are the same, which are not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import product

from ingest.demo.content import Publication, Story, outlets, stories
from ingest.demo.place import Place

Name = tuple[str, str]  # (outlet, slug)


@dataclass(frozen=True, slots=True)
class TrueArticle:
    """One publication as it should be archived. `paragraphs` is its body, without any of the outlet's furniture."""

    name: Name
    url: str  # of the page, as it declares itself; feeds may link with tracking parameters or through a redirect
    language: str
    authors: tuple[str, ...]
    published_at: datetime
    title: str
    paragraphs: tuple[str, ...]
    corrected_title: str | None  # as the second edition has it, if it changed the article
    corrected_paragraphs: tuple[str, ...] | None
    feed_urls: tuple[str, ...]
    edition: int  # it first appears in
    status: str  # of its entry: stored, gone or failed
    kind: str | None  # of the failure, as storage.model.FailureKind has it
    kept_from_feed: bool  # the page is refused, and the feed has the text


@dataclass(frozen=True, slots=True)
class Truth:
    """`stories` are sets of articles with the same text, of those that are stored, alone ones included."""

    articles: tuple[TrueArticle, ...]
    stories: tuple[frozenset[Name], ...]
    apart: frozenset[frozenset[Name]]  # pairs alike in subject or form that must not become one story
    contained: frozenset[tuple[Name, Name]]  # (article, round-up in which a part of it stands)
    failing_feeds: tuple[str, ...]

    def article(self, outlet: str, slug: str) -> TrueArticle:
        return next(article for article in self.articles if article.name == (outlet, slug))

    def stored(self, edition: int) -> tuple[TrueArticle, ...]:
        """Articles in the archive after the poll of `edition`."""
        return tuple(a for a in self.articles if a.status == "stored" and a.edition <= edition)

    def stories_in(self, edition: int) -> frozenset[frozenset[Name]]:
        """The partition into stories after the poll of `edition`."""
        names = {article.name for article in self.stored(edition)}
        return frozenset(story & names for story in self.stories if story & names)

    def corrected(self) -> tuple[TrueArticle, ...]:
        return tuple(article for article in self.articles if article.corrected_paragraphs is not None)

    def new_duplicates(self, edition: int) -> int:
        """How many of the articles first seen in `edition` repeat another."""
        before = {article.name for article in self.stored(edition - 1)}
        return sum(len(story - before) - (not story & before) for story in self.stories_in(edition) if story - before)

    def counts(self, edition: int) -> dict[str, int]:
        """What the report of the poll of `edition` counts under `articles`, but for `unchanged` and `pending`."""
        new = [article for article in self.articles if article.edition == edition]
        return {
            "stored": sum(article.status == "stored" for article in new),
            "updated": len(self.corrected()) if edition == 2 else 0,
            "duplicates": self.new_duplicates(edition),
            "kept_from_feed": sum(article.kept_from_feed for article in new),
            "gone": sum(article.status == "gone" for article in new),
            "failed": sum(article.status == "failed" for article in new),
        }


STATUSES = {
    "stored": ("stored", None),
    "kept_from_feed": ("stored", None),
    "gone": ("gone", "gone"),
    "robots": ("failed", "robots"),
}


def truth(places: Mapping[str, Place]) -> Truth:
    """The truth of the newsroom whose outlets are served at `places`."""
    told = stories()
    named = {story.name: [(p.outlet, p.slug) for p in story.publications] for story in told}
    apart = {frozenset(pair) for s in told for other in s.apart_from for pair in product(named[s.name], named[other])}
    contained = {
        (part, whole) for s in told for other in s.contains for whole in named[s.name] for part in named[other]
    }
    return Truth(
        articles=tuple(_article(p, places[p.outlet]) for story in told for p in story.publications),
        stories=tuple(frozenset(named[story.name]) for story in told if _stored(story)),
        apart=frozenset(apart),
        contained=frozenset(contained),
        failing_feeds=tuple(places[o.name].url(f.path) for o in outlets() for f in o.feeds if f.status != 200),
    )


def _stored(story: Story) -> bool:
    return any(STATUSES[p.expected][0] == "stored" for p in story.publications)


def _article(publication: Publication, place: Place) -> TrueArticle:
    outlet = next(outlet for outlet in outlets() if outlet.name == publication.outlet)
    first, *later = publication.versions
    status, kind = STATUSES[publication.expected]
    return TrueArticle(
        name=(publication.outlet, publication.slug),
        url=place.url(publication.page_path(outlet)),
        language=publication.language,
        authors=publication.authors,
        published_at=publication.published_at(place.now),
        title=first.title,
        paragraphs=first.paragraphs,
        corrected_title=later[0].title if later else None,
        corrected_paragraphs=later[0].paragraphs if later else None,
        feed_urls=tuple(place.url(feed.path) for feed in outlet.feeds if feed.name in publication.feeds),
        edition=publication.edition,
        status=status,
        kind=kind,
        kept_from_feed=publication.expected == "kept_from_feed",
    )
