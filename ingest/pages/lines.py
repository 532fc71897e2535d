"""Lines that are not part of an article: rules as data, by language, each with a name.

`rules/*.toml` hold the rules. A rule has a `name` (what the removed line is called), a `kind` that says how its phrases
are read, examples that must `go` and look-alikes that must `stay` (both are tests). Phrases are small regular
expressions that are matched without regard to case. Kinds:

- `whole`: the line is the phrase.
- `label`: the phrase, then a colon or a dash or a bar and the rest; or a line that is a link and begins with the phrase.
- `opens`: the line begins with the phrase. `ends`: its last words are the phrase. `holds`: the phrase occurs in it.
- `made_of`: all words of the line are numbers, names of months and days or in `core` or `fill`; one is of `core`, and
  one of `need` if the rule has that. `<date>` in `core` stands for a year or a date in numbers.
- `heading`: the line begins with the phrase and what follows are links: the text ends before it.

`words` is the longest line that the rule may take; `among` are strings of which it must have one (they spare the time of
searching it). `where` is `anywhere`, `edges` (before the first paragraph or among
the last lines) or `tail` (among the last lines).
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from ingest.datewords import MONTH_NAMES

LANGUAGES = ("ar", "de", "en", "es", "fr", "hi", "id", "it", "pt", "ru", "tr", "ur", "zh")
MAX_LINE = 700  # characters; longer lines are prose
_LONGEST_END = 150  # characters
_LEADING = re.compile(r"^[\s(\[【•·▪■►▶▸»›→➤➡👉📌📷🔴✅*#|<>\-–—―]+")
_TRAILING = " \t.!?:：…>»›→|।۔。"
_WORD = re.compile(r"[^\s,;|/()\[\]{}·•\"“”]+")
_DATE = re.compile(r"(?:19|20)\d\d|\d{1,4}[./-]\d{1,2}[./-]\d{2,4}\.?|\d{4}年\d{1,2}月\d{1,2}日?")
_RESPELLED = re.compile("[\u0307\u0600-\u06ff\u0900-\u097f]")
_SPELLINGS = str.maketrans("أإآٱيىئكةؤ", "اااایییکهو")
_SIGNS = re.compile("[\u0307\u064b-\u0655\u0640\u200c-\u200f\u093c]")
_LABEL_END = r"\s*(?:[:：|»›>–—]|-\s|\.{3}|…)"
_HAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_GAP = re.compile(r"(?<!\\)\.([+*])")


@dataclass(frozen=True, slots=True)
class LineRule:
    """One rule as read from a file."""

    language: str
    name: str
    kind: str
    where: str
    words: int
    pattern: re.Pattern[str] | None
    opening: re.Pattern[str]  # of a label, without what follows it
    core: frozenset[str]
    fill: frozenset[str]
    need: frozenset[str]
    among: tuple[str, ...]
    go: tuple[str, ...]
    stay: tuple[str, ...]

    def matches(self, line: Line) -> bool:
        if line.words > self.words:
            return False
        if self.pattern is None:
            return self._made_of(line)
        if self.among and not any(text in line.text for text in self.among):
            return False
        if self.kind == "label":
            return bool(
                self.pattern.match(line.text) or (line.linked and line.words <= 30 and self.opening.match(line.text))
            )
        if self.kind in ("holds", "ends"):
            start = max(0, len(line.bare) - _LONGEST_END) if self.kind == "ends" else 0
            return bool(self.pattern.search(line.text, start) or self.pattern.search(line.bare, start))
        if self.kind == "whole":
            return not line.sentence and bool(self.pattern.match(line.bare))
        return bool(self.pattern.match(line.text))

    def _made_of(self, line: Line) -> bool:
        words = line.tokens
        if not words or (self.need and not self.need.intersection(words)):
            return False
        if not self.core.intersection(words) and not ("<date>" in self.core and any(map(_DATE.fullmatch, words))):
            return False
        return all(word in self.core or word in self.fill or word in _calendar() or _is_number(word) for word in words)


def fold(text: str) -> str:
    """One spelling where writers have several: straight quotes, Arabic without vowel signs and hamza, Hindi without nukta.

    >>> fold("Don’t"), fold("أيضًا") == fold("ايضا")
    ("don't", True)
    """
    text = text.lower()
    if text.isascii():
        return text
    for quote in "‘’‛`´":
        text = text.replace(quote, "'")
    if _RESPELLED.search(text):
        text = _SIGNS.sub("", unicodedata.normalize("NFD", text.translate(_SPELLINGS)))
        text = unicodedata.normalize("NFC", text)
    return text


@dataclass(frozen=True, slots=True)
class Line:
    """A line as rules see it: folded, without leading ornaments; `bare` also without final punctuation.

    `sentence`: it has the length and the full stop of one.
    """

    text: str
    bare: str
    words: int
    tokens: tuple[str, ...]
    linked: bool
    sentence: bool

    @classmethod
    def of(cls, text: str, *, linked: bool = False) -> Line:
        plain = fold(_LEADING.sub("", text[: MAX_LINE + 1]))
        bare = plain.rstrip(_TRAILING)
        words = plain.count(" ") + 1
        if not plain.isascii():
            words += len(_HAN.findall(plain)) // 2
        tokens = tuple(word.strip(".:!?'…") or word for word in _WORD.findall(plain)) if words <= 20 else ()
        sentence = words > 3 and not linked and plain.endswith((".", "۔", "।")) and not plain.endswith("..")
        return cls(plain, bare, words, tokens, linked, sentence)


def match_line(line: Line, rules: Iterable[LineRule]) -> LineRule | None:
    """The first rule that takes the line, or None."""
    if len(line.text) > MAX_LINE:
        return None
    return next((rule for rule in rules if rule.matches(line)), None)


@cache
def rules_for(language: str | None) -> tuple[LineRule, ...]:
    """The rules for texts in `language` (a tag such as `pt-BR`): its own and English; all if it is unknown or has none."""
    primary = (language or "").lower().replace("_", "-").split("-")[0]
    names = {"en", primary} if primary in LANGUAGES else set(LANGUAGES) if not primary else {"en"}
    return tuple(rule for name in LANGUAGES if name in names for rule in _read(name))


@cache
def _read(language: str) -> tuple[LineRule, ...]:
    path = files("ingest.pages").joinpath("rules").joinpath(f"{language}.toml")
    if not path.is_file():
        return ()
    return tuple(_rule(language, table) for table in tomllib.loads(path.read_text("utf-8"))["rule"])


def _rule(language: str, table: dict[str, Any]) -> LineRule:
    kind = table["kind"]
    core, fill, need = (frozenset(fold(table.get(key, "")).split()) for key in ("core", "fill", "need"))
    return LineRule(
        language=language,
        name=table["name"],
        kind=kind,
        where=table.get("where", "anywhere"),
        words=table.get("words", {"whole": 12, "heading": 10}.get(kind, 40)),
        pattern=None
        if kind == "made_of"
        else _compile(table["phrases"], {"whole": r"\Z", "ends": r"\Z", "label": _LABEL_END}.get(kind, "")),
        opening=_compile(table["phrases"] if kind == "label" else (), ""),
        core=core,
        fill=fill,
        need=need,
        among=tuple(fold(word) for word in table.get("among", "").split()),
        go=tuple(table["go"]),
        stay=tuple(table["stay"]),
    )


def _compile(phrases: Iterable[str], end: str) -> re.Pattern[str]:
    body = "|".join(_bound(_GAP.sub(r".{0,200}", _fold_phrase(phrase))) for phrase in phrases)
    return re.compile(f"(?:{body}){end}")


def _fold_phrase(phrase: str) -> str:
    """Like `fold`, but classes such as `\\S` keep their case."""
    return "".join(fold(piece) if index % 2 == 0 else piece for index, piece in enumerate(re.split(r"(\\\w)", phrase)))


def _bound(phrase: str) -> str:
    """A phrase ends at the end of a word, where the script has such."""
    end = phrase.rstrip(")?*+}")
    open_ended = (
        end.endswith(("\\w", "\\s", "\\b", "\\d", "\\S", "\\W")) or not end[-1:].isalnum() or _HAN.match(end[-1:])
    )
    return phrase if open_ended else rf"(?:{phrase})(?!\w)"


@cache
def _calendar() -> frozenset[str]:
    months = (fold(name) for names in MONTH_NAMES for name in names.split(", "))
    days = tomllib.loads(files("ingest.pages").joinpath("rules").joinpath("days.toml").read_text("utf-8"))["days"]
    return frozenset([*months, *fold(days).split()])


def is_date(text: str) -> bool:
    """Whether a text is a date with its year, and nothing else.

    >>> is_date("21 November 2026"), is_date("November nights of 2026")
    (True, False)
    """
    words = [word.strip(".:,'") for word in _WORD.findall(fold(text))]
    has_year = any(map(_DATE.fullmatch, words))
    return has_year and all(word in _calendar() or _is_number(word) for word in words if word)


def _is_number(word: str) -> bool:
    return any(char.isdigit() for char in word) and len(word) <= 12


def iter_rules() -> Iterator[LineRule]:
    """Every rule of every language, for tests and documentation."""
    for language in LANGUAGES:
        yield from _read(language)
