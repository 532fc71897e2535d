"""What a file comes to, where it is looked for, and what the environment adds."""

from __future__ import annotations

import os
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from ingest.config import (
    ConfigError,
    FeedSettings,
    OutletSettings,
    PollingSettings,
    Settings,
    config_path,
    database_url,
    find_database,
    find_settings,
    load_settings,
    parse_settings,
)
from ingest.config.settings import SECRET_KEYS

CONTRACT = """\
database: sqlite:///data/archive.db
contact: https://example.org/our-archive     # goes into the User-Agent
polling:  {interval: 30m, min_interval: 5m, max_interval: 24h, adaptive: true}
fetching: {concurrency: 48, deadline: 30s, max_feed_size: 10MB, max_page_size: 5MB, robots: true,
           per_host: {concurrency: 2, delay: 1s}, allow_networks: ["127.0.0.0/8"]}
outlets:
  - name: tribune                            # short, unique, [a-z0-9-]
    title: The Express Tribune
    home: https://tribune.com.pk/
    language: en
    timezone: Asia/Karachi                   # for dates without a zone or with an ambiguous one
    enabled: true
    pages: true                              # false: keep the feed's own text, fetch no pages
    feeds:
      - https://tribune.com.pk/feed/home
      - {url: https://tribune.com.pk/feed/latest, interval: 10m}
"""


def read(text: str, **environ: str) -> Settings:
    return parse_settings(text, path="feeds.yaml", environ=environ)


def test_the_file_of_the_contract() -> None:
    settings = read(CONTRACT)
    [outlet] = settings.outlets
    assert settings.polling == PollingSettings()
    assert settings.fetching.allow_networks == (ip_network("127.0.0.0/8"),)
    assert settings.fetching.model_copy(update={"allow_networks": ()}) == Settings(outlets=()).fetching
    assert (outlet.name, outlet.title, outlet.timezone) == ("tribune", "The Express Tribune", "Asia/Karachi")
    assert outlet.feeds == (
        FeedSettings(url="https://tribune.com.pk/feed/home"),
        FeedSettings(url="https://tribune.com.pk/feed/latest", interval=timedelta(minutes=10)),
    )


def test_outlets_alone_are_a_file() -> None:
    assert read("outlets: [{name: a, feeds: [https://a.example/]}]") == Settings(
        outlets=(OutletSettings(name="a", feeds=(FeedSettings(url="https://a.example/"),)),)
    )


@pytest.mark.parametrize(
    ("text", "of", "value"),
    [
        ("language: no", "language", "no"),  # YAML 1.1 reads false
        ("language: NO", "language", "no"),
        ("title: 2000", "title", "2000"),
        ("title: 1_000", "title", "1_000"),
        ("title: 12:30", "title", "12:30"),  # YAML 1.1 reads 750
        ("title: 2026-11-23", "title", "2026-11-23"),  # YAML 1.1 reads a date
        ("title: yes", "title", "yes"),
        ("title: 'null'", "title", "null"),
        ("title: null", "title", None),
        ("title: ~", "title", None),
        ("title:", "title", None),
        ("title: '  two  words '", "title", "two  words"),
        ("pages: no", "pages", False),
        ("pages: off", "pages", False),
        ("pages: 'false'", "pages", False),
        ("pages: yes", "pages", True),
        ("pages:", "pages", True),
        ("recheck: off", "recheck", ()),
        ("recheck: []", "recheck", ()),
        ("recheck: [1h, 2d]", "recheck", (timedelta(hours=1), timedelta(days=2))),
        ("recheck:", "recheck", None),
        ("formerly: [old, older]", "formerly", ("old", "older")),
    ],
)
def test_the_key_says_what_a_value_is(text: str, of: str, value: object) -> None:
    [outlet] = read(f"outlets: [{{name: a, feeds: [], {text} }}]").outlets
    assert getattr(outlet, of) == value


def test_aliases_repeat_values() -> None:
    settings = read("polling: {interval: &i 10m, max_interval: *i}\noutlets: []")
    assert settings.polling.interval == settings.polling.max_interval == timedelta(minutes=10)


