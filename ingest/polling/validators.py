"""Which validators a poll sends. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from storage.model import Validators

LONGEST_WITHOUT_FULL_ANSWER: Final = timedelta(days=8)


def validators_to_send(known: Validators, now: datetime) -> Validators:
    """`known`, unless the server has not sent a full answer for 8 days: then none, once.

    Some servers answer 304 for ever. The next full answer brings new validators and sets the clock back; until there
    has been one, the archive keeps the old ones, so a failed poll in between loses nothing.
    """
    since = known.full_answer_at
    if since is not None and not timedelta(0) <= now - since < LONGEST_WITHOUT_FULL_ANSWER:
        return Validators(full_answer_at=since, url=known.url)
    return known
