"""The servers: conditional requests, compression, refusals, counts, a clean end."""

import gzip
import socket
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from ingest.config import load_settings
from ingest.demo import Newsroom
from ingest.demo.content import outlets

Get = Callable[..., Any]


@pytest.mark.parametrize(("sent", "kept"), [("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified")])
def test_what_is_unchanged_is_not_sent_again(newsroom: Newsroom, get: Get, sent: str, kept: str) -> None:
    (url,) = newsroom.feed_urls("yunyu")
    first = get(url)
    again = get(url, **{sent: first.headers[kept]})
    assert (first.status, again.status, again.body) == (200, 304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]


def test_an_entity_tag_outweighs_a_date(newsroom: Newsroom, get: Get) -> None:
    (url,) = newsroom.feed_urls("yunyu")
    date = get(url).headers["Last-Modified"]
    assert get(url, If_None_Match='"other"', If_Modified_Since=date).status == 200


def test_the_second_edition_changes_some_feeds_and_leaves_the_others(own_newsroom: Newsroom, get: Get) -> None:
    urls = [url for outlet in outlets() for url in own_newsroom.feed_urls(outlet.name)]
    before = {url: get(url).headers for url in urls}
    own_newsroom.advance()
    for validator, header in (("ETag", "If-None-Match"), ("Last-Modified", "If-Modified-Since")):
        changed = {
            url for url in urls if before[url][validator] and get(url, **{header: before[url][validator]}).status == 200
        }
        assert changed == {
            *own_newsroom.feed_urls("halewick-courier"),
            own_newsroom.feed_urls("meridian-wire")[0],
            *own_newsroom.feed_urls("zarnab-herald"),
        }


def test_pages_other_than_the_corrected_one_stay_as_they_are(own_newsroom: Newsroom, get: Get) -> None:
    articles = [article for article in own_newsroom.truth().stored(1) if not article.kept_from_feed]
    before = {article.name: get(article.url).body for article in articles}
    own_newsroom.advance()
    changed = {article.name for article in articles if get(article.url).body != before[article.name]}
    assert changed == {article.name for article in own_newsroom.truth().corrected()}


def test_gzip_is_sent_to_those_who_accept_it(newsroom: Newsroom, get: Get) -> None:
    (url,) = newsroom.feed_urls("tern")
    plain, packed = get(url), get(url, Accept_Encoding="gzip, deflate")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.body) < len(plain.body)
    assert gzip.decompress(packed.body) == plain.body


def test_answers_other_than_200(newsroom: Newsroom, get: Get) -> None:
    truth = newsroom.truth()
    cases = [
        (truth.failing_feeds[0], 500),
        (truth.article("port-ellin-gazette", "fish-auction-record").url, 410),
        (truth.article("orrery", "a-pinch-of-the-salt-road").url, 403),
        (newsroom.origin("tern") + "/robots.txt", 404),
        (newsroom.origin("tern") + "/no-such-page", 404),
    ]
    for url, status in cases:
        answer = get(url)
        assert answer.status == status, url
        assert answer.headers["ETag"] is None


def test_head_sends_no_body(newsroom: Newsroom, get: Get) -> None:
    (url,) = newsroom.feed_urls("tern")
    answer = get(url, method="HEAD")
    assert (answer.status, answer.body) == (200, b"")
    assert int(answer.headers["Content-Length"]) == len(get(url).body)


def test_robots_keep_crawlers_from_what_is_private(newsroom: Newsroom, get: Get) -> None:
    letter = newsroom.truth().article("halewick-courier", "letter-to-members")
    assert urlsplit(letter.url).path.startswith("/private/")
    assert "Disallow: /private/" in get(newsroom.origin("halewick-courier") + "/robots.txt").body.decode()


def test_requests_are_counted_by_outlet_and_status(own_newsroom: Newsroom, get: Get) -> None:
    (url,) = own_newsroom.feed_urls("tern")
    tag = get(url).headers["ETag"]
    get(url, If_None_Match=tag)
    get(own_newsroom.origin("orrery") + "/nothing")
    assert own_newsroom.requests() == 3
    assert own_newsroom.requests("tern") == 2
    assert own_newsroom.requests("tern", 304) == own_newsroom.requests(status=404) == 1
    own_newsroom.journal.clear()
    assert own_newsroom.requests() == 0


def test_a_connection_serves_many_requests_at_once_with_others(own_newsroom: Newsroom) -> None:
    statuses: list[int] = []

    def visit() -> None:
        connection = HTTPConnection(urlsplit(own_newsroom.origin("tern")).netloc, timeout=60)
        for _ in range(5):
            connection.request("GET", "/feed.json")
            response = connection.getresponse()
            response.read()
            statuses.append(response.status)
        connection.close()

    visitors = [threading.Thread(target=visit) for _ in range(12)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    assert statuses == [200] * 60 == [200] * own_newsroom.requests("tern")


def test_closing_ends_open_connections_and_frees_the_ports() -> None:
    before = set(threading.enumerate())
    newsroom = Newsroom(datetime.now(UTC))
    address = ("127.0.0.1", int(newsroom.origin("tern").rpartition(":")[2]))
    # Connections are accepted in turn: once the second is answered the first one is open, too. One that still
    # waits to be accepted is reset by the system when the port closes, and no end of ours.
    with socket.create_connection(address, timeout=60) as silent, socket.create_connection(address, timeout=60) as idle:
        idle.sendall(b"GET /feed.json HTTP/1.1\r\nHost: tern\r\n\r\n")
        assert idle.recv(12) == b"HTTP/1.1 200"
        newsroom.close()
        assert silent.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address, timeout=60)
    assert set(threading.enumerate()) <= before


def test_a_client_that_hangs_up_disturbs_nobody(
    newsroom: Newsroom, get: Get, capfd: pytest.CaptureFixture[str]
) -> None:
    address = ("127.0.0.1", int(newsroom.origin("tern").rpartition(":")[2]))
    with socket.create_connection(address) as rude:
        rude.sendall(b"GET / HTTP/1.1\r\nContent-Le")
    with socket.create_connection(address) as nonsense:
        nonsense.sendall(b"\x16\x03\x01\x02\x00\r\n\r\n")
    assert get(newsroom.feed_urls("tern")[0]).status == 200
    assert capfd.readouterr() == ("", "")


def test_the_configuration_names_every_outlet_feed_and_port(newsroom: Newsroom, tmp_path: Path) -> None:
    path = tmp_path / "feeds.yaml"
    newsroom.write_config(path, database="sqlite:///demo.db")
    written = yaml.safe_load(path.read_text("utf-8"))
    assert written["database"] == "sqlite:///demo.db"
    assert [item["name"] for item in written["outlets"]] == [outlet.name for outlet in outlets()]
    assert [tuple(item["feeds"]) for item in written["outlets"]] == [newsroom.feed_urls(o.name) for o in outlets()]
    settings = load_settings(path, environ={})
    assert settings.fetching.per_host.delay == timedelta(0)
    assert [o.timezone for o in settings.outlets] == [o.timezone for o in outlets()]
    ports = {urlsplit(url).port for item in written["outlets"] for url in item["feeds"]}
    assert ports == set(written["fetching"]["ports"])
