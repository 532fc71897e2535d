"""Connections that wait a little for another request to the same place.

After a feed come its articles' pages, mostly of one host: a new connection for each would cost a handshake more, and
two round trips. Few are kept and not for long: a feed alone is not asked again for minutes.
"""

from __future__ import annotations

import asyncio
from typing import Final, NamedTuple

from ingest.fetching.conversation import Conversation

_PATIENCE: Final = 10.0  # seconds
_MOST: Final = 128  # beyond, the one that has waited longest is closed


class Place(NamedTuple):
    """What two requests must have in common to share a connection."""

    origin: str
    insecure_tls: bool


class Kept:
    """All of a process."""

    def __init__(self) -> None:
        self._waiting: dict[Conversation, tuple[Place, asyncio.TimerHandle]] = {}  # the longest waiting first

    def put(self, place: Place, conversation: Conversation) -> None:
        """Keep a connection for a while; it has to be one that `may_go_on`."""
        if len(self._waiting) >= _MOST:
            self._close(next(iter(self._waiting)))
        timer = asyncio.get_running_loop().call_later(_PATIENCE, self._close, conversation)
        self._waiting[conversation] = place, timer

    def take(self, place: Place) -> Conversation | None:
        """The one that was used last, unless the server has closed it or said something unasked."""
        waiting = reversed(self._waiting.items())
        while found := next((conversation for conversation, (theirs, _) in waiting if theirs == place), None):
            self._forget(found)
            if found.stream.is_silent:
                return found
            found.stream.abort()
            waiting = reversed(self._waiting.items())
        return None

    def close(self) -> None:
        for conversation in list(self._waiting):
            self._close(conversation)

    def _close(self, conversation: Conversation) -> None:
        self._forget(conversation)
        conversation.stream.abort()

    def _forget(self, conversation: Conversation) -> None:
        _, timer = self._waiting.pop(conversation)
        timer.cancel()
