"""`ingest feeds list` and `show`: what the archive and the settings say together."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ingest.cli.feed_health import ago, happened, span
from storage import Archive
from storage.records import PollRow
from tests.storage import sample

SETTINGS = """\
database: sqlite:///{archive}
outlets:
  - name: tribune
    title: The Tribune
    feeds:
      - https://tribune.example/feed/home
      - {{url: https://tribune.example/feed/latest, title: Latest, insecure_tls: true}}
      - {{url: https://tribune.example/feed/new, enabled: false}}
  - name: later
    feeds: [https://later.example/rss]
"""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample newsroom in which one feed has a gap, one has moved, one is gone from the settings."""
    path = tmp_path_factory.mktemp("health") / "archive.db"
    troubled = {
        1: {"status": "gap", "gap_since": sample.START, "gap_until": sample.START + timedelta(hours=3), "gaps": 2},
        3: {"moved_to": "https://dawn.example/feed", "interval_seconds": 1800, "interval_reason": "as configured: 30m"},
        4: {"status": "removed"},
    }
    with Archive.open(sample.newsroom(path), write=True) as opened, opened.transaction() as t:
        for number, values in troubled.items():
            sample.set_feed(t, number, **values)
    return path


@pytest.fixture
def config(archive: Path, tmp_path: Path) -> Path:
    path = tmp_path / "feeds.yaml"
    path.write_text(SETTINGS.format(archive=archive))
    return path


def rows(text: str) -> dict[str, dict[str, object]]:
    return {row["url"]: row for row in map(json.loads, text.splitlines())}


def test_json_lines_hold_the_view_and_what_the_settings_add(ingest, archive, config):
    listed = ingest("feeds", "list", "--json", "--config", config)
    assert listed.exit_code == 0
    found = rows(listed.stdout)
    assert [(row["outlet"], row["status"]) for row in found.values()] == [
        ("dawn", "ok"), ("later", "new"), ("tribune", "gap"), ("tribune", "failing"), ("tribune", "new"),
        ("xinwen", "removed"),
    ]  # fmt: skip
    latest = found["https://tribune.example/feed/latest"]
    assert {key: latest[key] for key in ("failures", "last_error", "title", "insecure_tls", "enabled")} == {
        "failures": 2, "last_error": "http_5xx: 503", "title": "Latest", "insecure_tls": True, "enabled": True,
    }  # fmt: skip
    home = found["https://tribune.example/feed/home"]
    assert (home["gap_since"], home["gap_until"], home["gaps"]) == ("2025-05-30T12:00:00Z", "2025-05-30T15:00:00Z", 2)
    moved = found["https://dawn.example/rss"]
    assert (moved["moved_to"], moved["interval_reason"]) == ("https://dawn.example/feed", "as configured: 30m")
    assert (moved["enabled"], moved["insecure_tls"]) == (None, None)  # the settings do not list it
    new = found["https://later.example/rss"]
    assert (new["id"], new["failures"], new["articles"], new["next_poll_at"]) == (None, 0, 0, None)
    with Archive.open(f"sqlite:///{archive}") as opened:
        columns = opened.sql("select * from feeds").columns
    assert set(columns) <= set(moved)


def test_a_person_sees_what_needs_a_look(ingest, config):
    shown = ingest("feeds", "list", "--config", config)
    assert (shown.exit_code, shown.stderr) == (0, "Removed feeds are not shown; --status removed shows them.\n")
    assert all(len(line) <= 80 and line == line.rstrip() for line in shown.stdout.splitlines())
    text = " ".join(shown.stdout.split())
    for words in (
        "dawn dawn.example/rss ok now 30m",
        "https://dawn.example/rss moved for good to https://dawn.example/feed",
        "gap: entries of 2025-05-30 17:00 PKT to 2025-05-30 20:00 PKT may have been missed (2 times so far)",
        "failed 2 times in a row: http_5xx: 503; never read so far",
        "insecure_tls: the server's certificate is not verified",
        "6 feeds: 1 ok, 1 new, 1 failing, 1 gap, 1 off, 1 removed",
    ):
        assert words in text, shown.stdout
    assert "xinwen" not in shown.stdout


@pytest.mark.parametrize(
    ("options", "urls"),
    [
        ("--outlet later", ["later.example/rss"]),
        ("--status gap --status removed", ["tribune.example/feed/home", "xinwen.example/atom"]),
        ("--status off", ["tribune.example/feed/new"]),
        ("--outlet tribune --status ok", []),
    ],
)
def test_filters(ingest, config, options, urls):
    listed = ingest("feeds", "list", "--json", *options.split(), "--config", config)
    assert (listed.exit_code, [url.partition("://")[2] for url in rows(listed.stdout)]) == (0, urls)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ("list --outlet tribun", "--outlet: no outlet is named 'tribun'; did you mean 'tribune'?"),
        ("list --status bad", "--status: 'bad' is none of ok, new, failing, gap, gone, off, removed"),
        ("show down", "no outlet or feed is named 'down'; did you mean 'dawn'?"),
        ("show https://nowhere.test/", "no outlet or feed is named 'https://nowhere.test/'"),
    ],
)
def test_what_is_not_there_is_wrong_usage(ingest, config, arguments, complaint):
    refused = ingest("feeds", *arguments.split(), "--config", config)
    assert (refused.exit_code, refused.stdout, refused.stderr) == (2, "", f"ingest: {complaint}\n")


def test_without_settings(read):
    listed = read("feeds", "list", "--json")
    assert listed.exit_code == 0
    assert {row["enabled"] for row in rows(listed.stdout).values()} == {None}
    assert len(rows(listed.stdout)) == 4


def test_without_an_archive_the_settings_are_listed(ingest, tmp_path):
    path = tmp_path / "feeds.yaml"
    path.write_text(SETTINGS.format(archive=tmp_path / "none.db"))
    listed = ingest("feeds", "list", "--config", path)
    assert listed.exit_code == 0
    assert "4 feeds: 3 new, 1 off" in listed.stdout
    assert ingest("feeds", "show", "tribune", "--why", "--config", path).exit_code == 0
    assert sorted(file.name for file in tmp_path.iterdir()) == ["feeds.yaml"]


def test_with_neither(ingest):
    refused = ingest("feeds", "list")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr.count("\n") == 1


def test_a_mistake_in_the_settings_hides_no_feed(ingest, config):
    config.write_text(config.read_text() + "  - {name: b, feeds: [], titel: x}\n")
    listed = ingest("feeds", "list", "--json", "--config", config)
    assert listed.exit_code == 0
    assert len(rows(listed.stdout)) == 4
    assert listed.stderr.startswith(f"Shown without the settings: {config}:")
    assert listed.stderr.count("\n") == 1


def test_show_an_outlet_with_its_decisions(ingest, config):
    shown = ingest("feeds", "show", "tribune", "--why", "--config", config)
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert all(len(line) <= 80 for line in shown.stdout.splitlines())
    assert shown.stdout.startswith("tribune, The Tribune\n\nhttps://tribune.example/feed/home\n  status        gap\n")
    assert (
        "  2025-05-30 17:01  failed (503); next 2025-05-30 17:31 PKT\n                    503, again in 30 minutes\n"
    ) in shown.stdout
    assert "It was never polled." in shown.stdout


@pytest.mark.parametrize("name", ["https://tribune.example/feed/latest", "http://www.tribune.example/feed/latest/"])
def test_show_a_feed_as_one_document(ingest, config, name):
    document = json.loads(ingest("feeds", "show", name, "--why", "--json", "--config", config).stdout)
    assert {key: document[key] for key in ("name", "title")} == {"name": "tribune", "title": "The Tribune"}
    [one] = document["feeds"]
    assert one["url"] == "https://tribune.example/feed/latest"
    [poll] = one["polls"]
    assert (poll["outcome"], poll["reason"], poll["http_status"]) == ("failed", "503, again in 30 minutes", 503)
    assert "polls" not in json.loads(ingest("feeds", "show", name, "--json", "--config", config).stdout)["feeds"][0]


def test_ten_decisions_the_newest_first(ingest, tmp_path):
    from storage.feeds import PollRecord, record_poll
    from storage.model import PollOutcome

    url = sample.newsroom(tmp_path / "archive.db")
    with Archive.open(url, write=True) as archive, archive.transaction() as t:
        for number in range(12):
            at = sample.START + timedelta(days=1, hours=number)
            record_poll(t, PollRecord(3, at, PollOutcome.UNCHANGED, f"reason {number}", http_status=304))
    shown = ingest("feeds", "show", "dawn", "--why", "--database", url).stdout
    reasons = [line.strip() for line in shown.splitlines() if "reason" in line]
    assert reasons == [f"reason {number}" for number in range(11, 1, -1)]
    assert shown.count("nothing new (304)") == 10


def test_text_from_outside_cannot_write_to_the_terminal(ingest, tmp_path):
    url = sample.newsroom(tmp_path / "archive.db")
    with Archive.open(url, write=True) as archive, archive.transaction() as t:
        troubles = {"failures": 1, "failure_kind": "tls", "failure_detail": "\x1b[2Jx\ny"}
        sample.set_feed(t, 1, interval_reason="\x1b]0;t\x07z", **troubles)
    for command in ("list", "show tribune --why"):
        assert "\x1b" not in ingest("feeds", *command.split(), "--database", url).stdout


@pytest.mark.parametrize(
    ("outcome", "status", "entries", "new", "words"),
    [
        ("changed", 200, 30, 3, "30 entries, 3 of them new (200)"),
        ("changed", 200, 1, 1, "1 entry, 1 of them new (200)"),
        ("unchanged", 304, 0, 0, "nothing new (304)"),
        ("failed", None, 0, 0, "failed"),
        ("skipped", None, 0, 0, "not asked"),
    ],
)
def test_polls_in_words(outcome, status, entries, new, words):
    at = datetime(2026, 11, 23, tzinfo=UTC)
    assert happened(PollRow(1, at, outcome, status, 0, 0.0, entries, new, None, "why")) == words


@pytest.mark.parametrize(
    ("seconds", "exact", "past"),
    [
        (0, "0s", "just now"), (45, "45s", "just now"), (119, "1m59s", "1m ago"), (719, "12m", "11m ago"),
        (5400, "1h30m", "1h ago"), (86_400, "1d", "1d ago"), (9 * 86_400 + 7, "9d", "9d ago"),
    ],
)  # fmt: skip
def test_lengths_of_time(seconds, exact, past):
    length = timedelta(seconds=seconds)
    assert (span(length), ago(length)) == (exact, past)