def test_an_outlet_says_itself_when_it_is_checked_again() -> None:
    settings = read("""
polling: {recheck: [2h]}
outlets: [{name: a, feeds: []}, {name: b, feeds: [], recheck: off}, {name: c, feeds: [], recheck: [1d]}]
""")
    assert [settings.recheck(outlet) for outlet in settings.outlets] == [
        (timedelta(hours=2),),
        (),
        (timedelta(days=1),),
    ]


def test_settings_do_not_change() -> None:
    settings = read(CONTRACT)
    with pytest.raises(ValidationError):
        settings.polling.interval = timedelta(0)


# --- the environment -------------------------------------------------------------------------------------------------

SECRET = "correct-horse:battery-staple"
WITH_SECRETS = """
outlets:
  - name: a
    feeds:
      - {url: https://a.example/1, basic_auth: env:LOGIN, headers: {X-Key: env:LOGIN}, cookies: {sid: env:LOGIN}}
      - {url: https://a.example/2, bearer_token: env:LOGIN, proxy: env:PROXY}
      - {url: https://a.example/3, bearer_token: 'correct-horse:battery-staple'}
"""


def test_secrets_come_from_the_environment_and_show_nowhere() -> None:
    settings = read(WITH_SECRETS, LOGIN=SECRET, PROXY=f"http://{SECRET}@proxy.example:3128")
    first, second, third = settings.outlets[0].feeds
    assert first.basic_auth is not None
    assert first.basic_auth.get_secret_value() == SECRET
    assert first.headers["X-Key"].get_secret_value() == first.cookies["sid"].get_secret_value() == SECRET
    assert second.proxy is not None
    assert second.proxy.get_secret_value() == f"http://{SECRET}@proxy.example:3128"
    assert third.bearer_token == second.bearer_token
    for shown in (repr(settings), str(settings), settings.model_dump_json()):
        assert "horse" not in shown
        assert "staple" not in shown


@pytest.mark.parametrize("secret", ["ключ", "two\r\nlines: horse", "horse\0"])
@pytest.mark.parametrize(
    ("key", "source"),
    [
        ("interval", "environment"),
        *((key, source) for key in sorted(SECRET_KEYS) for source in ("file", "environment")),
    ],
)
def test_no_mistake_shows_a_secret(key: str, secret: str, source: str) -> None:
    given = "env:LOGIN" if source == "environment" else '"' + secret.encode("unicode_escape").decode() + '"'
    value = f"{{x: {given}}}" if key in ("headers", "cookies") else given
    with pytest.raises(ConfigError) as caught:
        read(f"outlets: [{{name: a, feeds: [{{url: https://a.example/, {key}: {value}}}]}}]", LOGIN=secret)
    assert "horse" not in str(caught.value)
    assert "ключ" not in str(caught.value)
    assert caught.value.__cause__ is caught.value.__context__ is None  # pydantic's own error would show it


def test_any_value_may_come_from_the_environment() -> None:
    settings = read("{contact: env:US, polling: {interval: env:EVERY}, outlets: []}", US="a@b.example", EVERY="7m")
    assert (settings.contact, settings.polling.interval) == ("a@b.example", timedelta(minutes=7))


def test_a_part_of_a_value_does_not() -> None:
    assert read("{contact: see env:US, outlets: []}", US="x").contact == "see env:US"


# --- where the file and the archive are ------------------------------------------------------------------------------


def test_the_option_comes_before_the_environment_before_the_default() -> None:
    assert config_path(Path("o.yaml"), {"INGEST_CONFIG": "e.yaml"}) == Path("o.yaml")
    assert config_path(None, {"INGEST_CONFIG": "e.yaml"}) == Path("e.yaml")
    assert config_path(None, {"INGEST_CONFIG": ""}) == config_path(None, {}) == Path("config/feeds.yaml")


