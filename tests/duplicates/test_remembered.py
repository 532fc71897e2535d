"""What matching keeps of the articles it met: as many as have so many tokens together, those met last."""

from __future__ import annotations

from ingest.duplicates import fingerprint
from ingest.duplicates.remembered import Remembered
from storage.model import Signature


def signature(name: str, words: int) -> Signature:
    return fingerprint(" ".join(f"{name}{number}" for number in range(words))).to_signature()


A, B, C = (signature(name, 20) for name in "abc")


def test_what_was_met_is_not_derived_again() -> None:
    remembered = Remembered(100)
    text = remembered.shingled(A)
    remembered.shingled(B)
    assert remembered.shingled(A) is text
    assert text.fingerprint.to_signature() == A


def test_what_was_met_longest_ago_goes_first() -> None:
    remembered = Remembered(40)
    first, second = remembered.shingled(A), remembered.shingled(B)
    remembered.shingled(A)
    remembered.shingled(C)
    assert len(remembered) == 2
    assert remembered.shingled(A) is first
    assert remembered.shingled(B) is not second


def test_a_long_text_takes_the_place_of_many_and_leaves_it_again() -> None:
    remembered = Remembered(60)
    long = signature("long", 100)
    for known in (A, B, C, long):
        remembered.shingled(known)
    assert len(remembered) == 1
    for known in (A, B, C):
        remembered.shingled(known)
    assert len(remembered) == 3
