"""What is wrong with a configuration, said so that the user can mend it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

_LONGEST_QUOTE = 60
_CREDENTIALS = re.compile(r"//[^/\s@]*@")


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake; as text one line: `feeds.yaml:14: outlets[2].feeds[0].interval: '10 parsecs' is not a duration`."""

    source: str  # the file, or the option of the command line
    line: int | None  # from 1
    key: str  # empty when the mistake is not at one key
    message: str

    def __str__(self) -> str:
        place = self.source if self.line is None else f"{self.source}:{self.line}"
        return ": ".join(part for part in (place, self.key, self.message) if part)


class ConfigError(Exception):
    """The configuration cannot be used. `problems` holds every mistake that was found; `str()` gives a line for each.

    No message holds a secret: neither a value of the environment nor what stands under a secret key.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


def quote(text: str) -> str:
    """The text as found, in quotes, in one line, of bearable length, without the credentials of an address."""
    text = _CREDENTIALS.sub("//***@", text)
    return repr(text if len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 1] + "…")


def suggestion(word: str, known: Iterable[str], *, likeness: float = 0.6) -> str:
    """`did you mean 'timezone'?` when one of the known words is near, else an empty string."""
    near = get_close_matches(word, list(known), n=2, cutoff=likeness)
    return f"did you mean {' or '.join(map(repr, near))}?" if near else ""
