"""docs/daemon.md names every event of the log and every figure: others script against them."""

from __future__ import annotations

import re
from pathlib import Path

from ingest.daemon.figures import Figures
from ingest.daemon.health import Health
from storage.model import EntryStatus

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "daemon.md").read_text("utf-8")
SOURCES = [
    *(ROOT / "ingest" / "daemon").glob("*.py"),
    ROOT / "ingest" / "cli" / "run.py",
    ROOT / "ingest" / "cli" / "logs.py",
]


def named() -> set[str]:
    """What stands in the first cell of a table's row."""
    cells = [line.split("|")[1] for line in PAGE.splitlines() if line.startswith("| `")]
    return {name for cell in cells for name in re.findall(r"`([a-z_]+)`", cell)}


def events() -> set[str]:
    found: set[str] = set()
    for source in SOURCES:
        found |= set(re.findall(r'(?:log\.\w+|level)\(\s*"(\w+)"', source.read_text("utf-8")))
    return found | {f"entry_{status.value}" for status in EntryStatus if status is not EntryStatus.PENDING}


def test_every_event_is_listed() -> None:
    assert len(events()) > 20
    assert events() - named() == set()


def test_every_figure_is_listed() -> None:
    kept_apart = {"counter": "_total"}
    figures = {family.name + kept_apart.get(family.type, "") for family in Figures(Health()).registry.collect()}
    assert figures - named() == set()
