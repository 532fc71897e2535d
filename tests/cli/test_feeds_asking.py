"""`ingest feeds check`, `discover` and `add`: against a server on loopback that counts what it is asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from ingest.config import load_settings
from ingest.demo.server import Journal, OutletServer, Reception
from ingest.demo.site import Resource
from storage import Archive, feeds
from storage.model import HostState

NEWEST = datetime(2026, 11, 20, 8, tzinfo=UTC)


@dataclass
class Site:
    """One server. Paths may be set while it serves."""

    server: OutletServer
    journal: Journal

    @property
    def origin(self) -> str:
        return self.server.origin

    def serve(self, path: str, body: str, kind: str = "text/html", **more: object) -> str:
        self.server.resources = {**self.server.resources, path: Resource(body.encode(), kind, **more)}
        return self.origin + path

    def feed(self, path: str, entries: int = 3, title: str = "Paper", **more: object) -> str:
        return self.serve(path, rss(self.origin, entries, title), "application/rss+xml", **more)

    def move(self, path: str, to: str, status: int) -> str:
        return self.serve(path, "", status=status, location=self.origin + to)

    def write(self, path: Path, outlets: list[dict[str, object]]) -> Path:
        """Settings that let the program ask here."""
        values = {
            "database": f"sqlite:///{path.parent / 'archive.db'}",
            "fetching": {
                "deadline": "10s",
                "per_host": {"delay": "0s"},
                "allow_networks": ["127.0.0.0/8"],
                "ports": [self.server.server_port],
            },
            "outlets": outlets,
        }
        path.write_text(yaml.safe_dump(values, sort_keys=False), encoding="utf-8")
        return path


def rss(origin: str, entries: int, title: str) -> str:
    items = "".join(
        f"<item><title>Story {n}</title><link>{origin}/story/{n}</link>"
        f"<pubDate>{NEWEST - timedelta(hours=n):%a, %d %b %Y %H:%M:%S} GMT</pubDate></item>"
        for n in range(entries)
    )
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>{title}</title><link>{origin}/</link>'
        f"<language>ur</language>{items}</channel></rss>"
    )


def page(head: str = "", body: str = "") -> str:
    return f"<!doctype html><html><head><title>Home</title>{head}</head><body>{body}</body></html>"


def link(path: str, title: str = "") -> str:
    return f'<link rel="alternate" type="application/rss+xml" href="{path}" title="{title}">'


@pytest.fixture
def site() -> Iterator[Site]:
    journal = Journal()
    server = OutletServer("site", journal)
    reception = Reception((server,))
    reception.start()
    try:
        yield Site(server, journal)
    finally:
        reception.close()


@pytest.fixture
def config(site: Site, tmp_path: Path) -> Path:
    return site.write(tmp_path / "feeds.yaml", [])


# --- check ------------------------------------------------------------------------------------------------------------


MISTAKEN = "outlets:\n  - {name: A, feeds: []}\n  - {name: b, feed: []}\n"


@pytest.mark.parametrize("options", [[], ["--offline"]])
def test_mistakes_are_named_one_a_line(ingest, tmp_path, options):
    path = tmp_path / "feeds.yaml"
    path.write_text(MISTAKEN)
    refused = ingest("feeds", "check", *options, "--config", path)
    assert (refused.exit_code, refused.stdout) == (2, "")
    lines = refused.stderr.splitlines()
    assert [line.split(": ")[1:3] for line in lines] == [
        [f"{path}:2", "outlets[0].name"], [f"{path}:3", "outlets[1].feeds"], [f"{path}:3", "outlets[1].feed"],
    ]  # fmt: skip


def test_mistakes_as_json(ingest, tmp_path):
    path = tmp_path / "feeds.yaml"
    path.write_text(MISTAKEN)
    refused = ingest("feeds", "check", "--offline", "--json", "--config", path)
    assert (refused.exit_code, refused.stderr) == (2, "")
    document = json.loads(refused.stdout)
    assert document["file"] == str(path)
    assert [(problem["line"], problem["key"]) for problem in document["problems"]] == [
        (2, "outlets[0].name"), (3, "outlets[1].feeds"), (3, "outlets[1].feed"),
    ]  # fmt: skip


def test_offline_asks_nobody(ingest, site, config):
    feed = site.feed("/feed.xml")
    site.write(config, [{"name": "a", "feeds": [feed]}, {"name": "b", "enabled": False, "feeds": [f"{feed}2"]}])
    checked = ingest("feeds", "check", "--offline", "--config", config)
    assert (checked.exit_code, checked.stdout) == (0, f"{config}: no mistakes; 2 outlets, 2 feeds, 1 of them off\n")
    assert site.journal.count() == 0
    document = json.loads(ingest("feeds", "check", "--offline", "--json", "--config", config).stdout)
    assert document == {
        "file": str(config), "problems": [], "outlets": 2, "feeds": 2, "enabled": 1, "answers": None,
    }  # fmt: skip


def outlets(site: Site) -> list[dict[str, object]]:
    """A good feed, one that moved, one that is a page, one that is gone, one that is off."""
    site.serve("/page", page(link("/feed.xml")))
    site.move("/old", "/feed.xml", 301)
    return [
        {"name": "a", "feeds": [site.feed("/feed.xml"), site.origin + "/old"]},
        {"name": "b", "feeds": [site.origin + "/page", site.origin + "/none"]},
        {"name": "c", "feeds": [{"url": site.origin + "/off", "enabled": False}]},
    ]


def test_each_feed_is_asked_once_and_nothing_is_written(ingest, site, config):
    site.write(config, outlets(site))
    checked = ingest("feeds", "check", "--json", "--config", config)
    assert (checked.exit_code, checked.stderr) == (0, "")
    answers = json.loads(checked.stdout)["answers"]
    shown = [(a["outlet"], a["url"].removeprefix(site.origin), a["format"], a["entries"], a["kind"]) for a in answers]
    assert shown == [
        ("a", "/feed.xml", "rss20", 3, None),
        ("a", "/old", "rss20", 3, None),
        ("b", "/page", None, None, "not_a_feed"),
        ("b", "/none", None, None, "http_4xx"),
    ]
    assert answers[0]["newest_at"] == "2026-11-20T08:00:00Z"
    assert answers[1]["moved_to"] == site.origin + "/feed.xml"
    assert site.journal.count() == 5  # four feeds and one redirect
    assert sorted(file.name for file in config.parent.iterdir()) == ["feeds.yaml"]


def test_what_a_person_sees_of_a_check(ingest, site, config):
    site.write(config, outlets(site))
    checked = ingest("feeds", "check", "--config", config)
    assert (checked.exit_code, checked.stderr) == (0, "")
    assert all(len(line) <= 80 for line in checked.stdout.splitlines()[1:])  # the first names the file
    text = " ".join(checked.stdout.split())
    for words in (
        "rss20 3",
        f"{site.origin}/old moved for good to {site.origin}/feed.xml",
        f"{site.origin}/page not_a_feed: not a feed but a page of HTML it offers the feed {site.origin}/feed.xml",
        "4 feeds asked, 2 failed",
    ):
        assert words in text


def test_all_feeds_fail(ingest, site, config):
    site.write(config, [{"name": "b", "feeds": [site.origin + "/none"]}])
    assert ingest("feeds", "check", "--config", config).exit_code == 1


def test_only_some(ingest, site, config):
    site.write(config, outlets(site))
    document = json.loads(ingest("feeds", "check", "--json", "--outlet", "a", "--config", config).stdout)
    assert {answer["outlet"] for answer in document["answers"]} == {"a"}
    refused = ingest("feeds", "check", "--outlet", "z", "--config", config)
    assert (refused.exit_code, refused.stderr) == (2, "ingest: --outlet: no outlet is named 'z'\n")


def test_a_pause_that_a_server_asked_for_is_kept(ingest, site, config):
    feed = site.feed("/feed.xml")
    site.write(config, [{"name": "a", "feeds": [feed]}])
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
    with Archive.open(f"sqlite:///{config.parent / 'archive.db'}", write=True) as archive, archive.transaction() as t:
        feeds.save_host(t, HostState(site.origin.removeprefix("http://"), until, "429"))
    checked = ingest("feeds", "check", "--json", "--config", config)
    assert checked.exit_code == 1
    assert json.loads(checked.stdout)["answers"][0]["kind"] == "throttled"
    assert site.journal.count() == 0


# --- discover ---------------------------------------------------------------------------------------------------------


def discovered(result) -> list[str]:
    return [feed["url"] for feed in json.loads(result.stdout)["feeds"]]


def test_the_feeds_that_a_page_names(ingest, site, config):
    named = link("/main", "All news") + link("/gone") + link("/same") + link("/page2")
    home = site.serve("/", page(named, '<a href="/sport/rss">Sport</a>'))
    site.feed("/main", 20, "Paper - all")
    site.feed("/sport/rss", 2, "Paper - sport")
    site.move("/same", "/main", 302)
    site.serve("/page2", page())
    found = ingest("feeds", "discover", home, "--json", "--config", config)
    assert (found.exit_code, found.stderr) == (0, "")
    document = json.loads(found.stdout)
    assert [feed["url"].removeprefix(site.origin) for feed in document["feeds"]] == ["/main", "/sport/rss"]
    assert [feed["title"] for feed in document["feeds"]] == ["All news", "Sport"]
    assert [feed["entries"] for feed in document["feeds"]] == [20, 2]
    scores = [feed["score"] for feed in document["feeds"]]
    assert scores == sorted(scores, reverse=True)
    assert {(one["url"].removeprefix(site.origin), one["kind"]) for one in document["failed"]} == {
        ("/gone", "http_4xx"), ("/page2", "not_a_feed"),
    }  # fmt: skip
    assert site.journal.count() == 7  # the page, five links, one redirect; nothing was guessed


def test_what_a_person_sees_of_a_discovery(ingest, site, config):
    feed = site.feed("/main")
    home = site.serve("/", page(link("/main", "All news") + link("/gone")))
    site.write(config, [{"name": "a", "feeds": [feed]}])
    found = ingest("feeds", "discover", home, "--config", config)
    assert found.exit_code == 0
    assert found.stdout.startswith(f"{site.origin}/main\n  All news: rss20, 3 entries, newest ")
    assert "listed already, under a" in " ".join(found.stdout.split())
    assert found.stderr.splitlines() == [
        f"{site.origin}/gone is named as a feed: http_4xx: 404 Not Found",
        "Add one with: ingest feeds add URL --outlet NAME",
    ]


def test_a_limit(ingest, site, config):
    home = site.serve("/", page("".join(link(f"/feeds/{n}") for n in range(4))))
    for n in range(4):
        site.feed(f"/feeds/{n}")
    found = json.loads(ingest("feeds", "discover", home, "--limit", 2, "--json", "--config", config).stdout)
    assert (len(found["feeds"]), len(found["untried"])) == (2, 2)
    assert site.journal.count() == 3
    assert len(discovered(ingest("feeds", "discover", home, "--limit", 0, "--json", "--config", config))) == 4


def test_a_page_that_names_none_is_guessed_at_until_one_is_found(ingest, site, config):
    home = site.serve("/", page())
    site.feed("/rss")
    site.feed("/feed.xml")
    found = ingest("feeds", "discover", home, "--json", "--config", config)
    assert discovered(found) == [site.origin + "/rss"]
    assert json.loads(found.stdout)["failed"] == []
    assert site.journal.count(status=404) < 10


def test_an_address_that_is_a_feed(ingest, site, config):
    feed = site.feed("/feed.xml")
    assert discovered(ingest("feeds", "discover", feed, "--json", "--config", config)) == [feed]
    assert site.journal.count() == 1


def test_nothing_found(ingest, site, config):
    home = site.serve("/", page())
    found = ingest("feeds", "discover", home, "--config", config)
    assert (found.exit_code, found.stdout) == (1, "")
    words = "no feed found, neither named on the page nor in the usual places"
    assert found.stderr == f"ingest: {home}: {words}\n"


def test_a_server_that_is_not_there_is_asked_once(ingest, site, config):
    site.write(config, [])
    found = ingest("feeds", "discover", "https://nowhere.invalid/", "--json", "--config", config)
    assert found.exit_code == 1
    assert json.loads(found.stdout)["kind"] == "dns"


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("gopher://a.example/", "'gopher://a.example/' is not a http or https address"),
        ("a b", "'a b' is not an address: it holds white space"),
        (
            "https://u:p@a.example/",
            "'https://***@a.example/' holds a user name or password; write them under basic_auth, so that they stay"
            " secret",
        ),
    ],
)
@pytest.mark.parametrize("command", [["discover"], ["add", "--outlet", "a"]], ids=["discover", "add"])
def test_addresses_that_are_none(ingest, config, command, url, complaint):
    refused = ingest("feeds", *command, url, "--config", config)
    assert (refused.exit_code, refused.stdout, refused.stderr) == (2, "", f"ingest: {complaint}\n")


# --- add --------------------------------------------------------------------------------------------------------------


def test_a_new_outlet_is_told_what_the_feed_says(ingest, site, config):
    before = "# Ours.\n" + config.read_text()
    config.write_text(before)
    feed = site.feed("/feed.xml", title="The Paper: news")
    added = ingest("feeds", "add", feed, "--outlet", "paper", "--timezone", "Asia/Karachi", "--config", config)
    assert (added.exit_code, added.stderr) == (0, "")
    assert added.stdout.startswith(f"Added {feed} to the new outlet 'paper' in {config}: rss20, 3 entries, newest ")
    assert config.read_text() == before.replace("outlets: []\n", "outlets:\n") + (
        "  - name: paper\n    title: 'The Paper: news'\n"
        f"    home: {site.origin}/\n    language: ur\n    timezone: Asia/Karachi\n    feeds:\n      - {feed}\n"
    )
    assert site.journal.count() == 1


def test_a_feed_of_an_outlet_that_is_there(ingest, site, config):
    site.write(config, [{"name": "paper", "feeds": [site.origin + "/1"]}])
    feed = site.feed("/2")
    added = ingest("feeds", "add", feed, "--outlet", "paper", "--json", "--config", config)
    assert added.exit_code == 0
    document = json.loads(added.stdout)
    assert {key: document[key] for key in ("file", "outlet", "created", "url", "entries", "title")} == {
        "file": str(config), "outlet": "paper", "created": False, "url": feed, "entries": 3, "title": "Paper",
    }  # fmt: skip
    [outlet] = load_settings(config, {}).outlets
    assert [each.url for each in outlet.feeds] == [site.origin + "/1", feed]
    assert outlet.title is None


def test_what_moved_for_good_is_added_where_it_is(ingest, site, config):
    feed = site.feed("/new")
    added = ingest("feeds", "add", site.move("/old", "/new", 301), "--outlet", "a", "--config", config)
    assert added.exit_code == 0
    assert added.stderr == f"{site.origin}/old has moved there for good.\n"
    assert load_settings(config, {}).outlets[0].feeds[0].url == feed
    site.feed("/other")
    kept = ingest("feeds", "add", site.move("/today", "/other", 302), "--outlet", "a", "--config", config)
    assert kept.exit_code == 0
    assert load_settings(config, {}).outlets[0].feeds[1].url == site.origin + "/today"


def test_what_is_no_feed_is_refused_with_the_feeds_it_offers(ingest, site, config):
    home, before = site.serve("/", page(link("/feed.xml", "News"))), config.read_text()
    refused = ingest("feeds", "add", home, "--outlet", "a", "--config", config)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr.splitlines() == [
        f"ingest: {home}: not added: not_a_feed: not a feed but a page of HTML",
        f"  it offers the feed {site.origin}/feed.xml",
    ]
    again = ingest("feeds", "add", home, "--outlet", "a", "--json", "--config", config)
    assert again.exit_code == 1
    document = json.loads(again.stdout)
    assert (document["kind"], [each["url"] for each in document["feed_links"]]) == (
        "not_a_feed",
        [site.origin + "/feed.xml"],
    )
    assert config.read_text() == before
    assert site.journal.count() == 2


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ("{0}/1 --outlet paper", "{1}: '{0}/1' is listed already, under the outlet 'paper'"),
        ("{0}/1/ --outlet other", "{1}: '{0}/1/' is listed already, under the outlet 'paper'"),
        ("{0}/2 --outlet old", "--outlet: 'old' is now named 'paper'"),
        ("{0}/2 --outlet paper --title X", "--title: the outlet 'paper' is there already; change it in the file"),
        ("{0}/2 --outlet The-Paper", "feeds add: name: 'The-Paper' is not a name: small letters a-z, digits and"),
        ("{0}/2 --outlet new --language Urdu!", "feeds add: language: 'Urdu!' is not a language tag such as en, ur"),
        ("{0}/2 --outlet new --title env:HOME", "{1}: 'env:HOME' would be read from the environment"),
    ],
)
def test_mistakes_are_found_before_anybody_is_asked(ingest, site, config, arguments, complaint):
    site.write(config, [{"name": "paper", "formerly": ["old"], "feeds": [site.origin + "/1"]}])
    before = config.read_text()
    refused = ingest("feeds", "add", *arguments.format(site.origin).split(), "--config", config)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr.startswith(f"ingest: {complaint.format(site.origin, config)}")
    assert refused.stderr.count("\n") == 1
    assert config.read_text() == before
    assert site.journal.count() == 0


def test_what_the_feed_says_is_taken_only_where_it_can_stand(ingest, site, config):
    document = rss("javascript:alert(1)", 1, "env:HOME").replace("<language>ur<", "<language>x_y_z<")
    feed = site.serve("/feed.xml", document, "application/rss+xml")
    assert ingest("feeds", "add", feed, "--outlet", "a", "--config", config).exit_code == 0
    [outlet] = load_settings(config, {}).outlets
    assert (outlet.title, outlet.home, outlet.language) == (None, None, None)


def test_a_file_that_is_broken_is_left_alone(ingest, config):
    config.write_text("outlets: [\n")
    refused = ingest("feeds", "add", "https://a.example/", "--outlet", "a", "--config", config)
    assert refused.exit_code == 2
    assert config.read_text() == "outlets: [\n"


def test_without_a_file_the_defaults_hold_and_nothing_is_made_for_what_is_no_feed(ingest, site, tmp_path):
    path = tmp_path / "new" / "feeds.yaml"
    refused = ingest("feeds", "add", site.feed("/feed.xml"), "--outlet", "a", "--config", path)
    assert refused.exit_code == 1
    assert "not added: refused_address" in refused.stderr
    assert not path.parent.exists()
    assert site.journal.count() == 0
