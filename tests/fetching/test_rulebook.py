"""robots.txt files are read once, and what is kept of them has a limit together."""

from __future__ import annotations

from protego import Protego

from ingest.fetching.rulebook import Rulebook


class Reader:
    """Reads as it is told, and counts."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def __call__(self, body: str, agent: str) -> Protego:
        self.read.append(body)
        return Protego.parse(body)


def test_a_file_is_read_once_for_each_agent() -> None:
    reader = Reader()
    book = Rulebook(reader)
    for _ in range(3):
        assert not book.rules("User-agent: *\nDisallow: /", "ingest").can_fetch("https://a.test/", "ingest")
    book.rules("User-agent: *\nDisallow: /", "other")
    assert len(reader.read) == 2


def test_what_was_used_longest_ago_is_read_anew_when_there_is_too_much() -> None:
    reader = Reader()
    book = Rulebook(reader, most=1250)
    first, second, third = (f"# {number}".ljust(600) for number in range(3))
    for body in (first, second, first, third, first, second):
        book.rules(body, "ingest")
        assert book.characters <= 1250
    assert reader.read == [first, second, third, second]
    book.rules("#" * 1300, "ingest")  # more than all: read and not kept
    assert book.characters <= 1250


def test_a_delay_stays_known_when_the_rules_are_not() -> None:
    reader = Reader()
    book = Rulebook(reader, most=0)
    body = "User-agent: *\nCrawl-delay: 7"
    assert [book.delay(body, "ingest") for _ in range(3)] == [7.0] * 3
    assert book.delay("", "ingest") == 0.0
    assert reader.read == [body, ""]
