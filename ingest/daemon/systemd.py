"""Telling systemd how we are: ready, alive, stopping, and one line of status (sd_notify, datagrams to a socket).

Without `NOTIFY_SOCKET` everything here does nothing. Nobody waits for the other end: what it does not take is dropped.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping


class Notifier:
    """The socket of the service manager, as its environment names it (sd_notify(3), sd_watchdog_enabled(3))."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        path = environ.get("NOTIFY_SOCKET", "")
        self._address = "\0" + path[1:] if path.startswith("@") else path
        self._watchdog = _watchdog_seconds(environ)
        self._alive_at = 0.0

    def ready(self) -> None:
        self._send("READY=1")

    def reloading(self) -> None:
        self._send(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> None:
        self._send("STOPPING=1")

    def status(self, line: str) -> None:
        self._send("STATUS=" + " ".join(line.split()))

    def waiting(self, seconds: float) -> None:
        """We are not ready yet for a good reason, and will say so again within `seconds`."""
        self._send(f"EXTEND_TIMEOUT_USEC={int(seconds * 1_000_000)}")

    def alive(self) -> None:
        """To be called often: passed on two times in the interval after which we would be taken for dead."""
        now = time.monotonic()
        if self._watchdog is not None and now - self._alive_at >= self._watchdog / 2:
            self._alive_at = now
            self._send("WATCHDOG=1")

    def _send(self, message: str) -> None:
        if not self._address:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out:
            out.setblocking(False)
            try:
                out.sendto(message.encode(), self._address)
            except OSError:
                return  # the manager is gone or busy


def _watchdog_seconds(environ: Mapping[str, str]) -> float | None:
    """How often systemd wants to hear of us; None where it does not, or means another process."""
    wanted, process = environ.get("WATCHDOG_USEC", ""), environ.get("WATCHDOG_PID", "")
    if not wanted.isdecimal() or process not in ("", str(os.getpid())):
        return None
    return int(wanted) / 1_000_000 or None
