"""One fetching process per archive: a lock file beside it that names its holder.

The lock is the operating system's (flock), so a killed holder leaves none behind. It guards polling and fetching only:
`import`, `undo`, `prune` write at any time, in short transactions.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType

from storage.errors import ArchiveUnavailable

DAEMON = "run"  # the command of a holder that answers requests (`storage.requests`)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who is fetching into an archive: `command` is `once` or `run`."""

    pid: int
    host: str
    command: str

    def __str__(self) -> str:
        return f"`ingest {self.command}`, process {self.pid} on {self.host}"


class FetchLock:
    """The lock of one archive. Use as a context manager once `try_acquire` said True."""

    def __init__(self, archive: Path, command: str) -> None:
        self._path = archive.with_name(archive.name + ".lock")
        self._command = command
        self._file: int | None = None

    def try_acquire(self) -> bool:
        """Take the lock if nobody has it."""
        if self._file is not None:
            return True
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise ArchiveUnavailable(f"cannot write the lock file {self._path}: {error.strerror}") from None
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        holder = Holder(os.getpid(), socket.gethostname(), self._command)
        try:
            os.ftruncate(file, 0)
            os.write(file, json.dumps(asdict(holder)).encode())
        except OSError as error:
            os.close(file)
            raise ArchiveUnavailable(f"cannot write the lock file {self._path}: {error.strerror}") from None
        self._file = file
        return True

    def holder(self) -> Holder | None:
        """Who has it, as far as the file tells."""
        try:
            return Holder(**json.loads(self._path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def release(self) -> None:
        if self._file is not None:
            os.ftruncate(self._file, 0)
            os.close(self._file)
            self._file = None

    def __enter__(self) -> FetchLock:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
