"""What changed between two versions of a text, word by word, for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import regex
from rich.text import Text

from ingest.cli.output import clean

# A token is a word with the space after it. Scripts written without spaces are compared character by character;
# numbers and words with inner marks (4.2, don't) are one token.
_UNSPACED = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
_LETTER = r"[[\p{L}\p{M}\p{N}]--" + _UNSPACED + "]"
_TOKEN = regex.compile(rf"(?V1)(?:{_UNSPACED}\p{{M}}*|{_LETTER}+(?:[.,'’-]{_LETTER}+)*|\S)[^\S\n]*|\n|[^\S\n]+")

# difflib's time grows with the pairs of equal tokens times the length, at worst (measured: 1.6 s at this limit). Two
# texts of 2,000 words have some 40,000 pairs. What has more, such as one word thousands of times, counts as replaced.
MAX_PAIRS = 80_000


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of both texts; `same` if they differ at most in white space."""

    old: str
    new: str
    same: bool = False

    def __add__(self, other: _Part) -> _Part:
        return _Part(self.old + other.old, self.new + other.new)


def word_diff(old: str, new: str, *, whole: bool = True, marked: bool = False) -> Text:
    """The two texts in one: what went is red and struck through, what came is green.

    One paragraph a line, as texts are stored. Without `whole`, unchanged paragraphs shrink to a count. `marked` adds
    `[-what went-]` and `{+what came+}` for where there are no colours. Control characters are removed.
    """
    result = Text()
    for part in _parts(_lines(clean(old)), _lines(clean(new))):
        if not part.same:
            for piece in _without_islands(_parts(_TOKEN.findall(part.old), _TOKEN.findall(part.new))):
                _append(result, piece, marked)
        elif whole:
            result.append(part.new)
        else:
            count = part.new.count("\n")
            result.append(f"… {count} paragraph{'s' if count > 1 else ''} unchanged\n", style="dim italic")
    result.rstrip()
    return result


def _lines(text: str) -> list[str]:
    return [line + "\n" for line in text.splitlines()]


def _parts(before: Sequence[str], after: Sequence[str]) -> Iterator[_Part]:
    """Pieces, in order, of two sequences of tokens; trailing spaces of tokens do not count."""
    old, new = [token.rstrip(" ") for token in before], [token.rstrip(" ") for token in after]
    if _pairs(old, new) > MAX_PAIRS:
        yield _Part("".join(before), "".join(after), same=old == new)
        return
    for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        yield _Part("".join(before[a:b]), "".join(after[c:d]), same=what == "equal")


def _pairs(old: Sequence[str], new: Sequence[str]) -> int:
    counts = Counter(new)
    return sum(times * counts[token] for token, times in Counter(old).items())


def _without_islands(parts: Iterable[_Part]) -> Iterator[_Part]:
    """A single unchanged word between two changes goes with them: one change reads better than two."""
    held, island = _Part("", ""), None
    for part in parts:
        if not part.same:
            held, island = held + (island or _Part("", "")) + part, None
        elif held.old + held.new and island is None and _is_word(part.new):
            island = part
        else:
            yield from (piece for piece in (held, island) if piece is not None)
            yield part
            held, island = _Part("", ""), None
    yield from (piece for piece in (held, island) if piece is not None)


def _is_word(text: str) -> bool:
    return "\n" not in text and len(_TOKEN.findall(text)) == 1


def _append(result: Text, part: _Part, marked: bool) -> None:
    """One piece. Where both sides stand, the space after what went is kept only if one follows what came."""
    if part.same:
        result.append(part.new)
        return
    gone, come = part.old.rstrip(), part.new.rstrip()
    if gone:
        result.append(f"[-{gone}-]" if marked else gone, style="red strike")
        result.append(part.old[len(gone) :] if not come else " " if part.new != come else "")
    if come:
        result.append(f"{{+{come}+}}" if marked else come, style="green")
        result.append(part.new[len(come) :])
