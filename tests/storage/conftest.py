"""The sample newsroom, made once and only read."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage import Archive
from tests.storage import sample


@pytest.fixture(scope="session")
def newsroom_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return sample.newsroom(tmp_path_factory.mktemp("newsroom") / "archive.db")


@pytest.fixture
def newsroom_copy(newsroom_url: str, tmp_path: Path) -> str:
    """One to write into."""
    shutil.copy(newsroom_url.removeprefix("sqlite:///"), tmp_path / "copy.db")
    return f"sqlite:///{tmp_path}/copy.db"


@pytest.fixture
def newsroom(newsroom_url: str) -> Iterator[Archive]:
    with Archive.open(newsroom_url) as archive:
        yield archive
