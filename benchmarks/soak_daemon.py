"""The daemon under rough treatment.

    python -m benchmarks.soak_daemon kills [--minutes 3]
    python -m benchmarks.soak_daemon memory [--feeds 200]

`kills`: outlets publish all the time, a reader reads all the time, the daemon is killed (-9) at random moments and
started again. At the end nothing may be lost, nothing twice, and the file must be whole.

`memory`: a day's worth of polls, the clock running many times faster; the resident memory of the daemon (without its
workers, which are replaced after 500 jobs) may grow by less than a tenth after warm-up.

Exit code 1 if anything is amiss.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Event as Stop
from pathlib import Path

import yaml

from storage import Archive
from storage.errors import ArchiveMissing
from tests.pipeline.papers import Papers, serving, story

OUTLETS = 6
LISTED = 30  # entries in each feed; more is published only when the archive has seen these
PUBLISH_EVERY = 0.4  # seconds
LONGEST_LIFE = 2.0  # of a daemon, in the time that one takes here from its start to its first article

SPAWN = multiprocessing.get_context("spawn")


# --- killed again and again ---------------------------------------------------------------------------------------------


class Press(threading.Thread):
    """Publishes, but never faster than the feeds' windows allow: an entry leaves a feed only once it was sighted."""

    def __init__(self, papers: Papers, archive: Path) -> None:
        super().__init__(daemon=True)
        self.papers, self.archive = papers, archive
        self.numbers = {paper.name: LISTED for paper in papers.all}
        self.stopped = threading.Event()
        self.published = {paper.url(item) for paper in papers.all for item in paper.stories}

    def run(self) -> None:
        dice = random.Random(3)
        while not self.stopped.wait(PUBLISH_EVERY):
            paper = dice.choice(self.papers.all)
            leaving = paper.url(paper.stories[-1])
            if not column(self.archive, "select 1 from sightings where url = ?", leaving):
                continue
            item = story(paper.name, self.numbers[paper.name])
            self.numbers[paper.name] += 1
            self.published.add(paper.url(item))
            paper.past.append(paper.stories[-1])
            paper.stories = [item, *paper.stories[:-1]]
            paper.publish()


def column(archive: Path, query: str, *values: object) -> list[object]:
    try:
        connection = sqlite3.connect(f"file:{archive}?mode=ro", uri=True, timeout=10)
    except sqlite3.OperationalError:
        return []
    try:
        return [row[0] for row in connection.execute(query, values)]
    except sqlite3.OperationalError as error:
        if "no such table" in str(error) or "unable to open" in str(error):
            return []
        raise
    finally:
        connection.close()


def read_on(url: str, stop: Stop, answers: Queue[tuple[int, str]]) -> None:
    """A reading process: every look must be consistent, and what was there must stay."""
    looks, before = 0, 0
    problem = ""
    while not stop.is_set() and not problem:
        try:
            with Archive.open(url) as archive:
                articles = [(article.id, article.url) for article in archive.articles()]
                list(archive.search("the"))
        except ArchiveMissing:
            time.sleep(0.1)
            continue
        looks += 1
        if len({address for _, address in articles}) != len(articles):
            problem = "an article stood there twice"
        if len(articles) < before:
            problem = f"{before} articles became {len(articles)}"
        before = len(articles)
        time.sleep(0.05)
    answers.put((looks, problem))


@contextmanager
def reader(url: str, answers: Queue[tuple[int, str]]) -> Iterator[None]:
    stop = SPAWN.Event()
    process = SPAWN.Process(target=read_on, args=(url, stop, answers))
    process.start()
    try:
        yield
    finally:
        stop.set()
        process.join(60)


def start(config: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "ingest", "run", "--config", str(config), "--log-level", "error"]
    with log_of(config).open("ab") as log:
        return subprocess.Popen(command, stderr=log)


def log_of(config: Path) -> Path:
    return config.with_name("daemon.log")


