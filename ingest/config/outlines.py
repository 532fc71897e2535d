"""Outlets as OPML outlines, there and back.

An outlet is a folder with its feeds in it, or, when it has one feed only, that feed. A feed that came from another
reader's folders goes back to its place there. What OPML has no word for (an outlet's time zone, a feed's interval)
stands as JSON in two attributes of our namespace, with the keys of feeds.yaml; so this program's own files lose nothing
but what must not leave it: secrets and `insecure_tls` (`KEPT_HERE`).

Outlines of other programs are grouped into outlets by site: one registrable domain, one outlet.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ingest.config.document import Value, texts
from ingest.config.naming import OutletNames, site_of
from ingest.config.problems import ConfigError
from ingest.config.reading import FROM_ENVIRONMENT, check_outlet
from ingest.config.settings import SECRET_KEYS, FeedSettings, OutletSettings, Settings
from ingest.config.writing import feed_value, outlet_values
from ingest.feeds.opml import NAMESPACE, Outline

OUTLET = f"{{{NAMESPACE}}}outlet"  # JSON: an outlet's keys but its feeds
FEED = f"{{{NAMESPACE}}}feed"  # JSON: a feed's keys but its address and folder
KEPT_HERE = SECRET_KEYS | {"insecure_tls"}


@dataclass(frozen=True, slots=True)
class Imported:
    """What outlines came to. `problems` names, a line each, the feeds that could not be taken."""

    outlets: tuple[OutletSettings, ...]
    problems: tuple[str, ...] = ()


# --- out -------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Folder:
    """A folder while it is filled; dictionaries keep the order of arrival."""

    items: list[Outline | str] = field(default_factory=list)
    folders: dict[str, _Folder] = field(default_factory=dict)

    def at(self, path: Sequence[str]) -> _Folder:
        folder = self
        for name in path:
            if name not in folder.folders:
                folder.items.append(name)
            folder = folder.folders.setdefault(name, _Folder())
        return folder

    def outlines(self) -> tuple[Outline, ...]:
        return tuple(
            item if isinstance(item, Outline) else Outline({"text": item, "title": item}, self.folders[item].outlines())
            for item in self.items
        )


def outlines_of(settings: Settings) -> tuple[Outline, ...]:
    """All outlets, the disabled ones too, as the outlines of an OPML body."""
    top = _Folder()
    for outlet in settings.outlets:
        loose = [feed for feed in outlet.feeds if not feed.folder]
        for feed in outlet.feeds:
            if feed.folder:
                top.at(feed.folder).items.append(_feed_outline(outlet, feed, alone=True))
        if len(loose) == 1 and len(outlet.feeds) == 1:
            top.items.append(_feed_outline(outlet, loose[0], alone=True))
        elif loose or not outlet.feeds:
            children = tuple(_feed_outline(outlet, feed, alone=False) for feed in loose)
            title = outlet.title or outlet.name
            top.items.append(Outline({"text": title, "title": title, OUTLET: _outlet_json(outlet)}, children))
    return top.outlines()


def _feed_outline(outlet: OutletSettings, feed: FeedSettings, *, alone: bool) -> Outline:
    title = feed.title or outlet.title or outlet.name
    known = {"type": "rss", "text": title, "title": title, "xmlUrl": feed.url}
    told = {"htmlUrl": outlet.home, "language": outlet.language, OUTLET: _outlet_json(outlet) if alone else None}
    own = {key: value for key, value in _mapping(feed_value(feed)).items() if key not in KEPT_HERE | {"url", "folder"}}
    told[FEED] = _json(own) if own else None
    return Outline({**known, **{key: value for key, value in told.items() if value}})


def _outlet_json(outlet: OutletSettings) -> str:
    return _json({key: value for key, value in outlet_values(outlet).items() if key != "feeds"})


def _json(value: Value) -> str:
    return json.dumps(value, ensure_ascii=False)


def _mapping(value: Value) -> dict[str, Value]:
    return value if isinstance(value, dict) else {}


# --- in --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Listed:
    """One feed as an OPML file lists it; without an address: an outlet that has no feed."""

    url: str | None
    title: str
    home: str | None
    language: str | None
    folder: tuple[str, ...]
    outlet: dict[str, Value]  # what our own attributes say; empty in others' files
    feed: dict[str, Value]


def outlets_of(outlines: Iterable[Outline], settings: Settings) -> Imported:
    """The outlets that outlines describe. A site that `settings` has an outlet for joins it, under its name."""
    names = OutletNames(settings)
    gathered: dict[str, list[_Listed]] = {}
    for listed in _walk(outlines, (), {}):
        name = _own_name(listed.outlet, settings) or names.name(listed.url, listed.home, listed.title)
        gathered.setdefault(name, []).append(listed)
    outlets: list[OutletSettings] = []
    problems: list[str] = []
    for name, listed_feeds in gathered.items():
        outlet = _outlet(name, listed_feeds, problems)
        outlets += [outlet] if outlet else []
    return Imported(tuple(outlets), tuple(problems))


def _own_name(outlet: Mapping[str, Value], settings: Settings) -> str | None:
    """The name that our own attributes give; where the outlet was renamed here or there, the one it has here."""
    name, former = outlet.get("name"), outlet.get("formerly")
    if not isinstance(name, str):
        return None
    names = [name, *(former if isinstance(former, list) else [])]
    known = (settings.outlet(each) for each in names if isinstance(each, str))
    return next((outlet.name for outlet in known if outlet), name)


def _walk(outlines: Iterable[Outline], folder: tuple[str, ...], outlet: dict[str, Value]) -> Iterator[_Listed]:
    for outline in outlines:
        has = outline.attributes
        own = _own(has.get(OUTLET), "feeds")
        title = " ".join((has.get("title") or has.get("text") or "").split())
        if has.get("xmlUrl") or (own and not outline.children):
            yield _Listed(
                url=_web_address(has.get("xmlUrl")),
                title="" if FROM_ENVIRONMENT.fullmatch(title) else title,
                home=has.get("htmlUrl"),
                language=has.get("language"),
                folder=folder,
                outlet=own or outlet,
                feed=_own(has.get(FEED), *KEPT_HERE),
            )
        is_folder = title and not own and not has.get("xmlUrl")
        yield from _walk(outline.children, (*folder, title) if is_folder else folder, own or outlet)


def _own(text: str | None, *left_out: str) -> dict[str, Value]:
    """The keys that one of our attributes holds; none where one would be read from the environment."""
    try:
        values = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    if not isinstance(values, dict) or any(FROM_ENVIRONMENT.fullmatch(value) for value in texts(values)):
        return {}
    return {key: value for key, value in values.items() if key not in left_out}


def _web_address(url: str | None) -> str | None:
    """`feed:https://…` and `feed://…`, as some programs write it, mean the web."""
    return re.sub(r"^feed://", "http://", re.sub(r"^feed:(?=https?:)", "", url.strip())) if url else None


def _outlet(name: str, listed: Sequence[_Listed], problems: list[str]) -> OutletSettings | None:
    """One outlet with the feeds that are right; what is wrong with the others is added to the problems."""
    outlet: dict[str, Value] = {"name": name, "feeds": []}
    for key, value in _about(listed).items():
        if value and not _mistakes(outlet | {key: value}):
            outlet[key] = value
    feeds: list[Value] = []
    for feed in listed:
        if feed.url:
            values = _feed(feed, titled=len(listed) > 1)
            mistakes = _mistakes(outlet | {"feeds": [values]})
            problems += mistakes
            feeds += [] if mistakes else [values]
    nothing_left = not feeds and any(feed.url for feed in listed)
    return None if nothing_left else check_outlet(outlet | {"feeds": feeds}, name)


def _about(listed: Sequence[_Listed]) -> dict[str, Value]:
    first = listed[0]
    if first.outlet:
        return {key: value for key, value in first.outlet.items() if key != "name"}
    title = first.title if len(listed) == 1 else site_of(first.home) or site_of(first.url)
    return {"title": title, "home": first.home, "language": first.language}


def _feed(listed: _Listed, *, titled: bool) -> Value:
    told: dict[str, Value] = dict(listed.feed)
    if not listed.outlet and titled and listed.title:
        told["title"] = listed.title
    if listed.folder:
        told["folder"] = list(listed.folder)
    return {**told, "url": listed.url}


def _mistakes(outlet: Mapping[str, Value]) -> list[str]:
    try:
        check_outlet(outlet, "")
    except ConfigError as error:
        return [problem.message for problem in error.problems]
    return []