def test_the_archive_is_named_by_option_then_environment_then_file_then_default() -> None:
    file, none = read("{database: sqlite:///file.db, outlets: []}"), read("outlets: []")
    environ = {"INGEST_DATABASE": "sqlite:///env.db"}
    assert database_url(file, "sqlite:///option.db", environ) == "sqlite:///option.db"
    assert database_url(file, None, environ) == "sqlite:///env.db"
    assert database_url(file, None, {}) == "sqlite:///file.db"
    assert database_url(none, None, {}) == "sqlite:///data/archive.db"


@pytest.mark.parametrize(
    ("option", "environ", "words"),
    [
        ("archive.db", {}, "--database: 'archive.db' is not a database such as sqlite:///data/archive.db"),
        (None, {"INGEST_DATABASE": "x"}, "$INGEST_DATABASE: 'x' is not a database such as sqlite:///data/archive.db"),
    ],
)
def test_a_wrong_archive_is_named_with_its_source(option: str | None, environ: dict[str, str], words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        database_url(read("outlets: []"), option, environ)
    assert str(caught.value) == words


def test_commands_that_only_read_need_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_settings(None, {}, required=False) == Settings(outlets=())
    for option, environ, required in [
        (None, {}, True),
        (Path("named.yaml"), {}, False),
        (None, {"INGEST_CONFIG": "named.yaml"}, False),
    ]:
        with pytest.raises(ConfigError, match=r"(named|config/feeds)\.yaml: there is no such file"):
            find_settings(option, environ, required=required)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("database: sqlite:///file.db\noutlets: [{feeds: [env:NOT_SET]}]", "sqlite:///file.db"),
        ("database: env:ARCHIVE", "sqlite:///env.db"),
        ("poling: 1\npoling: 2", "sqlite:///data/archive.db"),
        ("", "sqlite:///data/archive.db"),
        ("- a", "sqlite:///data/archive.db"),
        ("database:", "sqlite:///data/archive.db"),
    ],
)
def test_the_archive_is_found_in_a_file_with_mistakes(tmp_path: Path, text: str, expected: str) -> None:
    path = tmp_path / "feeds.yaml"
    path.write_text(text)
    assert find_database(path, None, {"ARCHIVE": "sqlite:///env.db"}) == expected
    assert find_database(path, "sqlite:///option.db", {}) == "sqlite:///option.db"
    assert find_database(None, None, {"INGEST_CONFIG": str(path), "ARCHIVE": "sqlite:///env.db"}) == expected


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("database: x", "1: database: 'x' is not a database such as sqlite:///data/archive.db"),
        ("database: env:NOT_SET", "1: database: the environment variable NOT_SET is not set"),
        ("database: [", "2: not valid YAML: did not find expected node content"),
    ],
)
def test_a_wrong_archive_in_a_file_is_named(tmp_path: Path, text: str, line: str) -> None:
    path = tmp_path / "feeds.yaml"
    path.write_text(text + "\n")
    with pytest.raises(ConfigError) as caught:
        find_database(path, None, {})
    assert str(caught.value) == f"{path}:{line}"


def test_without_a_file_the_archive_is_where_it_is_by_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_database(None, None, {}) == "sqlite:///data/archive.db"
    with pytest.raises(ConfigError, match=r"named\.yaml: there is no such file"):
        find_database(Path("named.yaml"), None, {})


def test_the_process_environment_is_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "feeds.yaml"
    path.write_text("{contact: env:INGEST_TEST_CONTACT, outlets: []}")
    monkeypatch.setenv("INGEST_TEST_CONTACT", "us@example.org")
    monkeypatch.setenv("INGEST_CONFIG", str(path))
    assert find_settings().contact == "us@example.org"


