"""What one process asks of the one that fetches: `ingest once` beside a running daemon."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from storage.times import format_time
from storage.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Wanted:
    """Feeds to be polled at once, by their configured addresses. `everything`: also what other feeds left pending."""

    feeds: tuple[str, ...]
    everything: bool
    due_only: bool


def post(t: Transaction, wanted: Wanted) -> int:
    """Ask; the number is for `answer_to` and `withdraw`."""
    values = (format_time(datetime.now(UTC)), json.dumps(asdict(wanted)))
    number = t.run("INSERT INTO request (made_at, wanted) VALUES (?, ?)", values).lastrowid
    assert number is not None
    return number


def unanswered(t: Transaction) -> dict[int, Wanted]:
    """What is asked, by number."""
    rows = t.run("SELECT id, wanted FROM request WHERE answer IS NULL")
    return {number: _wanted(json.loads(wanted)) for number, wanted in rows}


def answer(t: Transaction, request_id: int, text: str) -> None:
    t.run("UPDATE request SET answer = ? WHERE id = ?", (text, request_id))


def answer_to(t: Transaction, request_id: int) -> str | None:
    found: str | None = t.value("SELECT answer FROM request WHERE id = ?", (request_id,))
    return found


def withdraw(t: Transaction, request_id: int) -> None:
    t.run("DELETE FROM request WHERE id = ?", (request_id,))


def forget(t: Transaction, before: datetime) -> None:
    """Requests whose maker was killed before it could withdraw them."""
    t.run("DELETE FROM request WHERE made_at < ?", (format_time(before),))


def _wanted(values: dict[str, object]) -> Wanted:
    urls = values["feeds"]
    assert isinstance(urls, list)
    return Wanted(tuple(urls), bool(values["everything"]), bool(values["due_only"]))
