"""What an outlet repeats at the edges of its articles is learned as they arrive, and kept out of their fingerprints.

Texts are stored as they are: a line learned today changes no text, so it makes no revision and can be taken back.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from ingest.duplicates import fingerprint
from ingest.judging import judge_new
from ingest.pages import count, edge_lines, learned, without_learned
from ingest.pages.boilerplate import WINDOW
from storage import lines, stories
from storage.matching import MatchStore
from storage.model import Signature

if TYPE_CHECKING:
    from storage.transaction import Transaction


def judge_arrival(
    t: Transaction, index: MatchStore, article_id: int, title: str, text: str, signature: Signature, now: datetime
) -> bool:
    """Judge an article that has just been added by its own text, and count its lines; says whether it is a duplicate.

    `signature` is that of the whole text.
    """
    found = edge_lines(text)
    known = lines.of_article(t, article_id, found)
    own = _own_signature(title, text, signature, learned(known))
    is_duplicate = judge_new(t, index, article_id, own, now)
    changed = count(known, found, story=stories.story_of(t, article_id))
    lines.count(t, known, changed, window=WINDOW)
    return is_duplicate


def own_signature(t: Transaction, article_id: int, title: str, text: str, signature: Signature) -> Signature:
    """The fingerprint of a text of a known article, without what its outlet repeats."""
    known = lines.of_article(t, article_id, edge_lines(text))
    return _own_signature(title, text, signature, learned(known))


def _own_signature(title: str, text: str, signature: Signature, repeated: frozenset[int]) -> Signature:
    own = without_learned(text, repeated) if repeated else text
    return signature if own == text else fingerprint(own, title=title).to_signature()
