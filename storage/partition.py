"""From one partition of the articles into stories to another: what differs, and making it so in one transaction.

Story numbers are stable: a story that changes keeps its number where most of its articles are.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from storage import stories
from storage.model import DuplicateEdge, EdgeStatus
from storage.transaction import Transaction

Partition = Mapping[int, int]  # article to story

SAME_SCORE = 1e-6  # a smaller difference is the arithmetic's
_WITHDRAW = "UPDATE duplicate SET status = 'undone' WHERE article_id = ? AND original_id = ?"


@dataclass(frozen=True, slots=True)
class Story:
    """A story that changes. `number` is None for one that gets a new number; `was`: where its articles come from."""

    number: int | None
    articles: tuple[int, ...]
    was: Mapping[int, tuple[int, ...]]  # old story to those of its articles that are here now


@dataclass(frozen=True, slots=True)
class Difference:
    """What has to change in an archive."""

    stories: tuple[Story, ...] = ()
    unchanged: int = 0  # stories
    split: Mapping[int, tuple[tuple[int, ...], ...]] = field(default_factory=dict)  # old story to its parts
    made: tuple[DuplicateEdge, ...] = ()  # edges that are new, or say something else than before
    withdrawn: tuple[DuplicateEdge, ...] = ()  # edges that counted, and that the present scheme does not make

    @property
    def merged(self) -> tuple[Story, ...]:
        """Stories with articles of several old ones."""
        return tuple(story for story in self.stories if len(story.was) > 1)


def difference(
    old: Partition, new: Partition, old_edges: Iterable[DuplicateEdge], new_edges: Iterable[DuplicateEdge]
) -> Difference:
    """What leads from the old state to the new one. What is no article of the old state is left out."""
    present = {article: story for article, story in new.items() if article in old}
    before, after = _members(old), _members(present)
    changed = [members for story, members in after.items() if before.get(old[members[0]]) != members]
    kept = {edge_key(edge): edge for edge in old_edges}
    wanted = {edge_key(edge): edge for edge in new_edges if edge.article_id in old and edge.original_id in old}
    moved = _numbered(changed, old)
    return Difference(
        stories=moved,
        unchanged=len(after) - len(changed),
        split=_split(moved),
        made=tuple(edge for key, edge in wanted.items() if _says_other(kept.get(key), edge)),
        withdrawn=tuple(e for key, e in kept.items() if key not in wanted and e.status == EdgeStatus.ACTIVE),
    )


def edge_key(edge: DuplicateEdge) -> tuple[int, int]:
    return edge.article_id, edge.original_id


def apply(t: Transaction, change: Difference, now: datetime) -> dict[tuple[int, ...], int]:
    """Make it so; returns the number of each changed story by its articles."""
    numbers: dict[tuple[int, ...], int] = {}
    for story in change.stories:
        number = stories.new_number(t) if story.number is None else story.number
        numbers[story.articles] = number
        stories.move(t, [a for left, members in story.was.items() if left != number for a in members], number, now)
    for number in {*numbers.values(), *(left for story in change.stories for left in story.was)}:
        stories.refresh(t, number, now)
    _write_edges(t, change, now)
    return numbers


def _members(partition: Partition) -> dict[int, tuple[int, ...]]:
    members: defaultdict[int, list[int]] = defaultdict(list)
    for article in sorted(partition):
        members[partition[article]].append(article)
    return {story: tuple(articles) for story, articles in members.items()}


def _numbered(changed: Sequence[tuple[int, ...]], old: Partition) -> tuple[Story, ...]:
    """An old number goes to the story that has most of its articles, then to the one with the earliest of them."""
    claims = [
        (-count, members[0], number, members)
        for members in changed
        for number, count in Counter(old[article] for article in members).items()
    ]
    given: dict[tuple[int, ...], int] = {}
    for _, _, number, members in sorted(claims):
        if members not in given and number not in given.values():
            given[members] = number
    return tuple(Story(given.get(members), members, _members({a: old[a] for a in members})) for members in changed)


def _split(changed: Sequence[Story]) -> dict[int, tuple[tuple[int, ...], ...]]:
    parts: defaultdict[int, list[tuple[int, ...]]] = defaultdict(list)
    for story in changed:
        for number, members in story.was.items():
            parts[number].append(members)
    return {number: tuple(found) for number, found in parts.items() if len(found) > 1}


def _says_other(kept: DuplicateEdge | None, wanted: DuplicateEdge) -> bool:
    if kept is None:
        return True
    if kept.status == EdgeStatus.CONFIRMED and wanted.status == EdgeStatus.CONFIRMED:
        return False
    same = replace(wanted, score=kept.score, decided_at=kept.decided_at) == kept
    return not same or abs(kept.score - wanted.score) > SAME_SCORE


def _write_edges(t: Transaction, change: Difference, now: datetime) -> None:
    stories.replace_edges(t, [replace(edge, decided_at=now) for edge in change.made])
    t.run_many(_WITHDRAW, [edge_key(edge) for edge in change.withdrawn])
