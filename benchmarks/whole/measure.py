"""Run one command and print what it cost, itself and everything it started, as JSON. Linux.

    python -m benchmarks.whole.measure COMMAND ARGUMENT…

CPU seconds are those of every process below it: this one makes itself the reaper of orphans (a fork server outlives who
started it), so that none escapes. Memory is the highest sum of proportional set sizes, looked at ten times a second;
pages that workers share count once.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

PR_SET_CHILD_SUBREAPER = 36
LOOK_EVERY = 0.1  # seconds


@dataclass(frozen=True, slots=True)
class Cost:
    """`started_at`: the system's monotonic clock. `memory`: bytes at the peak."""

    cpu: float
    wall: float
    memory: int
    started_at: float
    code: int


def measured(command: list[str], log: Path, *, environment: dict[str, str] | None = None) -> Cost:
    """What `command` costs. Its output goes to `log`."""
    with log.open("ab") as out:
        own = [sys.executable, "-m", "benchmarks.whole.measure", *command]
        answer = subprocess.run(own, stdout=subprocess.PIPE, stderr=out, env=environment, check=True)
    return Cost(**json.loads(answer.stdout))


def main(command: list[str]) -> None:
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    started = time.monotonic()
    child = subprocess.Popen(command, stdout=sys.stderr)
    peak, done = [0], threading.Event()
    watcher = threading.Thread(target=_watch, args=(peak, done))
    watcher.start()
    code = child.wait()
    wall = time.monotonic() - started
    _reap_orphans()
    done.set()
    watcher.join()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(json.dumps(asdict(Cost(used.ru_utime + used.ru_stime, wall, peak[0], started, code))))


def _reap_orphans() -> None:
    try:
        while True:
            os.wait()
    except ChildProcessError:
        return


def _watch(peak: list[int], done: threading.Event) -> None:
    this = psutil.Process()
    while not done.wait(LOOK_EVERY):
        peak[0] = max(peak[0], sum(map(_held, this.children(recursive=True))))


def _held(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except psutil.Error:
        return 0  # it has just ended


if __name__ == "__main__":
    main(sys.argv[1:])
