"""A small labelled set of our own: the sample newsroom's stories, each with the edits that outlets make.

Everything is made from a fixed seed. `documents()` yields what `ingest import` reads, with the true story beside it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.demo.content import stories
from ingest.duplicates.normalize import sentences

BOILERPLATE = (
    "Sign up for our newsletter and get the day's news before breakfast, every weekday, free of charge.",
    "This article was first published by our partner and is shown here under an agreement. All rights reserved.",
)
DATELINES = ("PORT ELLIN, Nov 21 (MW) - ", "LONDON, Nov. 3 (Reuters) - ", "(AFP) ")
FILLER = ("also", "then", "there", "now", "still", "again", "in fact", "meanwhile")


@dataclass(frozen=True, slots=True)
class Labelled:
    url: str
    title: str
    text: str
    outlet: str
    language: str
    story: str
    kind: str


def documents(seed: int = 7) -> list[Labelled]:
    """Bases and copies; a third of the copies arrive before their base."""
    rng = random.Random(seed)
    found: list[tuple[float, Labelled]] = []
    for number, story in enumerate(stories()):
        publication = story.publications[0]
        base = publication.versions[0]
        for kind, text in _versions("\n".join(base.paragraphs), rng):
            outlet = f"outlet-{rng.randrange(9)}"
            label = "roundup" if kind == "base" and story.contains else kind
            if label != "base" and story.contains and label != "roundup":
                continue
            title = base.title if kind in ("base", "white_space") else text[:60]
            url = f"https://{outlet}.example/{story.name}/{kind}"
            early = kind != "base" and rng.random() < 1 / 3
            at = number * 10.0 + (-rng.random() if early else rng.random() * 40 * (kind != "base"))
            found.append((at, Labelled(url, title, text, outlet, publication.language, story.name, label)))
    return [document for _, document in sorted(found, key=lambda pair: (pair[0], pair[1].url))]


def _versions(text: str, rng: random.Random) -> Iterator[tuple[str, str]]:
    lines, parts = text.splitlines(), sentences(text)
    yield "base", text
    yield "white_space", "\n\n".join(line.replace(" ", "  ") for line in lines)
    yield "dateline", rng.choice(DATELINES) + text
    yield "boilerplate", "\n".join([BOILERPLATE[0], *lines, BOILERPLATE[1]])
    yield "cut_70", "\n".join(parts[: max(1, len(parts) * 7 // 10)])
    yield "cut_50", "\n".join(parts[: max(1, len(parts) // 2)])
    yield "lead", parts[0]
    yield "without_lead", "\n".join(parts[1:])
    shuffled = parts[:]
    rng.shuffle(shuffled)
    yield "reordered", "\n".join(shuffled)
    yield "edited_10", _edited(text, rng, 0.1)


def _edited(text: str, rng: random.Random, share: float) -> str:
    words = text.split(" ")
    return " ".join(rng.choice(FILLER) if rng.random() < share else word for word in words)
