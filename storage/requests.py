"""What one process asks of the one that fetches: `ingest once` beside a running daemon."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, delete, insert, select, update

from storage.schema import request


@dataclass(frozen=True, slots=True)
class Wanted:
    """Feeds to be polled at once, by their configured addresses. `everything`: also what other feeds left pending."""

    feeds: tuple[str, ...]
    everything: bool
    due_only: bool


def post(t: Connection, wanted: Wanted) -> int:
    """Ask; the number is for `answer_to` and `withdraw`."""
    made = insert(request).values(made_at=datetime.now(UTC), wanted=json.dumps(asdict(wanted)))
    key = t.execute(made).inserted_primary_key
    assert key is not None
    return int(key[0])


def unanswered(t: Connection) -> dict[int, Wanted]:
    """What is asked, by number."""
    rows = t.execute(select(request.c.id, request.c.wanted).where(request.c.answer.is_(None)))
    return {row.id: _wanted(json.loads(row.wanted)) for row in rows}


def answer(t: Connection, request_id: int, text: str) -> None:
    t.execute(update(request).where(request.c.id == request_id).values(answer=text))


def answer_to(t: Connection, request_id: int) -> str | None:
    return t.execute(select(request.c.answer).where(request.c.id == request_id)).scalar()


def withdraw(t: Connection, request_id: int) -> None:
    t.execute(delete(request).where(request.c.id == request_id))


def forget(t: Connection, before: datetime) -> None:
    """Requests whose maker was killed before it could withdraw them."""
    t.execute(delete(request).where(request.c.made_at < before))


def _wanted(values: dict[str, object]) -> Wanted:
    urls = values["feeds"]
    assert isinstance(urls, list)
    return Wanted(tuple(urls), bool(values["everything"]), bool(values["due_only"]))
