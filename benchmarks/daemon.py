"""What the daemon costs by itself: its start with 5,000 feeds in the file, and idling over 100,000 due times.

    python benchmarks/daemon.py

Seconds until READY=1 is sent, with an empty archive and with a known one; CPU of the idle process as a share of a core.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def write_settings(folder: Path, feeds: int, outlets: int) -> Path:
    lines = [f"database: sqlite:///{folder / 'archive.db'}", "outlets:"]
    for outlet in range(outlets):
        lines += [f"  - name: outlet-{outlet}", "    feeds:"]
        lines += [f"      - http://127.0.0.1/{outlet}/{feed}.xml" for feed in range(feeds // outlets)]
    path = folder / "feeds.yaml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@contextmanager
def daemon(settings: Path) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    """A running daemon and the seconds until it was ready."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as inbox:
        inbox.bind(str(settings.with_name("notify")))
        inbox.settimeout(300)
        started = time.monotonic()
        command = [sys.executable, "-m", "ingest", "run", "--config", str(settings), "--log-level", "error"]
        environment = {**os.environ, "NOTIFY_SOCKET": str(settings.with_name("notify"))}
        process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
        while b"READY=1" not in inbox.recv(4096):
            pass
        seconds = time.monotonic() - started
        try:
            yield process, seconds
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)
    settings.with_name("notify").unlink()


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def postpone_everything(settings: Path) -> None:
    """Due in one to 24 hours from now."""
    archive = sqlite3.connect(settings.with_name("archive.db"))
    later = "strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '+' || (3600 + abs(random()) % 82800) || ' seconds')"
    with archive:
        archive.execute(f"UPDATE feed SET next_poll_at = {later}")
        archive.execute("DELETE FROM pending")
    archive.close()


def pace_of_this_machine() -> float:
    """Seconds of CPU for ten million additions, to compare machines by."""
    began, total = time.process_time(), 0
    for number in range(10_000_000):
        total += number
    return time.process_time() - began


def measure_start(feeds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = write_settings(Path(folder), feeds, feeds)
        for words in ("an empty archive", "a known archive"):
            with daemon(settings) as (process, seconds):
                cpu = cpu_seconds(process.pid)
            print(f"start, {feeds:,} feeds, {words}: ready after {seconds:.2f} s ({cpu:.2f} s CPU)", flush=True)


def measure_idle(feeds: int, seconds: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = write_settings(Path(folder), feeds, feeds // 100)
        with daemon(settings):
            pass
        postpone_everything(settings)
        with daemon(settings) as (process, ready_after):
            time.sleep(10)  # the first round of upkeep and statistics
            before = cpu_seconds(process.pid)
            time.sleep(seconds)
            share = (cpu_seconds(process.pid) - before) / seconds
        print(f"idle, {feeds:,} due times, {seconds:.0f} s: {share:.2%} of a core (ready after {ready_after:.1f} s)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--feeds", type=int, default=5_000)
    parser.add_argument("--due-times", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args()
    print(f"this machine now: {pace_of_this_machine():.2f} s CPU for ten million additions", flush=True)
    measure_start(options.feeds)
    measure_idle(options.due_times, options.seconds)


if __name__ == "__main__":
    main()
