from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.daemon.systemd import Notifier

HALF_A_SECOND = {"WATCHDOG_USEC": "500000"}


class Manager:
    """The other end of the socket."""

    def __init__(self, address: str) -> None:
        self.inbox = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.inbox.bind(address)
        self.inbox.setblocking(False)

    def heard(self) -> str:
        return self.inbox.recv(4096).decode()

    def heard_nothing(self) -> bool:
        try:
            self.heard()
        except BlockingIOError:
            return True
        return False


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    manager = Manager(str(tmp_path / "notify"))
    yield manager
    manager.inbox.close()


def test_what_the_manager_hears(manager: Manager, tmp_path: Path) -> None:
    notifier = Notifier({"NOTIFY_SOCKET": str(tmp_path / "notify")})
    notifier.ready()
    assert manager.heard() == "READY=1"
    notifier.status("3 feeds;\nREADY=0")
    assert manager.heard() == "STATUS=3 feeds; READY=0"
    notifier.waiting(1.5)
    assert manager.heard() == "EXTEND_TIMEOUT_USEC=1500000"
    notifier.reloading()
    assert manager.heard().startswith("RELOADING=1\nMONOTONIC_USEC=")
    notifier.stopping()
    assert manager.heard() == "STOPPING=1"
    notifier.alive()  # no watchdog was asked for
    assert manager.heard_nothing()


def test_the_watchdog_hears_us_twice_in_its_interval_and_not_more(manager: Manager, tmp_path: Path) -> None:
    notifier = Notifier({"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "60000000"})
    notifier.alive()
    assert manager.heard() == "WATCHDOG=1"
    notifier.alive()
    assert manager.heard_nothing()


@pytest.mark.parametrize(
    ("process", "ours"),
    [(str(os.getpid()), True), (str(os.getpid() + 1), False), ("", True)],
    ids=["ours", "another", "unnamed"],
)
def test_the_watchdog_of_another_process_is_not_ours(
    manager: Manager, tmp_path: Path, process: str, ours: bool
) -> None:
    environ = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_PID": process, **HALF_A_SECOND}
    Notifier(environ).alive()
    assert manager.heard_nothing() is not ours


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="abstract sockets are Linux's")
def test_an_abstract_socket() -> None:
    manager = Manager(f"\0ingest-test-{os.getpid()}")
    Notifier({"NOTIFY_SOCKET": f"@ingest-test-{os.getpid()}"}).ready()
    assert manager.heard() == "READY=1"
    manager.inbox.close()


def test_nobody_listening_is_no_error(tmp_path: Path) -> None:
    Notifier({}).ready()
    Notifier({"NOTIFY_SOCKET": str(tmp_path / "gone"), **HALF_A_SECOND}).alive()
