"""The metadata: what is known of an article beside its text, each value with its source.

Where an outlet has rules of its own for a field, they go first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.pages.links import declared_canonical, lead_image, section_of, site_name, tags_of
from ingest.pages.outlet_rules import select_text
from ingest.pages.parsing import ParsedPage
from ingest.pages.people import choose_authors, split_names
from ingest.pages.times import Clock, Reading, choose_times
from ingest.pages.titles import choose_title


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known of the article beside its text; each value with its source."""

    title: tuple[str, str]
    authors: tuple[tuple[str, ...], str]
    published: Reading | None
    updated: Reading | None
    canonical: tuple[str, str]
    image: tuple[str | None, str]
    site: tuple[str | None, str]
    section: tuple[str | None, str]
    tags: tuple[tuple[str, ...], str]

    def sources(self) -> dict[str, str]:
        return {
            "title": self.title[1],
            "authors": self.authors[1],
            "published_at": self.published.source if self.published else "",
            "updated_at": self.updated.source if self.updated else "",
            "canonical_url": self.canonical[1],
            "image_url": self.image[1],
            "site_name": self.site[1],
            "section": self.section[1],
            "tags": self.tags[1],
        }


def find_metadata(source: ParsedPage, clock: Clock) -> Metadata:
    head, claims, hint, rules, blocks = source.head, source.claims, source.hint, source.rules, source.blocks
    published, updated = choose_times(
        source.root,
        blocks,
        head,
        claims,
        url=source.url,
        clock=clock,
        feed=hint.published_at,
        scripts=source.page.raw,
        search=not source.is_huge,
    )
    if own := _override(rules.date, source):
        published = clock.read(own[0], own[1]) or published
    image = lead_image(head, claims, source.url)
    return Metadata(
        title=_override(rules.title, source)
        or choose_title(blocks, head, claims, names=source.names, feed_title=hint.title),
        authors=_own_authors(source)
        or choose_authors(blocks, head, claims, names=source.names, feed_authors=hint.authors),
        published=published,
        updated=updated,
        canonical=declared_canonical(head, claims, source.url),
        image=image if image[0] or not hint.image_url else (hint.image_url, "feed"),
        site=site_name(head, claims),
        section=section_of(head, claims),
        tags=tags_of(head, claims),
    )


def _override(selectors: Sequence[str], source: ParsedPage) -> tuple[str, str] | None:
    texts = select_text(source.root, selectors) if selectors else ()
    return (texts[0], "outlet_rule") if texts else None


def _own_authors(source: ParsedPage) -> tuple[tuple[str, ...], str] | None:
    texts = select_text(source.root, source.rules.authors) if source.rules.authors else ()
    names = tuple(dict.fromkeys(name for text in texts for name in split_names(text)))
    return (names, "outlet_rule") if names else None


def is_free(source: ParsedPage) -> bool | None:
    if source.claims.free is not None:
        return source.claims.free
    tier = source.head.first("article:content_tier", "og:article:content_tier").lower()
    return {"free": True, "locked": False, "metered": True}.get(tier)