def mistakes(config: Path) -> list[str]:
    """What the daemons logged as errors. (multiprocessing also notes what kill -9 leaves behind.)"""
    lines = log_of(config).read_text(encoding="utf-8").splitlines()
    wrong = ("level=error", '"level":"error"', "ArchiveError", "Traceback")
    return [f"logged: {line}" for line in lines if any(word in line for word in wrong)][:5]


def soak_kills(minutes: float) -> list[str]:
    answers: Queue[tuple[int, str]] = SPAWN.Queue()
    moments = random.Random(11)
    kills = 0
    with tempfile.TemporaryDirectory() as name, serving(OUTLETS, LISTED) as papers:
        folder = Path(name)
        config = write_settings(papers, folder, interval="1s")
        archive = folder / "archive.db"
        press = Press(papers, archive)
        press.start()
        with reader(f"sqlite:///{archive}", answers):
            until = time.monotonic() + 60 * minutes
            first = seconds_to_first_article(config, archive)
            while time.monotonic() < until:
                daemon = start(config)
                time.sleep(moments.uniform(0, LONGEST_LIFE * first))
                daemon.kill()
                daemon.wait()
                kills += 1
            press.stopped.set()
            press.join()
            finish(config, archive, len(press.published))
        looks, problem = answers.get(timeout=60)
        print(f"{kills} kills, {len(press.published)} articles published, {looks} looks of the reader")
        problems = judge(archive, press.published) + mistakes(config)
        if len(press.published) <= OUTLETS * LISTED:
            problems.append("no daemon lived long enough to see anything published: nothing was shown")
        return problems + ([f"reader: {problem}"] if problem else [])


def seconds_to_first_article(config: Path, archive: Path) -> float:
    began, daemon = time.monotonic(), start(config)
    while not column(archive, "select 1 from articles limit 1"):
        time.sleep(0.05)
    daemon.kill()
    daemon.wait()
    return time.monotonic() - began


def finish(config: Path, archive: Path, wanted: int) -> None:
    """One daemon in peace, until everything is there or nothing more comes; then SIGTERM."""
    daemon = start(config)
    deadline = time.monotonic() + 180
    while len(column(archive, "select 1 from articles")) < wanted and time.monotonic() < deadline:
        time.sleep(0.5)
    daemon.send_signal(signal.SIGTERM)
    if daemon.wait(timeout=60) != 0:
        print(f"the last daemon ended with {daemon.returncode}")


def judge(archive: Path, published: set[str]) -> list[str]:
    problems = []
    urls = column(archive, "select url from articles")
    if lost := published - set(urls):
        problems.append(f"{len(lost)} articles lost, such as {min(lost)}")
    if len(urls) != len(set(urls)):
        problems.append(f"{len(urls) - len(set(urls))} articles twice")
    if pending := column(archive, "select url from sightings where status = 'pending'"):
        problems.append(f"{len(pending)} entries still pending")
    if (found := column(archive, "pragma integrity_check")) != ["ok"]:
        problems.append(f"integrity_check: {found[:3]}")
    if found := column(archive, "pragma foreign_key_check"):
        problems.append(f"foreign_key_check: {found[:3]}")
    print(f"{len(urls)} articles in the archive, {len(set(urls))} of them different")
    return problems


def write_settings(papers: Papers, folder: Path, *, interval: str) -> Path:
    path = papers.write_config(folder)
    values = yaml.safe_load(path.read_text(encoding="utf-8"))
    values["polling"].update(interval=interval, min_interval=interval, adaptive=False)
    path.write_text(yaml.safe_dump(values), encoding="utf-8")
    return path


# --- a day's worth of polls ---------------------------------------------------------------------------------------------

