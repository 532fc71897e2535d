"""The archive: what outlets published, deduplicated, in one SQLite file.

    from storage import Archive
    with Archive.open("sqlite:///data/archive.db") as archive:
        for article in archive.search("steel mill", outlet="tribune", since="2025-05-01", unique=True):
            print(article.published_at, article.title, article.url)

Importing this package loads no database library; `Archive` does, when it is first touched.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from storage.archive import Archive as Archive
    from storage.errors import ArchiveError as ArchiveError

_HOMES = {"Archive": "storage.archive", "ArchiveError": "storage.errors"}

__all__ = ["Archive", "ArchiveError"]  # given by __getattr__


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
