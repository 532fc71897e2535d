"""The settings file, watched: read again when it has changed."""

from __future__ import annotations

from pathlib import Path

from ingest.config import Settings, load_settings

_Trace = tuple[int, int, int] | None


class WatchedFile:
    """A settings file. `changed()` is cheap: ask it every second."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read_as = self._seen = self._trace()

    def changed(self) -> bool:
        """Whether the file is another one than was read, and was left alone since it was looked at last."""
        before, self._seen = self._seen, self._trace()
        return self._seen is not None and self._seen == before and self._seen != self._read_as

    def read(self) -> Settings:
        """Raises `ConfigError`. Afterwards the file counts as read, well or not."""
        self._read_as = self._seen = self._trace()
        return load_settings(self.path)

    def _trace(self) -> _Trace:
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino
