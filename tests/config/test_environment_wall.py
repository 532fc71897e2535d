"""The configuration alone reads the environment."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
WAYS = {"environ", "environb", "getenv", "getenvb"}


def readers(folder: str) -> Iterator[str]:
    for path in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in WAYS and ast.unparse(node.value) == "os":
                yield path.relative_to(ROOT).as_posix()


def test_nobody_else_reads_the_environment() -> None:
    found = {*readers("ingest"), *readers("storage")}
    assert found
    # systemd speaks to the daemon through the environment; its command hands it on, and reads nothing else there.
    # pydantic is told through it, before it is loaded, that there are no plugins.
    others = {"ingest/cli/run.py", "ingest/cli/__init__.py"}
    assert {path for path in found if not path.startswith("ingest/config/")} == others
