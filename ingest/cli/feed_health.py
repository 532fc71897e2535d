"""`ingest feeds list` and `ingest feeds show`: how the feeds are doing, and why each is polled when it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from ingest.cli import output
from ingest.cli.frame import WRONG_USAGE
from ingest.cli.options import Config, Database, Json, open_archive
from storage.errors import ArchiveMissing

if TYPE_CHECKING:
    from ingest.config import FeedSettings, OutletSettings
    from storage.records import FeedRow, OutletRow, PollRow

DECISIONS = 10  # polls that --why explains
INSECURE = "insecure_tls: the server's certificate is not verified"
STATUSES = ("ok", "new", "failing", "gap", "gone", "off", "removed")


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed as the archive and the settings know it; what one of them does not know is None."""

    outlet: str
    url: str
    row: FeedRow | None
    settings: FeedSettings | None
    enabled: bool | None

    @property
    def status(self) -> str:
        """As in the archive; `off` where the settings say so."""
        if self.enabled is False:
            return "off"
        return self.row.status if self.row else "new"


@dataclass(frozen=True, slots=True)
class Known:
    """Every feed and outlet that the archive or the settings know of; the last polls of each feed asked for."""

    feeds: list[Feed]
    outlets: dict[str, OutletRow]
    configured: Mapping[str, OutletSettings]


def list_feeds(
    outlet: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Only this outlet; may be repeated.")] = None,
    status: Annotated[
        list[str] | None, typer.Option(metavar="WORD", help=f"Only {', '.join(STATUSES)}; may be repeated.")
    ] = None,
    json: Json = False,
    config: Config = None,
    database: Database = None,
) -> None:
    """List feeds: status, when each is due, what is wrong with it."""
    for word in status or ():
        if word not in STATUSES:
            _refuse(f"--status: {word!r} is none of {', '.join(STATUSES)}")
    known = known_feeds(config, database)
    for name in outlet or ():
        if name not in known.outlets and name not in known.configured:
            _refuse(f"--outlet: no outlet is named {name!r}{_hint(name, [*known.outlets, *known.configured])}")
    chosen = [
        feed for feed in known.feeds if (not outlet or feed.outlet in outlet) and (not status or feed.status in status)
    ]
    if json:
        output.json_lines(map(document, chosen))
    else:
        _print_list(chosen, with_removed=bool(status))


def show_feed(
    name: Annotated[str, typer.Argument(metavar="NAME", help="An outlet's name or a feed's address.")],
    why: Annotated[bool, typer.Option("--why", help="Explain the last ten polls.")] = False,
    json: Json = False,
    config: Config = None,
    database: Database = None,
) -> None:
    """Show a feed, or all feeds of an outlet; with --why also what was decided at the last polls."""
    known = known_feeds(config, database)
    chosen = _named(known, name)
    polls = _polls(chosen, config, database) if why else {}
    if json:
        documents = [document(feed) | ({"polls": polls.get(feed.url, [])} if why else {}) for feed in chosen]
        output.json_document({**_outlet_document(known, chosen, name), "feeds": documents})
        return
    about = _outlet_document(known, chosen, name)
    output.line(output.clean_line(", ".join(about[key] for key in ("name", "title", "language", "home") if about[key])))
    for feed in chosen:
        output.line()
        _print_feed(feed)
        if why:
            _print_polls(polls.get(feed.url, []))


# --- what there is ----------------------------------------------------------------------------------------------------


def known_feeds(config: Path | None, database: str | None) -> Known:
    """What archive and settings say together. Either may be missing, not both."""
    settings = _settings(config)
    rows: list[FeedRow] = []
    outlets: list[OutletRow] = []
    try:
        with open_archive(config, database) as archive:
            rows, outlets = archive.feeds(), archive.outlets()
    except ArchiveMissing:
        if not settings:
            raise
    listed = {feed.url: (outlet, feed) for outlet in settings for feed in outlet.feeds}
    feeds = [_feed(row.outlet, row.url, row, listed.pop(row.url, None)) for row in rows]
    feeds += [_feed(outlet.name, url, None, (outlet, feed)) for url, (outlet, feed) in listed.items()]
    feeds.sort(key=lambda feed: feed.outlet)  # stable: within an outlet as in the archive, new ones last
    return Known(feeds, {row.name: row for row in outlets}, {outlet.name: outlet for outlet in settings})


