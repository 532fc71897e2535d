"""The piece of a text that shows why a search found it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from storage.records import Snippet
from storage.searchquery import Phrase
from storage.words import Word, fold, words

MAX_CHARACTERS = 200_000  # looked at in one text
WIDTH = 220  # characters of a snippet, more or less
_STEP = 200  # characters between two pieces that are looked at in turn
_OVERLAP = 100  # a phrase that is longer may be missed


def snippet(text: str, phrases: Sequence[Phrase], width: int = WIDTH) -> Snippet:
    """The stretch of `text` with the most different phrases in it, or its beginning where none stands in it."""
    begin = max(0, _best_piece(text[:MAX_CHARACTERS], phrases) - width // 4)
    around = text[begin : begin + 2 * (width + _STEP)]
    found = list(words(around))
    hits = sorted({hit for number, phrase in enumerate(phrases) for hit in _hits(found, phrase, number)})
    start = _start_of_word(found, max(0, _best_start(hits, width) - width // 4)) if begin or hits else 0
    end = _end_of_word(found, min(len(around), start + width), len(around))
    places = [(first, last) for first, last, _ in hits if start <= first and last <= end]
    return _cut(text, begin + start, begin + end, [(begin + first, begin + last) for first, last in places])


def _best_piece(text: str, phrases: Sequence[Phrase]) -> int:
    """Where the first piece of a text begins that holds the most different phrases. Far quicker than word by word."""
    looked_for = [f" {' '.join(phrase.words)}{'' if phrase.prefix else ' '}" for phrase in phrases]
    best, most = 0, 0
    for start in range(0, len(text), _STEP):
        piece = f" {' '.join(fold(text[start : start + _STEP + _OVERLAP]).split())} "
        count = sum(sought in piece for sought in looked_for)
        if count > most:
            best, most = start, count
        if most == len(looked_for):
            break
    return best


def _hits(found: Sequence[Word], phrase: Phrase, number: int) -> list[tuple[int, int, int]]:
    """(start, end, number of the phrase) for each place where the phrase stands."""
    size = len(phrase.words)
    places = []
    for at, word in enumerate(found):
        if word.text == phrase.words[0] or (phrase.prefix and size == 1 and word.text.startswith(phrase.words[0])):
            following = [later.text for later in found[at : at + size]]
            if _agrees(following, phrase):
                places.append((word.start, found[at + size - 1].end, number))
    return places


def _agrees(following: list[str], phrase: Phrase) -> bool:
    wanted = list(phrase.words)
    if len(following) != len(wanted) or following[:-1] != wanted[:-1]:
        return False
    return following[-1].startswith(wanted[-1]) if phrase.prefix else following[-1] == wanted[-1]


def _best_start(hits: Sequence[tuple[int, int, int]], width: int) -> int:
    """The hit from which a stretch holds the most different phrases; the first such."""
    best, most, last = 0, 0, 0
    counts: dict[int, int] = {}
    for first, (start, _, number) in enumerate(hits):
        while last < len(hits) and hits[last][1] <= start + width * 3 // 4:
            counts[hits[last][2]] = counts.get(hits[last][2], 0) + 1
            last += 1
        if len(counts) > most:
            best, most = start, len(counts)
        if last > first:
            counts[number] -= 1
            if not counts[number]:
                del counts[number]
        last = max(last, first + 1)
    return best


def _start_of_word(found: Sequence[Word], place: int) -> int:
    at = bisect_left([word.start for word in found], place)
    return found[at].start if at < len(found) else place


def _end_of_word(found: Sequence[Word], place: int, length: int) -> int:
    if place >= length:
        return length
    at = bisect_right([word.end for word in found], place)
    return found[at - 1].end if at else place


def _cut(text: str, begin: int, end: int, hits: list[tuple[int, int]]) -> Snippet:
    """The stretch in one line, `…` where the text goes on."""
    lead, tail = ("… " if begin else ""), (" …" if end < len(text) else "")
    flat = text[begin:end].translate({0x0A: " ", 0x0D: " ", 0x09: " "})
    offset = len(lead) - begin
    return Snippet(lead + flat + tail, _united([(first + offset, last + offset) for first, last in hits]))


def _united(places: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Places that overlap or touch as one."""
    united: list[tuple[int, int]] = []
    for first, last in sorted(places):
        if united and first <= united[-1][1]:
            united[-1] = (united[-1][0], max(last, united[-1][1]))
        else:
            united.append((first, last))
    return tuple(united)