# --- files that are none ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "line", "words"),
    [
        (b"# a\n# caf\xe9\n", 2, "not UTF-8 text (byte 0xe9); save the file as UTF-8"),
        ("outlets: []".encode("utf-16"), 1, "not UTF-8 text (byte 0xff); save the file as UTF-8"),
        (b"outlets: []\n\n\0", 3, "not valid YAML: a control character, which YAML forbids"),
        (b"", None, "the file is empty; it needs keys, at least 'outlets:'"),
        (b"\n  # only this\n", None, "the file is empty; it needs keys, at least 'outlets:'"),
        (b"- name: a\n", None, "the top of the file is a list; it needs keys, at least 'outlets:'"),
        (b"tribune\n", None, "the top of the file is a single value; it needs keys, at least 'outlets:'"),
    ],
)
def test_a_file_that_cannot_be_read(tmp_path: Path, body: bytes, line: int | None, words: str) -> None:
    path = tmp_path / "feeds.yaml"
    path.write_bytes(body)
    with pytest.raises(ConfigError) as caught:
        load_settings(path, {})
    assert str(caught.value) == f"{path}{'' if line is None else f':{line}'}: {words}"


def test_a_byte_order_mark_and_other_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "feeds.yaml"
    path.write_bytes(b"\xef\xbb\xbfoutlets: []\r\npolling:\r\n  interval: 7m\r\n")
    assert load_settings(path, {}).polling.interval == timedelta(minutes=7)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        load_settings(tmp_path, {})


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_one_may_not_read(tmp_path: Path) -> None:
    path = tmp_path / "feeds.yaml"
    path.touch(mode=0)
    with pytest.raises(ConfigError, match="cannot be read: Permission denied"):
        load_settings(path, {})


# --- hostile files ---------------------------------------------------------------------------------------------------

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{below}'] * 9)}]\n" for below, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (BOMB, "aliases (*name) repeat more than 100,000 values"),
        ("outlets: &a [*a]", "values stand more than 50 deep in one another"),
        ("outlets: &a {outlets: *a}", "values stand more than 50 deep in one another"),
        ("outlets: " + "[" * 100_000 + "]" * 100_000, "values stand more than 50 deep in one another"),
        ("- " * 100_000, "values stand more than 50 deep in one another"),
        ("a: !!python/object/apply:os.system [x]\noutlets: []", "the YAML tag 'python/object/apply:os.system' has no"),
    ],
)
def test_a_hostile_file_is_refused(text: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(text)
    assert words in str(caught.value)


def outcome(text: str) -> Settings | list[str]:
    try:
        return read(text)
    except ConfigError as error:
        return [str(problem) for problem in error.problems]


def is_plain(outcome: Settings | list[str]) -> bool:
    return isinstance(outcome, Settings) or (bool(outcome) and all("\n" not in line for line in outcome))


@given(st.text())
def test_any_text_is_settings_or_mistakes(text: str) -> None:
    assert is_plain(outcome(text))


KEYS = st.sampled_from(
    ["outlets", "name", "feeds", "url", "polling", "interval", "headers", "extract", "strip", "x", "<<"]
)
TEXTS = st.sampled_from(["", "~", "env:X", "10m", "https://a.example/", "a", "*", "[", "off"]) | st.text(max_size=9)
TREES = st.recursive(
    TEXTS.map(lambda text: "'" + text.replace("'", "''") + "'"),
    lambda below: st.one_of(
        st.lists(below, max_size=3).map(lambda items: "[" + ", ".join(items) + "]"),
        st.lists(st.tuples(KEYS, below), max_size=3).map(
            lambda pairs: "{" + ", ".join(f"{key}: {value}" for key, value in pairs) + "}"
        ),
    ),
    max_leaves=12,
)


@given(TREES, TREES)
def test_any_shape_is_settings_or_mistakes(outlets: str, feeds: str) -> None:
    assert is_plain(outcome(f"{{outlets: {outlets}}}"))
    assert is_plain(outcome(f"outlets: [{{name: a, feeds: [{feeds}]}}]"))


def test_settings_made_by_hand_hide_a_wrong_secret_too() -> None:
    with pytest.raises(ValidationError) as caught:
        FeedSettings.model_validate({"url": "https://a.example/", "basic_auth": "hush", "headers": {"X": "hush\n"}})
    assert "hush" not in str(caught.value)
