"""Which first and last lines an outlet repeats, counted by story. `ingest.pages.boilerplate` says what counts mean.

A few hundred articles of each outlet are remembered: a line that did not come again meanwhile is forgotten. Its text is
kept from the second story on. What a person said of a line stands apart, for good.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from storage.model import LineCount, LineWord, OutletLines
from storage.transaction import Transaction

SWEEP_EVERY = 50  # articles of an outlet

_OUTLET = """
    SELECT article.outlet_id, coalesce(outlet_lines.articles, 0) FROM article
    LEFT JOIN outlet_lines ON outlet_lines.outlet_id = article.outlet_id WHERE article.id = ?
"""
_OUTLET_BY_NAME = """
    SELECT outlet.id, coalesce(outlet_lines.articles, 0) FROM outlet
    LEFT JOIN outlet_lines ON outlet_lines.outlet_id = outlet.id WHERE outlet.name = ?
"""
_SELECT = """
    SELECT wanted.hash, coalesce(said.text, line.text, ''), coalesce(line.stories, '[]'), coalesce(line.seen, 0),
           coalesce(line.last_at, 0), coalesce(said.word, 'none')
    FROM ({wanted}) AS wanted
    LEFT JOIN line ON line.outlet_id = :outlet AND line.hash = wanted.hash
    LEFT JOIN line_word AS said ON said.outlet_id = :outlet AND said.hash = wanted.hash
    WHERE line.hash IS NOT NULL OR said.hash IS NOT NULL
"""
_NAMED = _SELECT.format(wanted="SELECT value AS hash FROM json_each(:hashes)")
_REPEATED = _SELECT.format(
    wanted="SELECT hash FROM line WHERE outlet_id = :outlet AND seen > 1 "
    "UNION SELECT hash FROM line_word WHERE outlet_id = :outlet"
)
_PUT = "INSERT OR REPLACE INTO line (outlet_id, hash, text, stories, seen, last_at) VALUES (?, ?, ?, ?, ?, ?)"
_COUNTED = "INSERT OR REPLACE INTO outlet_lines (outlet_id, articles) VALUES (?, ?)"
_FORGET = "DELETE FROM line WHERE outlet_id = ? AND last_at < ?"
_SAY = "INSERT OR REPLACE INTO line_word (outlet_id, hash, text, word) VALUES (?, ?, ?, ?)"
_TAKE_BACK = "DELETE FROM line_word WHERE outlet_id = ? AND hash = ?"
_COUNTS = ("outlet_lines", "line")


def of_article(t: Transaction, article_id: int, hashes: Iterable[int]) -> OutletLines:
    """What is known of some lines of the article's outlet."""
    outlet_id, articles = t.run(_OUTLET, (article_id,)).fetchone()
    rows = t.run(_NAMED, {"outlet": outlet_id, "hashes": str(list(hashes))})  # JSON as well
    return OutletLines(outlet_id, articles, tuple(map(_line, rows)))


def of_outlet(c: Transaction, name: str) -> OutletLines | None:
    """The lines of an outlet that several stories had, or of which a person said something; the most frequent first."""
    found = c.run(_OUTLET_BY_NAME, (name,)).fetchone()
    if found is None:
        return None
    lines = map(_line, c.run(_REPEATED, {"outlet": found[0]}))
    outlet_id, articles = found
    return OutletLines(outlet_id, articles, tuple(sorted(lines, key=lambda line: (-line.seen, line.hash))))


def count(t: Transaction, known: OutletLines, changed: Sequence[LineCount], *, window: int) -> None:
    """Keep the counts after one more article of the outlet; forget what `window` articles have not had."""
    articles = known.articles + 1
    rows = [(known.outlet_id, n.hash, n.text, str(list(n.stories)), n.seen, n.last_at) for n in changed]  # JSON as well
    t.run_many(_PUT, rows)
    t.run(_COUNTED, (known.outlet_id, articles))
    if articles % SWEEP_EVERY == 0:
        t.run(_FORGET, (known.outlet_id, articles - window))


def say(t: Transaction, outlet_id: int, key: int, shown: str, word: LineWord) -> None:
    """Keep a person's word on a line; NONE takes it back."""
    if word is LineWord.NONE:
        t.run(_TAKE_BACK, (outlet_id, key))
    else:
        t.run(_SAY, (outlet_id, key, shown, word.value))


def copy_words(source: Transaction, target: Transaction) -> None:
    """Let what a person said in one archive count in the other, and nothing else."""
    _copy(source, target, "line_word")


def copy_counts(source: Transaction, target: Transaction) -> None:
    """Give an archive the counts of the other one, in place of its own."""
    for table in _COUNTS:
        _copy(source, target, table)


def _copy(source: Transaction, target: Transaction, table: str) -> None:
    rows = source.run(f"SELECT * FROM {table}").fetchall()
    target.run(f"DELETE FROM {table}")
    if rows:
        target.run_many(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)


def _line(row: Sequence[Any]) -> LineCount:
    key, shown, stories, seen, last_at, word = row
    return LineCount(key, shown, tuple(json.loads(stories)), seen, last_at, LineWord(word))
