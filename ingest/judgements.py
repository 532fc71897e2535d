"""A person looks at two articles, takes a verdict back, or agrees with it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from ingest.duplicates import Fingerprint, Rarity, compare
from ingest.duplicates.explain import Explanation, Figure, Passage, explain, figures, paired_passages
from ingest.keeping import new_counters
from storage import events, stories
from storage.archive import Archive
from storage.matching import MatchStore
from storage.model import DuplicateEdge, EdgeKind, EdgeStatus
from storage.records import Article, Duplicate


class Unjudgeable(Exception):
    """There is nothing to take back or to confirm; says why in one line."""


@dataclass(frozen=True, slots=True)
class Explained:
    """Why two articles count as the same text, or why not. `standing`: what the archive made of it, in sentences."""

    explanation: Explanation
    standing: tuple[str, ...]
    edges: tuple[Duplicate, ...]  # between the two
    separated: bool  # by a person
    figures: tuple[Figure, ...]
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Undone:
    """An article left a story, alone. `story_id` is None where two articles were parted that shared no story."""

    article_id: int
    left_story_id: int | None
    story_id: int | None
    separated_from: tuple[int, ...]


def explain_pair(archive: Archive, a: Article, b: Article) -> Explained:
    """Compare two articles by what the archive knows of the rarity of their words."""
    with archive.reading() as c:
        rarity = Rarity(*MatchStore(c, new_counters()).rarity())
        separated = b.id in events.separated(c, a.id)
    edges = tuple(edge for edge in archive.duplicates(a.id) if {edge.article_id, edge.original_id} == {a.id, b.id})
    said = explain(a.text, b.text, title_a=a.title, title_b=b.title, rarity=rarity)
    standing = tuple(_standing(a, b, edges, separated=separated))
    return Explained(said, standing, edges, separated, figures(said), paired_passages(a.text, b.text))


def _standing(a: Article, b: Article, edges: tuple[Duplicate, ...], *, separated: bool) -> list[str]:
    if a.id == b.id:
        return [f"It is one article, {a.id}, compared with itself."]
    said = [_sentence(edge, separated=separated) for edge in edges]
    if separated and not edges:
        said.append("A person took them apart: they are never merged.")
    if a.story_id == b.story_id:
        through = "" if any(_joins(edge) for edge in edges) else ", through other articles of it"
        said.append(f"They are in one story, {a.story_id}{through}.")
    else:
        said.append(f"They are in different stories, {a.story_id} and {b.story_id}.")
    if a.language and b.language and a.language != b.language:
        said.append(f"Their languages differ ({a.language}, {b.language}); translations are not recognized.")
    return said


def _joins(edge: Duplicate) -> bool:
    return edge.kind != EdgeKind.CONTAINED and edge.status != EdgeStatus.UNDONE


def _sentence(edge: Duplicate, *, separated: bool) -> str:
    does = {
        "same_url": "has the same address as",
        "exact": "has the text of",
        "near": "repeats",
        "contained": "stands, with other texts, inside",
    }[edge.kind]
    ends = {"active": ".", "confirmed": "; a person confirmed it.", "undone": "; it does not count any longer."}
    end = "; a person took it back, for good." if separated else ends[edge.status]
    judged = f"judged so on {edge.decided_at:%Y-%m-%d} by scheme {edge.scheme}, score {edge.score:.2f}"
    return f"Article {edge.article_id} {does} article {edge.original_id} ({judged}){end}"


def undo(archive: Archive, article_id: int, other_id: int | None, now: datetime) -> Undone:
    """Take an article out of its story, for good. With another one: if the two are in one story, or one stands inside
    the other one. All in one transaction; raises Unjudgeable."""
    with archive.transaction() as t:
        left = stories.story_of(t, article_id)
        if other_id is not None and stories.story_of(t, other_id) != left:
            if all(edge.status == EdgeStatus.UNDONE for edge in stories.edges_between(t, article_id, other_id)):
                raise Unjudgeable(f"articles {article_id} and {other_id} do not count as the same text")
            stories.part(t, article_id, other_id, now)
            return Undone(article_id, None, None, (other_id,))
        before = events.separated(t, article_id)
        if not stories.undo(t, article_id, now):
            raise Unjudgeable(f"article {article_id} is alone in its story: there is nothing to take back")
        parted = tuple(sorted(events.separated(t, article_id) - before))
        return Undone(article_id, left, stories.story_of(t, article_id), parted)


def confirm(archive: Archive, article_id: int, other_id: int | None, now: datetime) -> list[DuplicateEdge]:
    """Pin what was judged of an article, or of two; what was taken back holds again. All in one transaction; raises
    Unjudgeable."""
    with archive.transaction() as t:
        if other_id is None:
            found = stories.standing_edges(t, article_id)
        else:
            found = stories.edges_between(t, article_id, other_id)[:1]
            if not found and stories.story_of(t, article_id) == stories.story_of(t, other_id):
                found = [
                    _assessed(MatchStore(t, new_counters()), max(article_id, other_id), min(article_id, other_id), now)
                ]
        if not found:
            if other_id is None:
                raise Unjudgeable(f"article {article_id} repeats no other; name both articles to confirm a pair")
            raise Unjudgeable(f"articles {article_id} and {other_id} were never judged to be the same text")
        for edge in found:
            if edge.status != EdgeStatus.CONFIRMED:
                stories.confirm(t, edge, now)
        return found


def _assessed(index: MatchStore, article_id: int, original_id: int, now: datetime) -> DuplicateEdge:
    """What is to be said of two articles of one story that were never compared."""
    one, other = (index.signature(number) for number in (article_id, original_id))
    if one is None or other is None or one.scheme != other.scheme:
        raise Unjudgeable("an article has no fingerprint, or an older one: `ingest duplicates rebuild` makes it")
    found = compare(*map(Fingerprint.from_signature, (one, other)), rarity=Rarity(*index.rarity()))
    return DuplicateEdge(
        article_id,
        original_id,
        found.kind or EdgeKind.NEAR,
        found.score,
        found.threshold,
        one.scheme,
        now,
        evidence=json.dumps(asdict(found.evidence) if found.evidence else {}),
    )
