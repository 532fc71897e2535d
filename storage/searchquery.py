"""What a person types into a search box, read forgivingly and put as an FTS5 expression that is always valid.

    steel mill            both words, anywhere             "steel mill"        the phrase
    steel OR iron         either (OR, AND, NOT in capitals) steel -strike       not the second; also steel NOT strike
    inflat*               words that begin so              title:budget        in the title; title:(tax OR budget)
    (rain OR snow) road   groups                           author:khan         likewise category:sport

A word that holds punctuation is a phrase of its parts (`U.S.`, `co-operate`). Stray quotes, brackets and operators mean
nothing and break nothing. A query of exclusions alone finds nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from storage.words import fold, query_form

MAX_CHARACTERS = 1_000
MAX_PHRASES = 64
MAX_DEPTH = 20
COLUMNS = {"title": "title", "author": "authors", "category": "categories"}  # of the index, by what people write

_TOKEN = re.compile(
    r"\s*(?:(?P<open>\()|(?P<close>\))|(?P<minus>[-−](?=[^\s\-−]))|(?P<field>(?i:title|author|category)(?=:\S)):"
    r'|["“”„«»](?P<phrase>[^"“”„«»]*)["“”„«»]?(?P<star>\*?)'
    r'|(?P<word>[^\s()"“”„«»]+))'
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that must follow each other; with `prefix`, the last one may go on."""

    words: tuple[str, ...]
    prefix: bool = False
    column: str | None = None  # of the index; None: all


@dataclass(frozen=True, slots=True)
class Query:
    """A query as understood: the FTS5 expression, none where nothing is looked for, and the phrases that it wants."""

    expression: str | None
    phrases: tuple[Phrase, ...]


def parse(text: str, column: str | None = None) -> Query:
    """Read a query, of one column of the index where it is given. Never fails.

    >>> parse('steel "rolling mill" -strike title:budg*').expression
    '(("steel" AND "rolling mill" AND title : "budg" *) NOT "strike")'
    >>> parse(') OR ((').expression is None
    True
    """
    reader = _Reader(text[:MAX_CHARACTERS])
    expression = reader.alternatives(depth=0, wanted=True, column=column)
    while reader.kind == "close":  # one that nothing opened
        reader.advance()
        rest = reader.alternatives(depth=0, wanted=True, column=column)
        expression = _joined(" AND ", [part for part in (expression, rest) if part])
    return Query(expression, tuple(reader.phrases) if expression else ())


class _Reader:
    """Recursive descent over the tokens: alternatives of groups of terms."""

    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self.phrases: list[Phrase] = []  # the wanted ones
        self._count = 0
        self.kind = ""
        self._text = ""
        self.advance()

    def advance(self) -> None:
        self.kind, self._text = next(self._tokens, ("end", ""))

    def alternatives(self, *, depth: int, wanted: bool, column: str | None) -> str | None:
        found = [self._together(depth=depth, wanted=wanted, column=column)]
        while self.kind == "or":
            self.advance()
            found.append(self._together(depth=depth, wanted=wanted, column=column))
        return _joined(" OR ", [part for part in found if part])

    def _together(self, *, depth: int, wanted: bool, column: str | None) -> str | None:
        positive: list[str] = []
        negative: list[str] = []
        negated = False
        while self.kind not in ("or", "close", "end"):
            if self.kind in ("and", "not", "minus"):
                negated = self.kind != "and"
                self.advance()
                continue
            term = self._term(depth=depth, wanted=wanted and not negated, column=column)
            if term:
                (negative if negated else positive).append(term)
            negated = False
        both = _joined(" AND ", positive)
        return f"({both} NOT {_joined(' OR ', negative)})" if both and negative else both

    def _term(self, *, depth: int, wanted: bool, column: str | None) -> str | None:
        while self.kind == "field":
            column = COLUMNS[self._text.lower()]
            self.advance()
        if self.kind == "open":
            self.advance()
            if depth >= MAX_DEPTH:
                return None
            group = self.alternatives(depth=depth + 1, wanted=wanted, column=column)
            if self.kind == "close":
                self.advance()
            return group
        if self.kind not in ("word", "phrase", "phrase*"):
            return None
        phrase = Phrase(
            words=tuple(fold(self._text).split()),
            prefix=self.kind == "phrase*" or (self.kind == "word" and self._text.endswith("*")),
            column=column,
        )
        self.advance()
        return self._phrase(phrase, wanted=wanted)

    def _phrase(self, phrase: Phrase, *, wanted: bool) -> str | None:
        self._count += 1
        if not phrase.words or self._count > MAX_PHRASES:
            return None
        if wanted:
            self.phrases.append(phrase)
        looked_up, goes_on = query_form(phrase.words)
        prefix = " *" if goes_on or (phrase.prefix and looked_up.endswith(phrase.words[-1])) else ""
        return f'{f"{phrase.column} : " if phrase.column else ""}"{looked_up}"{prefix}'


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    operators = {"AND": "and", "OR": "or", "NOT": "not"}
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind == "star":
            yield ("phrase*" if match["star"] else "phrase"), match["phrase"]
        elif kind == "word":
            yield operators.get(match["word"], "word"), match["word"]
        else:
            yield kind, match[kind]


def _joined(operator: str, parts: list[str]) -> str | None:
    if len(parts) < 2:
        return parts[0] if parts else None
    return f"({operator.join(parts)})"
