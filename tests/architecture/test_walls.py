"""The walls of the house, read off the source itself."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FENCED = {
    "datasette": "ingest/web/",
    "httpx": "ingest/fetching/",
    "feedparser": "ingest/feeds/",
    "trafilatura": "ingest/pages/",
    "apscheduler": "ingest/daemon",
    "sqlalchemy": "storage/",
}
ASYNC_ROOMS = (
    "ingest/fetching/",
    "ingest/pipeline/",
    "ingest/daemon",
    "ingest/workers.py",
    "ingest/cli/",
    "ingest/web/",
)


@cache
def sources(*folders: str) -> list[tuple[str, ast.Module]]:
    paths = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [(path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))) for path in paths]


@cache
def imported(tree: ast.Module) -> frozenset[str]:
    """The modules that are loaded when the program runs; imports for types only do not count."""
    for_types = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    loaded = [node for node in ast.walk(tree) if id(node) not in for_types]
    plain = {alias.name for node in loaded if isinstance(node, ast.Import) for alias in node.names}
    return frozenset(plain | {node.module for node in loaded if isinstance(node, ast.ImportFrom) and node.module})


@pytest.mark.parametrize(("library", "room"), FENCED.items())
def test_a_fenced_library_is_imported_in_its_room_alone(library: str, room: str) -> None:
    outside = [
        path
        for path, tree in sources("ingest", "storage")
        if not path.startswith(room) and any(name.split(".")[0] == library for name in imported(tree))
    ]
    assert outside == []


def test_not_even_a_type_of_sqlalchemy_leaves_the_archive() -> None:
    naming = [
        path
        for path, tree in sources("ingest")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "sqlalchemy"
    ]
    assert naming == []


def test_coroutines_stand_in_the_shell_alone() -> None:
    outside = [
        path
        for path, tree in sources("ingest", "storage")
        if not path.startswith(ASYNC_ROOMS) and any(isinstance(node, ast.AsyncFunctionDef) for node in ast.walk(tree))
    ]
    assert outside == []


def test_the_broad_except_stands_at_the_borders_of_a_feed_an_article_a_write_and_around_three_libraries() -> None:
    broad = [
        path
        for path, tree in sources("ingest", "storage")
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler) and isinstance(node.type, ast.Name) and node.type.id == "Exception"
    ]
    borders = [f"ingest/pipeline/{name}.py" for name in ("entry_step", "feed_step", "recheck_step", "writer")]
    libraries = ["ingest/feeds/xmlfeed.py", "ingest/pages/engine.py", "ingest/pages/times.py"]  # they raise anything
    assert sorted(broad) == sorted(borders + libraries)


def test_tests_use_no_mocks() -> None:
    mocked = [path for path, tree in sources("tests") if any("mock" in name for name in imported(tree))]
    assert mocked == []


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run([program, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False)


BREACHES = [
    ("storage/query.py", "ingest.urls", "storage imports nothing of ingest"),
    ("ingest/urls.py", "sqlalchemy", "Pure rooms"),
    ("ingest/feeds/__init__.py", "ingest.pipeline", "Pure rooms"),
    ("ingest/pages/__init__.py", "httpx", "Pure rooms"),
    ("ingest/web/__init__.py", "ingest.pipeline", "The pages to look at"),
    ("ingest/daemon/__init__.py", "ingest.web", "Only the command line"),
]


def test_the_contracts_fail_when_a_wall_is_broken(tmp_path: Path) -> None:
    for name in ("ingest", "storage"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for module, forbidden, _ in BREACHES:
        with (tmp_path / module).open("a", encoding="utf-8") as source:
            source.write(f"\nimport {forbidden}\n")
    result = lint_imports(tmp_path)
    assert result.returncode == 1
    for module, forbidden, contract in BREACHES:
        assert any(contract in text and "BROKEN" in text for text in result.stdout.splitlines()), result.stdout
        name = module.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        assert f"{name} -> {forbidden} (l." in result.stdout, result.stdout


def test_the_contracts_hold_as_they_are() -> None:
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout
