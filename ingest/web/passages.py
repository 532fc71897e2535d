"""Texts cut into pieces, some of them marked, paragraph by paragraph: templates escape each piece by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.differences import differences
from storage.records import Revision, Snippet

LONGEST = 200_000  # characters of a text that a page shows


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text; `mark` is empty, or what it is: `hit`, `common`, `gone`, `come`, `note`."""

    text: str
    mark: str = ""


Paragraph = tuple[Piece, ...]


def marked(text: str, spans: Iterable[tuple[int, int]], mark: str) -> list[Paragraph]:
    """The paragraphs of a text (one a line), with what stands in the spans marked. Spans are in order, and apart."""
    return list(_paragraphs(_cut(text, spans, mark)))


def of_snippet(snippet: Snippet | None) -> Paragraph:
    return () if snippet is None else tuple(_cut(snippet.text, snippet.marks, "hit"))


def of_change(old: Revision, new: Revision) -> list[Paragraph]:
    """What changed between two versions, the title being the first paragraph; unchanged paragraphs are only counted."""
    before, after = (f"{version.title}\n{version.text[:LONGEST]}" for version in (old, new))
    return list(_paragraphs(_changes(before, after)))


def _changes(before: str, after: str) -> Iterator[Piece]:
    for part in differences(before, after):
        if part.paragraphs:
            yield Piece(f"{part.paragraphs} paragraph{'s' if part.paragraphs > 1 else ''} unchanged", "note")
            yield Piece("\n")
        elif part.same:
            yield Piece(part.new)
        else:
            yield from _marked(part.old, "gone")
            yield from _marked(part.new, "come")


def _marked(text: str, mark: str) -> tuple[Piece, Piece]:
    """The space after a change is not part of it."""
    kept = text.rstrip(" ")
    return Piece(kept, mark), Piece(text[len(kept) :])


def _cut(text: str, spans: Iterable[tuple[int, int]], mark: str) -> Iterator[Piece]:
    edges = [0, *(edge for span in spans for edge in span), len(text)]
    for number, (start, end) in enumerate(pairwise(edges)):
        yield Piece(text[start:end], mark if number % 2 else "")


def _paragraphs(pieces: Iterable[Piece]) -> Iterator[Paragraph]:
    """Pieces may run over the ends of lines; a paragraph without any text is left out."""
    line: list[Piece] = []
    for piece in pieces:
        first, *more = piece.text.split("\n")
        line.append(Piece(first, piece.mark))
        for text in more:
            yield from _filled(line)
            line = [Piece(text, piece.mark)]
    yield from _filled(line)


def _filled(line: Sequence[Piece]) -> Iterator[Paragraph]:
    kept = tuple(piece for piece in line if piece.text)
    if any(piece.text.strip() for piece in kept):
        yield kept