def _feed(outlet: str, url: str, row: FeedRow | None, listed: tuple[OutletSettings, FeedSettings] | None) -> Feed:
    enabled = listed[0].enabled and listed[1].enabled if listed else None
    return Feed(outlet, url, row, listed[1] if listed else None, enabled)


def _settings(config: Path | None) -> Sequence[OutletSettings]:
    """The outlets of the settings. A mistake in them keeps nobody from looking at the archive."""
    from ingest.config import ConfigError, find_settings

    try:
        return find_settings(config, required=False).outlets
    except ConfigError as error:
        more = f" (and {len(error.problems) - 1} more)" if len(error.problems) > 1 else ""
        output.note(f"Shown without the settings: {output.clean_line(str(error.problems[0]))}{more}")
        return ()


def _named(known: Known, name: str) -> list[Feed]:
    """The feeds of an outlet, or one feed by its address, however its scheme and last slash are written."""
    from ingest.config.repetitions import spelling

    if name in known.outlets or name in known.configured:
        return [feed for feed in known.feeds if feed.outlet == name and feed.status != "removed"]
    found = [feed for feed in known.feeds if spelling(feed.url) == spelling(name)]
    if not found:
        names = [*known.outlets, *known.configured, *(feed.url for feed in known.feeds)]
        _refuse(f"no outlet or feed is named {name!r}{_hint(name, names)}")
    return found


def _polls(feeds: Sequence[Feed], config: Path | None, database: str | None) -> dict[str, list[PollRow]]:
    if not any(feed.row for feed in feeds):
        return {}
    with open_archive(config, database) as archive:
        return {feed.url: archive.polls(feed.row.id, limit=DECISIONS) for feed in feeds if feed.row}


