"""Adding outlets and feeds to feeds.yaml as a careful person would: new lines go in, nothing else moves.

The node tree says where the lists end, and the new lines are spliced into the text there. The result is read and
compared with what was meant before it replaces the file.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from yaml import MappingNode, Node, SequenceNode

from ingest.config.document import Value, child, compose, texts
from ingest.config.problems import ConfigError, Problem, quote
from ingest.config.reading import FROM_ENVIRONMENT, check_outlet, parse_settings, read_text
from ingest.config.repetitions import spelling
from ingest.config.settings import OutletSettings, Settings
from ingest.config.writing import block_item, feed_value, flow, outlet_values

EMPTY_FILE = "# What is read: outlets and their feeds. docs/configuration.md explains every key.\noutlets: []\n"

_EMPTY_LINE = re.compile(r"\n[ \t\r]*\n")


@dataclass(frozen=True, slots=True)
class Addition:
    """What came into the file for one outlet."""

    outlet: str
    created: bool  # the outlet itself is new
    feeds: tuple[str, ...]  # the addresses of the new feeds


def add_feed(
    path: Path,
    url: str,
    outlet: str,
    *,
    about: Mapping[str, str | None] | None = None,
    environ: Mapping[str, str] | None = None,
) -> Addition:
    """Adds a feed to an outlet of the file; `about` (title, home, language, timezone) serves when the outlet is new.

    ConfigError when a value is wrong, when the feed is listed already, or when the file cannot be read or written.
    """
    described = {key: value for key, value in (about or {}).items() if value}
    new = check_outlet({"name": outlet, **described, "feeds": [url]}, "feeds add")
    return add_outlets(path, [new], environ=environ)[0]


def add_outlets(
    path: Path, outlets: Sequence[OutletSettings], *, environ: Mapping[str, str] | None = None, create: bool = False
) -> tuple[Addition, ...]:
    """Adds outlets to the file; where an outlet's name is there already, only its feeds.

    With `create`, a file that is not there begins empty. The file is replaced in one step, or not at all.
    """
    fresh = create and not path.exists()
    text = EMPTY_FILE if fresh else read_text(path)
    changed, additions = with_outlets(text, outlets, path=path, environ=environ)
    _replace(path, changed)
    return additions


def with_outlets(
    text: str, outlets: Sequence[OutletSettings], *, path: Path | str, environ: Mapping[str, str] | None = None
) -> tuple[str, tuple[Addition, ...]]:
    """The text of a configuration file with the outlets in it, and what was added. Pure."""
    before = parse_settings(text, path=path, environ=environ)
    _check_new(before, outlets, str(path))
    try:
        changed = _spliced(text, before, outlets, str(path))
        after = parse_settings(changed, path=path, environ=environ)
    except ConfigError:
        raise _unusual(str(path)) from None
    if after != _merged(before, outlets):
        raise _unusual(str(path))
    names = {outlet.name for outlet in before.outlets}
    return changed, tuple(
        Addition(outlet.name, outlet.name not in names, tuple(feed.url for feed in outlet.feeds)) for outlet in outlets
    )


def without_known(settings: Settings, outlets: Iterable[OutletSettings]) -> tuple[list[OutletSettings], list[str]]:
    """The outlets with only the feeds listed neither in the settings nor before, and the addresses left out."""
    known = {spelling(feed.url) for outlet in settings.outlets for feed in outlet.feeds}
    kept: list[OutletSettings] = []
    left: list[str] = []
    for outlet in outlets:
        new = []
        for feed in outlet.feeds:
            if spelling(feed.url) in known:
                left.append(feed.url)
            else:
                new.append(feed)
            known.add(spelling(feed.url))
        if new or not (outlet.feeds or settings.outlet(outlet.name)):
            kept.append(outlet.model_copy(update={"feeds": tuple(new)}))
    return kept, left


def _check_new(before: Settings, outlets: Sequence[OutletSettings], source: str) -> None:
    listed = {spelling(feed.url): outlet.name for outlet in before.outlets for feed in outlet.feeds}
    former = {name: outlet.name for outlet in before.outlets for name in outlet.formerly}
    problems = [
        *(f"{quote(o.name)} is a former name of {quote(former[o.name])}" for o in outlets if o.name in former),
        *(
            f"{quote(feed.url)} is listed already, under the outlet {quote(listed[spelling(feed.url)])}"
            for outlet in outlets
            for feed in outlet.feeds
            if spelling(feed.url) in listed
        ),
        *(
            f"{quote(text)} would be read from the environment"
            for outlet in outlets
            for text in texts(outlet_values(outlet))
            if FROM_ENVIRONMENT.fullmatch(text)
        ),
    ]
    if problems:
        raise ConfigError(Problem(source, None, "", message) for message in problems)


def _merged(before: Settings, outlets: Sequence[OutletSettings]) -> Settings:
    """What the file should hold afterwards."""
    added = {outlet.name: outlet for outlet in outlets}
    grown = []
    for outlet in before.outlets:
        more = added.pop(outlet.name).feeds if outlet.name in added else ()
        grown.append(outlet.model_copy(update={"feeds": (*outlet.feeds, *more)}))
    return before.model_copy(update={"outlets": (*grown, *added.values())})


def _unusual(source: str) -> ConfigError:
    return ConfigError([Problem(source, None, "", "the layout is too unusual to add to it; add the lines by hand")])


def _replace(path: Path, text: str) -> None:
    """Writes the file beside its place, then moves it there; a link stays a link, the permissions stay."""
    target = path.resolve()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("wb", dir=target.parent, prefix=f".{target.name}.", delete=False) as file:
            beside = Path(file.name)
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        beside.chmod(target.stat().st_mode if target.exists() else 0o644)
        beside.replace(target)
    except OSError as error:
        raise ConfigError([Problem(str(path), None, "", f"cannot be written: {error.strerror}")]) from None


# --- where the new lines go ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Splice:
    """Replaces the characters from `start` to `end`."""

    start: int
    end: int
    text: str


def _spliced(text: str, before: Settings, outlets: Sequence[OutletSettings], source: str) -> str:
    root = compose(text, source)
    listed = child(root, "outlets") if root else None
    if not isinstance(listed, SequenceNode):
        raise _unusual(source)
    places = {outlet.name: index for index, outlet in enumerate(before.outlets)}
    new = [outlet_values(outlet) for outlet in outlets if outlet.name not in places]
    splices = [_appended(text, listed, new)] if new else []
    for outlet in outlets:
        feeds = child(listed.value[places[outlet.name]], "feeds") if outlet.name in places else None
        if isinstance(feeds, SequenceNode):
            splices.append(_appended(text, feeds, [feed_value(feed) for feed in outlet.feeds]))
    for splice in sorted(splices, key=lambda splice: splice.start, reverse=True):
        text = text[: splice.start] + splice.text + text[splice.end :]
    return text


def _appended(text: str, items: SequenceNode, new: Sequence[Value]) -> _Splice:
    """Puts new items behind the last one, in the manner of the list."""
    start, end = items.start_mark.index, items.end_mark.index
    if items.flow_style and items.value:
        place = _end(text, items.value[-1])
        return _Splice(place, place, "".join(f", {flow(item)}" for item in new))
    if items.flow_style and _are_outlets(new) and not text[start + 1 : end - 1].strip():  # [] becomes a block list
        return _Splice(len(text[:start].rstrip(" ")), end, _lines(text, new, indent=_indent(text, start) + 2))
    if items.flow_style:
        return _Splice(end - 1, end - 1, ", ".join(map(flow, new)))
    place = _line_end(text, _end(text, items.value[-1]))
    airy = _are_outlets(new) and _EMPTY_LINE.search(text[start : items.value[-1].start_mark.index]) is not None
    return _Splice(place, place, _lines(text, new, indent=items.start_mark.column, airy=airy))


def _are_outlets(items: Sequence[Value]) -> bool:
    return any(isinstance(item, dict) and "feeds" in item for item in items)


def _lines(text: str, items: Sequence[Value], *, indent: int, airy: bool = False) -> str:
    lines = [line for item in items for line in ([""] if airy else []) + block_item(item, indent)]
    line_break = "\r\n" if "\r\n" in text else "\n"
    return "".join(line_break + line for line in lines)


def _end(text: str, node: Node) -> int:
    """Where the last character of a value stands; a block's own mark lies behind the comments that follow it."""
    while isinstance(node, SequenceNode | MappingNode) and not node.flow_style:
        last = node.value[-1]
        node = last[1] if isinstance(node, MappingNode) else last
    start = node.start_mark.index
    return start + len(text[start : node.end_mark.index].rstrip())


def _line_end(text: str, index: int) -> int:
    end = text.find("\n", index)
    end = len(text) if end < 0 else end
    return end - 1 if text[end - 1 : end] == "\r" else end


def _indent(text: str, index: int) -> int:
    line = text[text.rfind("\n", 0, index) + 1 : index]
    return len(line) - len(line.lstrip(" "))
