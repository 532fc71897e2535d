"""What is run: rounds of polls over feeds alone, and articles with their pages. Each round is a run of the program."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.whole.contenders import FLOOR, INGEST, NAIVE, NEWSBOAT, READER, Contender, Setting, archive_size
from benchmarks.whole.measure import measured
from benchmarks.whole.origin import Behaviour, Origin

ARTICLE_FEEDS = 40
LATENCY = 0.05  # seconds
SHOWN = 400  # characters of a program's log when it fails

# A round: its name, how the origin answers, and who takes part beside ingest.
Rounds = Sequence[tuple[str, Behaviour, Sequence[Contender]]]

FEED_ROUNDS: Rounds = (
    ("first", Behaviour(), (FLOOR, NAIVE, READER, NEWSBOAT)),
    ("unchanged", Behaviour(), (NAIVE, READER, NEWSBOAT)),
    ("unchanged again", Behaviour(), (NAIVE, READER, NEWSBOAT)),
    ("5 % changed", Behaviour(edition=2), (NAIVE, READER, NEWSBOAT)),
    ("unchanged, no validators", Behaviour(edition=2, validators=False), (NAIVE, READER, NEWSBOAT)),
)
ARTICLE_ROUNDS: Rounds = (("articles", Behaviour(), (FLOOR, NAIVE)), ("articles again", Behaviour(), (NAIVE,)))
SLOW_ROUNDS: Rounds = (("articles, 50 ms away", Behaviour(latency=LATENCY), (NAIVE,)),)
TEXT_ROUNDS: Rounds = (("feeds' own texts", Behaviour(), (NAIVE,)),)


@dataclass(frozen=True, slots=True)
class Figure:
    """One run of one program. CPU and wall in seconds, memory and archive in bytes; `held`: entries or articles kept."""

    scenario: str
    feeds: int
    program: str
    cpu: float
    wall: float
    memory: int
    requests: int
    received: int
    first_request: float | None  # seconds from the start of the program
    held: int
    archive: int | None = None


def feeds_only(count: int, chosen: Sequence[str], faults: int) -> Iterator[Figure]:
    """Polls of `count` feeds whose entries are written down, without pages."""
    with Origin(count, pages=False) as origin:
        yield from _rounds(origin, FEED_ROUNDS, chosen, faults=faults)


def texts_of_feeds(count: int, chosen: Sequence[str]) -> Iterator[Figure]:
    """The first poll where articles are made of the feeds' own texts."""
    with Origin(count, pages=False) as origin:
        yield from _rounds(origin, TEXT_ROUNDS, chosen, keep_texts=True)


def articles(chosen: Sequence[str]) -> Iterator[Figure]:
    """The whole path: 1,000 articles and their pages, near and 50 ms away."""
    with Origin(ARTICLE_FEEDS, pages=True) as origin:
        yield from _rounds(origin, ARTICLE_ROUNDS, chosen, pages=True)
        yield from _rounds(origin, SLOW_ROUNDS, chosen, pages=True)


def _rounds(
    origin: Origin,
    rounds: Rounds,
    chosen: Sequence[str],
    *,
    faults: int = 0,
    pages: bool = False,
    keep_texts: bool = False,
) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="bench-whole-") as folder:
        settings: dict[str, Setting] = {}
        for scenario, behaviour, others in rounds:
            for contender in _taking_part((INGEST, *others), chosen):
                if contender.name not in settings:
                    place = Path(folder, contender.name)
                    place.mkdir()
                    settings[contender.name] = Setting(place, origin.feeds, origin.ports, pages, keep_texts)
                    contender.prepare(settings[contender.name])
                how = Behaviour(**asdict(behaviour) | {"faults": faults})
                yield _run(origin, how, scenario, contender, settings[contender.name])


def _taking_part(contenders: Iterable[Contender], chosen: Sequence[str]) -> Iterator[Contender]:
    for contender in contenders:
        if contender.missing is None and (not chosen or contender.name in chosen):
            yield contender


def _run(origin: Origin, behaviour: Behaviour, scenario: str, contender: Contender, setting: Setting) -> Figure:
    origin.behave(behaviour)
    log = setting.folder / "log"
    cost = measured(contender.command(setting), log, environment=contender.environment(setting))
    asked = origin.behave(behaviour)
    held = contender.held(setting)
    if cost.code or not held:
        raise RuntimeError(f"{contender.name} failed in “{scenario}” ({cost.code}): {log.read_text()[-SHOWN:]}")
    return Figure(
        scenario,
        len(setting.feeds),
        contender.name,
        cost.cpu,
        cost.wall,
        cost.memory,
        asked.requests,
        asked.bytes,
        None if asked.first_at is None else asked.first_at - cost.started_at,
        held,
        archive_size(setting) if contender is INGEST else None,
    )
