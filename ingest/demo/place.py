"""Where and when an outlet is served: what addresses and dates in its documents are made from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from string import Template

from ingest.demo.content import HERE, Publication, SampleFeed, SampleOutlet


@dataclass(frozen=True, slots=True)
class Place:
    origin: str  # http://127.0.0.1:PORT
    now: datetime  # the moment all publications are dated back from

    def url(self, path: str) -> str:
        return self.origin + path

    def image_url(self, publication: Publication) -> str:
        return self.url(f"/images/{publication.number}.png")

    def link(self, outlet: SampleOutlet, feed: SampleFeed, publication: Publication) -> str:
        """The link as a feed gives it, with the outlet's tracking parameters."""
        tracking = "?" + outlet.tracking.format(feed=feed.name) if outlet.tracking else ""
        return self.url(publication.link_path(outlet)) + tracking


@cache
def template(name: str) -> Template:
    return Template((HERE / "templates" / name).read_text("utf-8").strip())


def excerpt(text: str, limit: int = 160) -> str:
    """The beginning of `text`, at most `limit` characters, cut between words where the script has spaces."""
    if len(text) <= limit:
        return text
    return text[:limit].rpartition(" ")[0].rstrip(",;:") + "…" if " " in text[:limit] else text[:limit] + "…"
