"""What is told quickly is what the whole comparison would say."""

from __future__ import annotations

import random

from ingest.duplicates import fingerprint
from ingest.duplicates.comparison import compare_shingled, surely_differ
from ingest.duplicates.evidence import MIN_CONTAINMENT
from ingest.duplicates.fingerprint import bodies_of
from ingest.duplicates.rarity import Rarity
from ingest.duplicates.shingles import Shingled, common

WORDS = [a + b for a in ("ka", "lo", "mi", "nu", "re", "sto", "ta", "vi") for b in ("n", "rel", "st", "po", "da")]


def text(rng: random.Random, count: int) -> list[str]:
    return [
        str(rng.randrange(200)) if rng.random() < 0.15 else rng.choice(WORDS) + rng.choice(WORDS) for _ in range(count)
    ]


def pair(rng: random.Random) -> tuple[Shingled, Shingled]:
    """A text, and one that has a passage of it, or all of it with other words and numbers here and there."""
    own = text(rng, rng.randint(30, 200))
    start, end = sorted(rng.sample(range(len(own) + 1), 2))
    kept = own[start:end] if rng.random() < 0.5 else own
    changed = [rng.choice(text(rng, 1)) if rng.random() < 0.1 else word for word in kept]
    other = text(rng, rng.randint(0, 100)) + changed
    first, second = (Shingled(fingerprint(" ".join(words))) for words in (own, other))
    return first, second


def test_a_rule_that_ends_a_comparison_never_parts_what_the_whole_would_join() -> None:
    rng, ended, joined = random.Random(6), 0, 0
    for _ in range(400):
        a, b = pair(rng)
        shared = common(a, *bodies_of([b.fingerprint.to_signature()]), MIN_CONTAINMENT)[0]
        whole = compare_shingled(a, b, Rarity())
        joined += whole.kind is not None
        if shared is None or a.fingerprint.exact == b.fingerprint.exact:
            continue
        assert shared.in_text.tolist() == a.found_in(b, 3).tolist()
        assert shared.in_other.tolist() == b.found_in(a, 3).tolist()
        if surely_differ(a, b, shared):
            ended += 1
            assert whole.kind is None
    assert ended > 20
    assert joined > 20
