"""Feeds come into the file as new lines; everything else stays to the letter."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.config import ConfigError, FeedSettings, OutletSettings, Settings, load_settings, parse_settings
from ingest.config.editing import Addition, add_feed, add_outlets, with_outlets, without_known

# Before and after; a line that begins with > is new. `first` gets a feed, `new` is an outlet.
LAYOUTS = {
    "comments and an indented list": """\
# at the top
outlets:   # all of them

  # the first
  - name: first   # its name
    feeds:
      - https://a.example/1    # the first feed

      # about the second
      - {url: https://a.example/2, interval: 10m}   # slow
>      - https://new.example/feed
      # - https://a.example/off

  # about the other
  - feeds: [https://b.example/]
    name: other
>
>  - name: new
>    title: 'The New: a paper'
>    feeds:
>      - https://new.example/1
>      - {url: https://new.example/2, interval: 1h30m}
    # the end

polling: {interval: 1h,
    adaptive: no}   # as before
""",
    "a list at its key's own column": """\
outlets:
- name: first
  feeds:
  - https://a.example/1
>  - https://new.example/feed
  pages: no
- name: other
  feeds: []
  title:
>- name: new
>  title: 'The New: a paper'
>  feeds:
>    - https://new.example/1
>    - {url: https://new.example/2, interval: 1h30m}
""",
    "the outlets last, without a last line end": """\
database: sqlite:///a.db
outlets:
    -   name: first
        feeds:
            - https://a.example/1
>            - https://new.example/feed
        extract:
            strip:
                - Read more
                  and more   # a pattern in two lines
>    - name: new
>      title: 'The New: a paper'
>      feeds:
>        - https://new.example/1
>        - {url: https://new.example/2, interval: 1h30m}
""",
}
FEED = OutletSettings(name="first", feeds=(FeedSettings(url="https://new.example/feed"),))
NEW = OutletSettings(
    name="new",
    title="The New: a paper",
    feeds=(
        FeedSettings(url="https://new.example/1"),
        FeedSettings.model_validate({"url": "https://new.example/2", "interval": "90m"}),
    ),
)


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_only_new_lines_come_in(layout: str, line_end: str) -> None:
    lines = LAYOUTS[layout].splitlines()
    before = line_end.join(line for line in lines if not line.startswith(">"))
    after = line_end.join(line.removeprefix(">") for line in lines)
    changed, additions = with_outlets(before, [FEED, NEW], path="feeds.yaml", environ={})
    assert changed == after
    assert additions == (
        Addition("first", created=False, feeds=("https://new.example/feed",)),
        Addition("new", created=True, feeds=("https://new.example/1", "https://new.example/2")),
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("outlets: []\n", "outlets:\n  - name: a\n    feeds:\n      - https://a.example/\n"),
        ("outlets:   []   # none", "outlets:\n  - name: a\n    feeds:\n      - https://a.example/   # none"),
        ("outlets: [ # none\n]\n", "outlets: [ # none\n{name: a, feeds: [https://a.example/]}]\n"),
        (
            "{outlets: [{name: b, feeds: []}]}",
            "{outlets: [{name: b, feeds: []}, {name: a, feeds: [https://a.example/]}]}",
        ),
        ("outlets: [{name: a, feeds: []}]", "outlets: [{name: a, feeds: [https://a.example/]}]"),
        (
            "outlets: [{name: a, feeds: [https://b.example/, ]}]",
            "outlets: [{name: a, feeds: [https://b.example/, https://a.example/, ]}]",
        ),
        (
            "outlets:\n  - name: a\n    feeds: []   # x\n",
            "outlets:\n  - name: a\n    feeds: [https://a.example/]   # x\n",
        ),
    ],
)
def test_lists_in_brackets(before: str, after: str) -> None:
    outlet = OutletSettings(name="a", feeds=(FeedSettings(url="https://a.example/"),))
    assert with_outlets(before, [outlet], path="feeds.yaml", environ={})[0] == after


@pytest.mark.parametrize(
    "text",
    [
        "fetching: {ports: &none []}\noutlets:\n  - name: first\n    feeds: *none\n",
        "outlets:\n  - name: first\n    feeds: []\n    extract:\n      strip:\n        - |\n          no line end",
    ],
)
def test_a_list_that_cannot_be_added_to_is_left_alone(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        with_outlets(text, [FEED, NEW], path="feeds.yaml", environ={})
    assert str(caught.value) == "feeds.yaml: the layout is too unusual to add to it; add the lines by hand"


@pytest.mark.parametrize(
    ("url", "outlet", "about", "line"),
    [
        ("ftp://a.example", "a", {}, "feeds add: feeds[0].url: 'ftp://a.example' is not a http or https address"),
        ("https://c.example/", "A B", {}, "feeds add: name: 'A B' is not a name: small letters a-z, digits and '-'"),
        (
            "https://c.example/",
            "a",
            {"timezone": "Asia/Karchi"},
            "feeds add: timezone: 'Asia/Karchi' is not a time zone",
        ),
        ("https://c.example/", "a", {"title": "env:HOME"}, "{path}: 'env:HOME' would be read from the environment"),
        (
            "http://www.b.example/feed/",
            "a",
            {},
            "{path}: 'http://www.b.example/feed/' is listed already, under the outlet",
        ),
        ("https://c.example/", "old", {}, "{path}: 'old' is a former name of 'b'"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_written(
    tmp_path: Path, url: str, outlet: str, about: dict[str, str], line: str
) -> None:
    path = tmp_path / "feeds.yaml"
    path.write_text(text := "outlets: [{name: b, formerly: [old], feeds: [https://b.example/feed]}]")
    with pytest.raises(ConfigError) as caught:
        add_feed(path, url, outlet, about=about, environ={})
    assert str(caught.value).startswith(line.format(path=path))
    assert path.read_text() == text
    assert [file.name for file in tmp_path.iterdir()] == ["feeds.yaml"]


def test_the_file_keeps_its_permissions_and_stays_a_link(tmp_path: Path) -> None:
    real = tmp_path / "real.yaml"
    real.write_text("outlets: []\n")
    real.chmod(0o640)
    link = tmp_path / "feeds.yaml"
    link.symlink_to(real)
    added = add_feed(link, "https://a.example/", "a", about={"title": "A", "home": None}, environ={})
    assert added == Addition("a", created=True, feeds=("https://a.example/",))
    assert link.is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert load_settings(link, {}).outlets == (
        OutletSettings(name="a", title="A", feeds=(FeedSettings(url="https://a.example/"),)),
    )


def test_a_file_that_is_not_there_begins_empty_when_wanted(tmp_path: Path) -> None:
    path = tmp_path / "new" / "feeds.yaml"
    with pytest.raises(ConfigError, match="there is no such file"):
        add_outlets(path, [NEW], environ={})
    add_outlets(path, [NEW], environ={}, create=True)
    assert load_settings(path, {}).outlets == (NEW,)
    assert path.read_text().startswith("# ")


def test_a_folder_that_cannot_be_written_to(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="cannot be written: "):
        add_outlets(tmp_path / "file" / "feeds.yaml", [NEW], environ={}, create=True)


def test_secrets_that_stand_in_the_file_stay_there(tmp_path: Path) -> None:
    path = tmp_path / "feeds.yaml"
    path.write_text("outlets: [{name: a, feeds: [{url: https://a.example/, bearer_token: env:TOKEN}]}]\n")
    add_feed(path, "https://a.example/2", "a", environ={"TOKEN": "hush"})
    assert "bearer_token: env:TOKEN}" in path.read_text()
    assert "hush" not in path.read_text()


def test_feeds_that_are_listed_already_are_left_out() -> None:
    settings = parse_settings("outlets: [{name: a, feeds: [https://a.example/1]}]", path="f", environ={})
    urls = ("http://a.example/1/", "https://a.example/2", "https://www.a.example/2")
    outlets = [
        OutletSettings(name="a", feeds=tuple(FeedSettings(url=url) for url in urls)),
        OutletSettings(name="b", feeds=(FeedSettings(url="https://a.example/1"),)),
    ]
    kept, left = without_known(settings, outlets)
    assert [(outlet.name, [feed.url for feed in outlet.feeds]) for outlet in kept] == [("a", ["https://a.example/2"])]
    assert left == ["http://a.example/1/", "https://www.a.example/2", "https://a.example/1"]


TITLES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Co"]), min_size=1, max_size=30)


@given(TITLES, TITLES)
def test_any_title_comes_back_as_it_went_in(title: str, folder: str) -> None:
    outlet = OutletSettings.model_validate(
        {"name": "a", "title": f"x{title}x", "feeds": [{"url": "https://a.example/", "folder": [f"x{folder}x"]}]}
    )
    for before in ("outlets: []", "outlets: [ # x\n]", "outlets:\n- {name: b, feeds: []}\n"):
        changed, _ = with_outlets(before, [outlet], path="f", environ={})
        assert parse_settings(changed, path="f", environ={}).outlets[-1] == outlet


def test_the_empty_file_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "feeds.yaml"
    assert add_outlets(path, [], environ={}, create=True) == ()
    assert load_settings(path, {}) == Settings(outlets=())