DAEMON = """
import asyncio, sys, time
from datetime import UTC, datetime, timedelta
from pathlib import Path

def main():
    from ingest.cli.logs import Level, configure
    from ingest.daemon.figures import Figures
    from ingest.daemon.health import Health
    from ingest.daemon.service import run_service
    from ingest.daemon.surroundings import Rhythm, Surroundings
    from ingest.daemon.systemd import Notifier
    from ingest.daemon.watched import WatchedFile

    started, began, factor = datetime.now(UTC), time.monotonic(), float(sys.argv[2])

    def now():
        return (started + timedelta(seconds=factor * (time.monotonic() - began))).replace(microsecond=0)

    file, health, log = WatchedFile(Path(sys.argv[1])), Health(), configure(Level.ERROR, as_json=True)
    settings = file.read()
    rhythm = Rhythm(tick=.25, flush=1, statistics=1, upkeep=10)
    around = Surroundings(file, Notifier({}), log, Figures(health), health, rhythm, now)
    asyncio.run(run_service(around, settings, settings.database))

if __name__ == "__main__":
    main()
"""


def soak_memory(feeds: int, factor: float) -> list[str]:
    """`feeds` feeds every half hour for 24 hours of the daemon's clock, which runs `factor` times as fast as ours.

    As in life, most feeds have nothing new most of the time: five publish, the others are one that stays as it is.
    """
    seconds = 86_400 / factor
    with tempfile.TemporaryDirectory() as name, serving(OUTLETS, LISTED) as papers:
        folder = Path(name)
        config = write_settings(papers, folder, interval="30m")
        values = yaml.safe_load(config.read_text(encoding="utf-8"))
        quiet = papers.all.pop()
        quiet.stories = quiet.stories[:3]
        quiet.publish()
        values["outlets"][-1]["feeds"] = [f"{quiet.feed_url}?{number}" for number in range(feeds - len(papers.all))]
        config.write_text(yaml.safe_dump(values), encoding="utf-8")
        program = folder / "daemon.py"
        program.write_text(DAEMON, encoding="utf-8")
        environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
        with log_of(config).open("wb") as log:
            command = [sys.executable, str(program), str(config), str(factor)]
            daemon = subprocess.Popen(command, env=environment, stderr=log)
        press = Press(papers, folder / "archive.db")
        press.start()
        sizes = watch(daemon, seconds)
        press.stopped.set()
        press.join()
        daemon.send_signal(signal.SIGTERM)
        code = daemon.wait(timeout=60)
        polls = len(column(folder / "archive.db", "select 1 from polls"))
        articles = len(column(folder / "archive.db", "select 1 from articles"))
        logged = mistakes(config)
    warm = sizes[len(sizes) // 5 : len(sizes) * 2 // 5]
    last = sizes[-len(sizes) // 5 :]
    before, after = sum(warm) / len(warm), sum(last) / len(last)
    growth = after / before - 1
    print(
        f"{polls} polls, {articles} articles in {seconds:.0f} s; resident {before:.1f} MB -> {after:.1f} MB: {growth:+.1%}"
    )
    problems = logged + ([] if code == 0 else [f"the daemon ended with {code}"])
    if polls < 0.8 * feeds * 48:
        problems.append(f"only {polls} polls of {feeds * 48}: choose a smaller --factor")
    return problems + ([f"memory grew by {growth:.1%}"] if growth >= 0.1 else [])


def watch(daemon: subprocess.Popen[bytes], seconds: float) -> list[float]:
    """The daemon's resident memory in MB, a value a second."""
    page = os.sysconf("SC_PAGE_SIZE") / 1e6
    sizes = []
    until = time.monotonic() + seconds
    while time.monotonic() < until and daemon.poll() is None:
        sizes.append(int(Path(f"/proc/{daemon.pid}/statm").read_text().split()[1]) * page)
        time.sleep(1)
    return sizes


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", choices=["kills", "memory"])
    parser.add_argument("--minutes", type=float, default=3, help="of kills")
    parser.add_argument("--feeds", type=int, default=200)
    parser.add_argument("--factor", type=float, default=240, help="how many times faster the daemon's clock runs")
    options = parser.parse_args()
    problems = soak_kills(options.minutes) if options.what == "kills" else soak_memory(options.feeds, options.factor)
    for problem in problems:
        print(f"AMISS: {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
