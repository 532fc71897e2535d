"""robots.txt files as read, kept within bounds.

Read, a file takes thirty times its size: a site of 500 host names with a full file each would take 8 GB. So the files
that are kept read have a limit together; what is asked most often, the delay, is kept apart.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Final

from protego import Protego

_MOST_CHARACTERS: Final = 2_000_000  # of the files that are kept read
_LEAST: Final = 500  # characters that each of them counts as, for what an empty one takes too
_MOST_DELAYS: Final = 10_000

_Key = tuple[int, int, str]  # hash and length of the file, and for whom it was read


class Rulebook:
    """`read`: makes rules of a file for one agent. May be used from several threads."""

    def __init__(self, read: Callable[[str, str], Protego], most: int = _MOST_CHARACTERS) -> None:
        self._read = read
        self._most = most
        self._rules: OrderedDict[_Key, Protego] = OrderedDict()  # the least recently used first
        self._delays: OrderedDict[_Key, float] = OrderedDict()
        self._lock = Lock()
        self.characters = 0  # of the files that are kept read

    def rules(self, body: str, agent: str) -> Protego:
        key = (hash(body), len(body), agent)
        with self._lock:
            if key in self._rules:
                self._rules.move_to_end(key)
                return self._rules[key]
        rules = self._read(body, agent)
        with self._lock:
            self._keep(key, rules)
        return rules

    def delay(self, body: str, agent: str) -> float:
        """Seconds of Crawl-delay; 0.0 where there is none."""
        key = (hash(body), len(body), agent)
        found = self._delays.get(key)
        if found is None:
            found = self.rules(body, agent).crawl_delay(agent) or 0.0
            with self._lock:
                self._delays[key] = found
                if len(self._delays) > _MOST_DELAYS:
                    self._delays.popitem(last=False)
        return found

    def _keep(self, key: _Key, rules: Protego) -> None:
        if key not in self._rules:
            self._rules[key] = rules
            self.characters += _weight(key)
        while self.characters > self._most:
            oldest, _ = self._rules.popitem(last=False)
            self.characters -= _weight(oldest)


def _weight(key: _Key) -> int:
    return max(key[1], _LEAST)