def _hint(word: str, known: Sequence[str]) -> str:
    near = get_close_matches(word, known, n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def _refuse(message: str) -> NoReturn:
    output.complain(message)
    raise typer.Exit(WRONG_USAGE)


# --- as JSON ----------------------------------------------------------------------------------------------------------


def document(feed: Feed) -> dict[str, Any]:
    """The columns of the view `feeds`, and what the settings add: null where they do not know the feed."""
    from storage.query import columns
    from storage.records import FeedRow

    row, settings = feed.row, feed.settings
    values = {name: getattr(row, name) if row else None for name in columns(FeedRow)}
    if row is None:
        values |= {"outlet": feed.outlet, "url": feed.url, "status": "new", "failures": 0, "articles": 0}
    told = {"title": settings.title, "insecure_tls": settings.insecure_tls} if settings else {}
    return values | {"enabled": feed.enabled, "title": None, "insecure_tls": None} | told


def _outlet_document(known: Known, feeds: Sequence[Feed], name: str) -> dict[str, Any]:
    outlet = feeds[0].outlet if feeds else name
    about = known.configured.get(outlet) or known.outlets.get(outlet)
    return {"name": outlet} | {key: getattr(about, key, None) for key in ("title", "home", "language")}


# --- for people -------------------------------------------------------------------------------------------------------


def _print_list(feeds: Sequence[Feed], *, with_removed: bool) -> None:
    shown = [feed for feed in feeds if with_removed or feed.status != "removed"]
    if not shown:
        output.note("No feeds.")
        return
    now = datetime.now(UTC)
    rows = [
        (feed.outlet, short(feed.url), feed.status, _due(feed, now), _every(feed), feed.row.articles if feed.row else 0)
        for feed in shown
    ]
    output.table(("outlet", "feed", "status", "due", "every", "articles"), rows, right=("articles",), wrap=("feed",))
    print_remarks((feed.url, list(_remarks(feed))) for feed in shown)
    output.line()
    counts = Counter(feed.status for feed in feeds)
    words = ", ".join(f"{counts[status]} {status}" for status in STATUSES if counts[status])
    output.line(f"{output.count(len(feeds), 'feed')}: {words}")
    if counts["removed"] and not with_removed:
        output.note("Removed feeds are not shown; --status removed shows them.")


def _print_feed(feed: Feed) -> None:
    now = datetime.now(UTC)
    output.line(output.clean_line(feed.url))
    row = feed.row
    facts: dict[str, object] = {"title": feed.settings.title if feed.settings else None, "status": feed.status}
    if row is not None:
        facts |= {
            "polled": _moment(row.last_polled_at),
            "last success": _moment(row.last_success_at),
            "last change": _moment(row.last_changed_at),
            "next poll": ", ".join(part for part in (_moment(row.next_poll_at), _due(feed, now)) if part),
            "interval": ": ".join(part for part in (_every(feed), row.interval_reason) if part),
            "articles": row.articles,
        }
    for name, value in facts.items():
        if value not in (None, ""):
            print_indented(output.cell(value), label=f"{name:<14}")
    for remark in _remarks(feed, every_gap=True):
        print_indented(remark, label=f"{'note':<14}")


def _print_polls(polls: Sequence[PollRow]) -> None:
    output.line()
    if not polls:
        print_indented("It was never polled.")
        return
    print_indented(f"The last {output.count(len(polls), 'poll')}, the newest first ({output.zone_name()}):")
    for poll in polls:
        label = f"{output.cell(poll.at)}  "
        due = f"; next {_moment(poll.next_poll_at)}" if poll.next_poll_at else ""
        print_indented(happened(poll) + due, label=label)
        print_indented(poll.reason, label=" " * len(label))


def happened(poll: PollRow) -> str:
    """What a poll brought; why the next one is when it is, its reason says."""
    answer = f" ({poll.http_status})" if poll.http_status else ""
    words = {
        "changed": f"{output.count(poll.entries, 'entry', 'entries')}, {poll.new:,} of them new",
        "unchanged": "nothing new",
        "failed": "failed",
        "skipped": "not asked",
    }
    return words.get(poll.outcome, poll.outcome) + answer


def _remarks(feed: Feed, *, every_gap: bool = False) -> Iterator[str]:
    """What a person should know of a feed, a sentence each. `every_gap`: also one that is long past."""
    row = feed.row
    if row is not None and row.failures:
        times = "failed" if row.failures == 1 else f"failed {row.failures:,} times in a row"
        since = f"; last read {_moment(row.last_success_at)}" if row.last_success_at else "; never read so far"
        yield f"{times}: {row.last_error or 'for an unknown reason'}{since}"
    if row is not None and row.gap_since is not None and (row.status == "gap" or every_gap):
        times = f" ({row.gaps:,} times so far)" if row.gaps > 1 else ""
        span_of = " to ".join(_moment(time) for time in (row.gap_since, row.gap_until) if time)
        yield f"gap: entries of {span_of} may have been missed{times}"
    if row is not None and row.status == "gone":
        yield "the server says that the feed is gone for good"
    if row is not None and row.moved_to:
        yield f"moved for good to {row.moved_to}, which is polled instead"
    if feed.settings is not None and feed.settings.insecure_tls:
        yield INSECURE


def print_remarks(remarks: Iterable[tuple[str, Sequence[str]]]) -> None:
    """Addresses, each with what is to be said of it; those of which nothing is to be said are left out."""
    for url, sentences in remarks:
        if sentences:
            output.line()
            output.line(output.clean_line(url))
        for sentence in sentences:
            print_indented(sentence)


def print_indented(text: str, *, label: str = "") -> None:
    """Text in lines that fit, indented, behind a label that stands in the first of them."""
    from textwrap import wrap

    lines = wrap(
        output.clean_line(text),
        max(40, output.console().width),
        initial_indent="  " + label,
        subsequent_indent="  " + " " * len(label),
        break_long_words=False,
        break_on_hyphens=False,
    )
    for line in lines:
        output.line(line)


def short(url: str) -> str:
    return url.partition("://")[2].removeprefix("www.") or url


def _due(feed: Feed, now: datetime) -> str:
    if feed.status in ("off", "removed"):
        return ""
    due = feed.row.next_poll_at if feed.row else None
    return "now" if due is None or due <= now else f"in {span(due - now)}"


def _every(feed: Feed) -> str:
    seconds = feed.row.interval_seconds if feed.row else None
    return span(timedelta(seconds=seconds)) if seconds else ""


def _moment(time: datetime | None) -> str:
    return f"{output.cell(time)} {output.zone_name()}" if time else ""


def span(length: timedelta) -> str:
    """A length of time in the words of the settings and of the reasons: `40s`, `12m`, `1h30m`, `2d`."""
    from ingest.polling.durations import spoken

    minute = timedelta(minutes=1)
    return spoken(length if length < 2 * minute else minute * round(length / minute))


def ago(length: timedelta) -> str:
    """`2h ago`, `3d ago`: one unit is enough."""
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if length >= timedelta(seconds=size):
            return f"{length // timedelta(seconds=size)}{unit} ago"
    return "just now"
