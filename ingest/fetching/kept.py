"""Connections that wait a little for another request to the same place.

After a feed come its articles' pages, mostly of one host: a new connection for each would cost a handshake more, and
two round trips. Few are kept and not for long: a feed alone is not asked again for minutes.
"""

from __future__ import annotations

import asyncio
import resource
import time
from functools import partial
from typing import Final, NamedTuple

from ingest.fetching.conversation import Conversation

_PATIENCE: Final = 10.0  # seconds
_MOST: Final = 128
_MOST_TLS: Final = 64  # of them; .3 MB each, for asyncio's TLS has a buffer of its own
_SHARE_OF_FILES: Final = 8  # of the files that the process may open, a part


class Place(NamedTuple):
    """What two requests must have in common to share a connection."""

    origin: str
    insecure_tls: bool


class _Waiting(NamedTuple):
    """How long a connection waits, and what ends that."""

    place: Place
    until: float  # by the wall clock: the loop's stands still while the machine sleeps
    timer: asyncio.TimerHandle


class Kept:
    """All of a process. One that has something to say, or ends, while it waits is closed at once."""

    def __init__(self) -> None:
        self._waiting: dict[Conversation, _Waiting] = {}  # the longest waiting first
        self._most = min(_MOST, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // _SHARE_OF_FILES)

    def put(self, place: Place, conversation: Conversation) -> None:
        """Keep a connection that `may_go_on` for a while, or close it where enough are kept."""
        if not self._has_room(place):
            conversation.stream.abort()
            return
        timer = asyncio.get_running_loop().call_later(_PATIENCE, self._close, conversation)
        self._waiting[conversation] = _Waiting(place, time.time() + _PATIENCE, timer)
        conversation.stream.unasked = partial(self._close, conversation)

    def take(self, place: Place) -> Conversation | None:
        """The one that was used last."""
        waiting = reversed(self._waiting.items())
        found = next((conversation for conversation, of in waiting if of.place == place), None)
        if found is None:
            return None
        late = not 0 <= self._forget(found).until - time.time() <= _PATIENCE
        if late:
            found.stream.abort()
        return None if late else found

    def close(self) -> None:
        for conversation in list(self._waiting):
            self._close(conversation)

    def _has_room(self, place: Place) -> bool:
        if len(self._waiting) >= self._most:
            return False
        secure = place.origin.startswith("https:")
        return not secure or sum(of.place.origin.startswith("https:") for of in self._waiting.values()) < _MOST_TLS

    def _close(self, conversation: Conversation) -> None:
        self._forget(conversation)
        conversation.stream.abort()

    def _forget(self, conversation: Conversation) -> _Waiting:
        waiting = self._waiting.pop(conversation)
        waiting.timer.cancel()
        conversation.stream.unasked = None
        return waiting
