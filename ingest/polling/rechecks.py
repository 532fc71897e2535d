"""Looking at articles again for silent edits: when, which changes are worth a revision, and which texts only flip."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from importlib import resources

_RULES = tomllib.loads(resources.files("ingest.polling").joinpath("boring.toml").read_text("utf-8"))
_COUNTED = frozenset(_RULES["counted"].split())
_DATED = frozenset(_RULES["dated"].split())
_TIMES = frozenset(_RULES["times"].split())
_GLUE = frozenset(_RULES["glue"].split())
_RELATED = frozenset(_RULES["related"])
_SENTENCE_ENDS = tuple(_RULES["sentence_ends"])
_MOST_CHARACTERS = 160  # of a line that can be boring
_MOST_WORDS = 12
_MOST_TITLE_WORDS = 25  # of a line in a block of related links

_NUMBER = re.compile(rf"(?:\d{{1,9}}[{_RULES['number_tails']}]{{0,3}}){{1,4}}")
_BARE_DATE = re.compile(r"[\d./: -]{6,20}|\d{1,3}")
_BRACKETED = re.compile(r"[(\[]([^()\[\]\n]{1,80})[)\]]")
_SPACE = re.compile(r"[\s\u00ad\u200b-\u200f\u2060\ufeff]+")
_TYPOGRAPHY = str.maketrans(
    {"‘": "'", "’": "'", "‚": "'", "“": '"', "”": '"', "„": '"', "–": "-", "—": "-", "…": "..."}
)
_PUNCTUATION = str.maketrans(dict.fromkeys('!"#$%&()*+,-./:;<=>?@[]^_`{|}~·•،؛。，：（）【】', " "))


def next_recheck(
    published_at: datetime | None,
    first_seen_at: datetime,
    checked_at: datetime | None,
    after: Sequence[timedelta],
    now: datetime,
) -> datetime | None:
    """When the article is to be looked at next; a past time means at once, None never again.

    `after`: the ages to look at (`polling.recheck`), none to leave it; `checked_at`: the last look since the
    first. Ages that passed before the first look are left out, several that passed unused make one look, and an
    article of twice the last age is left alone.
    """
    born = min(published_at or first_seen_at, first_seen_at)  # a date in the future is a typing error
    seen = max(checked_at or first_seen_at, first_seen_at)
    if not after or now - born > 2 * max(after):
        return None
    return min((born + age for age in after if born + age > seen), default=None)


def flips(history: Sequence[str | bytes]) -> bool:
    """Whether a text only goes back and forth: the last four versions, newest last, are A B A B.

    `history` holds the hashes of the kept revisions and, last, that of the text just found. A publisher who takes an
    edit back once (A B A) has made two revisions; from then on the two versions bring no more.
    """
    return len(history) >= 4 and history[-1] == history[-3] != history[-2] == history[-4]


def is_boring(old_text: str, new_text: str) -> bool:
    """Whether two versions (a paragraph a line) differ in nothing a reader would call an edit: white space, typography,
    counters (comments, shares, reading time), time stamps, links to other articles.

    A number in a sentence is never boring: that is the very edit to find.
    """
    return _substance(old_text) == _substance(new_text)


def _substance(text: str) -> str:
    lines = [_SPACE.sub(" ", line).strip().translate(_TYPOGRAPHY) for line in text.splitlines()]
    kept = " ".join(_without_related([line for line in lines if line and not _is_stamp(line)]))
    return _SPACE.sub(" ", _BRACKETED.sub(_unless_stamp, kept)).strip()


def _without_related(lines: Sequence[str]) -> Iterator[str]:
    in_block = False
    for line in lines:
        label, rest = _related(line)
        if label:
            in_block = not rest
        elif not (in_block and _is_title(line)):
            in_block = False
            yield line


def _related(line: str) -> tuple[bool, str]:
    """Whether the line is a label such as `Read more:`, and what it links to."""
    label, _, rest = line.replace("|", ":", 1).replace("：", ":", 1).partition(":")
    return len(line) <= _MOST_CHARACTERS and " ".join(_words(label)) in _RELATED, rest.strip()


def _is_title(line: str) -> bool:
    return not line.endswith(_SENTENCE_ENDS) and len(line.split(" ", _MOST_TITLE_WORDS)) <= _MOST_TITLE_WORDS


def _is_stamp(line: str) -> bool:
    """A line of nothing but a counter or a date, with the words that go with it."""
    found = _words(line) if len(line) <= _MOST_CHARACTERS else []
    if not 0 < len(found) <= _MOST_WORDS:
        return False
    others = {word for word in found if not _NUMBER.fullmatch(word)}
    if others <= _COUNTED:
        return bool(others) or bool(_BARE_DATE.fullmatch(line))  # "12 comments", "Share", "2025-05-30"
    timed = len(others) < len(set(found)) or not others.isdisjoint(_TIMES)
    return timed and not others.isdisjoint(_COUNTED | _DATED) and others <= _COUNTED | _DATED | _GLUE


def _words(line: str) -> list[str]:
    return line.casefold().translate(_PUNCTUATION).split()


def _unless_stamp(match: re.Match[str]) -> str:
    return "" if _is_stamp(match[1]) else match[0]
