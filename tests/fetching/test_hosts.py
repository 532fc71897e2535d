"""What is remembered of domains, and for how long."""

from __future__ import annotations

from datetime import timedelta

from ingest.fetching.hosts import Hosts
from storage.model import HostState, RobotsFile
from tests.fetching.site import START, Archive, Clock

HOUR = timedelta(hours=1)
ORIGIN = "https://a.test"


def test_a_pause_ends_and_goes_out() -> None:
    archive, clock = Archive(), Clock()
    hosts = Hosts((), archive.remember, clock)
    hosts.start_pause("a.test", START + HOUR, "it answered 429")
    assert hosts.pause("a.test") == (START + HOUR, "it answered 429")
    assert archive.hosts["a.test"] == HostState("a.test", START + HOUR, "it answered 429", pauses=1)
    assert Hosts(archive.hosts.values(), archive.remember, clock).pause("a.test") is not None
    clock.move(hours=1)
    assert hosts.pause("a.test") is None


def test_a_pause_is_never_cut_short() -> None:
    hosts = Hosts((), Archive().remember, Clock())
    hosts.start_pause("a.test", START + 2 * HOUR, "long")
    hosts.start_pause("a.test", START + HOUR, "short")
    assert hosts.pause("a.test") == (START + 2 * HOUR, "long")


def test_a_clock_that_jumps_a_year_neither_stops_nor_harms() -> None:
    for jump in (365, -365):
        clock = Clock()
        hosts = Hosts((), Archive().remember, clock)
        hosts.start_pause("a.test", START + HOUR, "busy")
        hosts.keep_robots("a.test", RobotsFile(ORIGIN, START, ""))
        clock.move(days=jump)
        assert hosts.pause("a.test") is None
        assert hosts.robots("a.test", ORIGIN) is None


def test_robots_age() -> None:
    for unreachable, hours, known in ((False, 23.9, True), (False, 24, False), (True, 0.4, True), (True, 0.5, False)):
        clock = Clock()
        hosts = Hosts((), Archive().remember, clock)
        hosts.keep_robots("a.test", RobotsFile(ORIGIN, START, "x", unreachable))
        clock.move(hours=hours)
        assert (hosts.robots("a.test", ORIGIN) is not None) is known


def test_of_many_origins_the_latest_are_kept() -> None:
    archive = Archive()
    hosts = Hosts((), archive.remember, Clock())
    for number in range(50):
        hosts.keep_robots("a.test", RobotsFile(f"https://{number}.a.test", START, ""))
    assert [file.origin for file in archive.hosts["a.test"].robots] == [f"https://{n}.a.test" for n in range(42, 50)]


def test_of_long_robots_files_fewer_are_kept() -> None:
    archive = Archive()
    hosts = Hosts((), archive.remember, Clock())
    for number in range(8):
        hosts.keep_robots("a.test", RobotsFile(f"https://{number}.a.test", START, "x" * 240_000))
    assert [file.origin for file in archive.hosts["a.test"].robots] == [f"https://{n}.a.test" for n in (5, 6, 7)]


def test_memory_is_bounded_by_what_still_counts() -> None:
    clock = Clock()
    hosts = Hosts((), Archive().remember, clock)
    for number in range(20_000):
        hosts.start_pause(f"{number}.test", clock() + timedelta(seconds=10), "busy")
        clock.move(seconds=1)
    assert len(hosts._states) <= 4_000
    assert hosts.pause("19999.test") is not None
    assert hosts.pauses_in_a_row("19999.test") == 1


def test_pauses_in_a_row_are_counted_across_runs_and_end_with_a_good_answer() -> None:
    archive, clock = Archive(), Clock()
    for count in (1, 2, 3):
        hosts = Hosts(archive.hosts.values(), archive.remember, clock)
        hosts.start_pause("a.test", clock() + HOUR, "busy")
        hosts.start_pause("a.test", clock() + 2 * HOUR, "busy")  # was under way beside it
        assert hosts.pauses_in_a_row("a.test") == count
        clock.move(hours=3)
    restarted = Hosts(archive.hosts.values(), archive.remember, clock)
    restarted.answered_well("a.test")
    assert restarted.pauses_in_a_row("a.test") == archive.hosts["a.test"].pauses == 0


def test_a_day_later_a_pause_is_the_first_again() -> None:
    archive, clock = Archive(), Clock()
    hosts = Hosts((), archive.remember, clock)
    hosts.start_pause("a.test", clock() + HOUR, "busy")
    clock.move(hours=25)
    for later in (hosts, Hosts(archive.hosts.values(), archive.remember, clock)):
        assert later.pauses_in_a_row("a.test") == 0
