"""What changed between two versions of a text, word by word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

import regex

# A token is a word with the space after it. Scripts written without spaces are compared character by character;
# numbers and words with inner marks (4.2, don't) are one token.
_UNSPACED = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
_LETTER = r"[[\p{L}\p{M}\p{N}]--" + _UNSPACED + "]"
_TOKEN = regex.compile(rf"(?V1)(?:{_UNSPACED}\p{{M}}*|{_LETTER}+(?:[.,'’-]{_LETTER}+)*|\S)[^\S\n]*|\n|[^\S\n]+")

# difflib's time grows with the pairs of equal tokens times the length, at worst (measured: 1.6 s at this limit). Two
# texts of 2,000 words have some 40,000 pairs. What has more, such as one word thousands of times, counts as replaced.
MAX_PAIRS = 80_000


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of both texts; `same` if they differ at most in white space. Unchanged paragraphs know their number."""

    old: str
    new: str
    same: bool = False
    paragraphs: int = 0

    def __add__(self, other: Part) -> Part:
        return Part(self.old + other.old, self.new + other.new)


def differences(old: str, new: str) -> Iterator[Part]:
    """The two texts in one, in order: unchanged paragraphs as one part each run, changed ones word by word.

    One paragraph a line, as texts are stored.
    """
    for part in _parts(_lines(old), _lines(new)):
        if part.same:
            yield replace(part, paragraphs=part.new.count("\n"))
        else:
            yield from _without_islands(_parts(_TOKEN.findall(part.old), _TOKEN.findall(part.new)))


def _lines(text: str) -> list[str]:
    return [line + "\n" for line in text.splitlines()]


def _parts(before: Sequence[str], after: Sequence[str]) -> Iterator[Part]:
    """Pieces, in order, of two sequences of tokens; trailing spaces of tokens do not count."""
    old, new = [token.rstrip(" ") for token in before], [token.rstrip(" ") for token in after]
    if _pairs(old, new) > MAX_PAIRS:
        yield Part("".join(before), "".join(after), same=old == new)
        return
    for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        yield Part("".join(before[a:b]), "".join(after[c:d]), same=what == "equal")


def _pairs(old: Sequence[str], new: Sequence[str]) -> int:
    counts = Counter(new)
    return sum(times * counts[token] for token, times in Counter(old).items())


def _without_islands(parts: Iterable[Part]) -> Iterator[Part]:
    """A single unchanged word between two changes goes with them: one change reads better than two."""
    held, island = Part("", ""), None
    for part in parts:
        if not part.same:
            held, island = held + (island or Part("", "")) + part, None
        elif held.old + held.new and island is None and _is_word(part.new):
            island = part
        else:
            yield from (piece for piece in (held, island) if piece is not None)
            yield part
            held, island = Part("", ""), None
    yield from (piece for piece in (held, island) if piece is not None)


def _is_word(text: str) -> bool:
    return "\n" not in text and len(_TOKEN.findall(text)) == 1
