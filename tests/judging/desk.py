"""An archive as these tests fill it: texts of an invented press, kept as they arrive, judged by a person."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ingest.duplicates import fingerprint
from ingest.keeping import Kept, keep, new_counters
from ingest.rebuild import Rebuilt, rebuild
from storage import Archive, feeds, stories
from storage.checkup import check
from storage.model import Alias, AliasKind, ArticleDraft, Outlet
from tests.pipeline.papers import invent

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
OUTLETS = ("dawn", "noon", "dusk")


class Desk:
    def __init__(self, folder: Path) -> None:
        self.url = f"sqlite:///{folder}/archive.db"
        self.archive = Archive.open(self.url, write=True)
        self.counters = new_counters()
        self.now = NOW
        with self.archive.transaction() as t:
            feeds.sync(t, {Outlet(name, name): [f"https://{name}.example/feed"] for name in OUTLETS})

    def keep(self, draft: ArticleDraft) -> Kept:
        self.now += timedelta(minutes=1)
        with self.archive.transaction() as t:
            return keep(t, draft, self.counters, self.now)

    def add(self, body: str, *, url: str, title: str = "", outlet: str = "dawn", **more: Any) -> int:
        kept = self.keep(draft(body, url=url, title=title, outlet=outlet, **more))
        assert kept.article_id is not None
        return kept.article_id

    def undo(self, article_id: int) -> bool:
        with self.archive.transaction() as t:
            return stories.undo(t, article_id, self.now)

    def confirm(self, one: int, other: int) -> None:
        with self.archive.transaction() as t:
            stories.confirm(t, stories.edges_between(t, one, other)[0], self.now)

    def rebuild(self, **more: Any) -> Rebuilt:
        return rebuild(self.archive, self.now + timedelta(days=1), **more)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.archive.reading() as c:
            return c.run(query).fetchall()

    def partition(self) -> list[set[int]]:
        found: dict[int, set[int]] = {}
        for article_id, story_id in self.rows("SELECT id, story_id FROM articles ORDER BY id"):
            found.setdefault(story_id, set()).add(article_id)
        return list(found.values())

    def together(self, *numbers: int) -> bool:
        return any(story >= set(numbers) for story in self.partition())

    def state(self) -> dict[str, list[tuple[Any, ...]]]:
        """All that a rebuild may change, and more."""
        tables = {name: f"SELECT * FROM {name} ORDER BY 1, 2" for name in ("duplicate", "story", "posting")}
        tables["article"] = "SELECT id, story_id, change_number FROM article ORDER BY id"
        tables["fingerprint"] = "SELECT * FROM fingerprint ORDER BY 1"
        tables["counters"] = "SELECT * FROM rarity_log ORDER BY 1"
        return {name: self.rows(query) for name, query in tables.items()}

    def is_sound(self) -> bool:
        return all(not checked.findings for checked in check(self.archive))


def draft(body: str, *, url: str, title: str = "", outlet: str = "dawn", **more: Any) -> ArticleDraft:
    return ArticleDraft(
        outlet=outlet,
        title=title,
        text=body,
        method="test",
        url=url,
        canonical_url=url,
        aliases=(Alias(AliasKind.URL, url), *more.pop("aliases", ())),
        signature=fingerprint(body, title=title).to_signature(),
        word_count=len(body.split()),
        **more,
    )


def busy_day(desk: Desk, seed: int, count: int = 60) -> None:
    """Originals, copies, cuts, round-ups, revisions, shared addresses; and a person who takes back and confirms."""
    chance = random.Random(seed)
    arrived: list[tuple[int, str, str]] = []

    def arrive(body: str, title: str) -> None:
        url = f"https://x.example/{seed}/{len(arrived)}"
        arrived.append((desk.add(body, url=url, title=title, outlet=chance.choice(OUTLETS)), url, body))

    def original() -> None:
        arrive("\n".join(invent(f"{seed} {len(arrived)}", 6)), f"Title {len(arrived)}")

    def copy() -> None:
        body = chance.choice(arrived)[2].split("\n")
        arrive("\n".join((*body[: chance.randint(2, 6)], *invent(f"added {len(arrived)}", 1))), f"Copy {len(arrived)}")

    def round_up() -> None:
        parts = [part[2].split("\n")[:3] for part in chance.sample(arrived, min(3, len(arrived)))]
        arrive("\n".join(line for part in parts for line in part), "News of the day")

    def revision() -> None:
        _, url, body = chance.choice(arrived)
        other = chance.choice(arrived)[2]
        desk.keep(draft(chance.choice((other, f"{body}\nCorrected.")), url=url, title="Revised"))

    def address() -> None:
        (_, one, body), (_, other, _) = chance.choice(arrived), chance.choice(arrived)
        if one != other:
            desk.keep(draft(body, url=one, aliases=(Alias(AliasKind.FINAL_URL, other),)))

    def take_back() -> None:
        desk.undo(chance.choice(arrived)[0])

    def agree() -> None:
        edges = desk.rows("SELECT article_id, original_id FROM duplicates WHERE kind <> 'contained'")
        if edges:
            desk.confirm(*chance.choice(edges))

    acts: list[Callable[[], None]] = [original] * 4 + [copy] * 6 + [round_up, revision, revision, address]
    acts += [take_back, agree]
    original()
    for _ in range(count):
        chance.choice(acts)()
