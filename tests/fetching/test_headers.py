"""What a request carries."""

from __future__ import annotations

from ingest import __version__
from ingest.config import FeedSettings
from ingest.fetching import Purpose, RequestOptions
from ingest.fetching.headers import request_headers, user_agent
from ingest.fetching.targets import Target, parse_target

NONE = RequestOptions()


def sent(options: RequestOptions = NONE, login: str | None = None) -> dict[str, str]:
    target = parse_target("https://news.test:8443/feed")
    assert isinstance(target, Target)
    pairs = request_headers(target, Purpose.FEED, options, login, user_agent("https://example.org"), ())
    assert len({name.lower() for name, _ in pairs}) == len(pairs), "a header twice"
    return {name.decode(): value.decode("latin-1") for name, value in pairs}


def test_nothing_needless() -> None:
    assert sent() == {
        "Host": "news.test:8443",
        "User-Agent": f"ingest/{__version__} (+https://example.org)",
        "Accept": "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.8",
        "Accept-Encoding": "gzip, deflate",
    }
    assert user_agent(None) == f"ingest/{__version__}"


def test_what_the_configuration_adds() -> None:
    for options, name, value in (
        (RequestOptions(headers={"X-Key": "k"}), "X-Key", "k"),
        (RequestOptions(headers={"accept": "text/xml"}), "accept", "text/xml"),
        (RequestOptions(headers={"accept-encoding": "br"}), "Accept-Encoding", "gzip, deflate"),
        (RequestOptions(headers={"HOST": "elsewhere.test"}), "Host", "news.test:8443"),
        (RequestOptions(user_agent="Other/2"), "User-Agent", "Other/2"),
        (RequestOptions(basic_auth="user:pass"), "Authorization", "Basic dXNlcjpwYXNz"),
        (RequestOptions(bearer_token="t"), "Authorization", "Bearer t"),
        (RequestOptions(cookies={"a": "1", "b": "2"}), "Cookie", "a=1; b=2"),
    ):
        assert sent(options)[name] == value
    assert sent(login="user:pass")["Authorization"] == "Basic dXNlcjpwYXNz"


def test_options_of_a_configured_feed() -> None:
    feed = FeedSettings(url="https://News.test/feed", headers={"X-Key": "k"}, bearer_token="t", insecure_tls=True)
    options = RequestOptions.of(feed)
    assert options.origin == "https://news.test"
    assert (options.headers, options.bearer_token, options.insecure_tls) == ({"X-Key": "k"}, "t", True)
    assert options.elsewhere() == RequestOptions()
    assert options.without_secrets() == RequestOptions(origin="https://news.test", insecure_tls=True)
