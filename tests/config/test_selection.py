"""Which feeds `--outlet` and `--feed` mean, and what is said when they mean none."""

from __future__ import annotations

import pytest

from ingest.config import ConfigError, parse_settings, select_feeds

SETTINGS = parse_settings(
    """
outlets:
  - {name: dawn, feeds: [https://www.dawn.com/feeds/home, https://www.dawn.com/feeds/world]}
  - {name: tribune, formerly: [express-tribune], feeds: [https://tribune.com.pk/feed/home]}
  - {name: asleep, enabled: false, feeds: [https://asleep.example/feed]}
  - {name: half, feeds: [{url: https://half.example/on}, {url: https://half.example/off, enabled: false}]}
""",
    path="feeds.yaml",
    environ={},
)


def chosen(outlets: list[str], feeds: list[str]) -> list[str]:
    return [feed.url for _, feed in select_feeds(SETTINGS, outlets, feeds)]


HOME, WORLD, TRIBUNE, HALF = (
    "https://www.dawn.com/feeds/home",
    "https://www.dawn.com/feeds/world",
    "https://tribune.com.pk/feed/home",
    "https://half.example/on",
)


@pytest.mark.parametrize(
    ("outlets", "feeds", "expected"),
    [
        ([], [], [HOME, WORLD, TRIBUNE, HALF]),
        (["dawn"], [], [HOME, WORLD]),
        (["tribune", "dawn"], [], [HOME, WORLD, TRIBUNE]),
        ([], [WORLD], [WORLD]),
        ([], ["http://dawn.com/feeds/world/"], [WORLD]),
        (["tribune"], [WORLD], [WORLD, TRIBUNE]),
        (["dawn"], [WORLD], [HOME, WORLD]),
        (["half"], [], [HALF]),
    ],
)
def test_what_is_chosen(outlets: list[str], feeds: list[str], expected: list[str]) -> None:
    assert chosen(outlets, feeds) == expected


@pytest.mark.parametrize(
    ("outlets", "feeds", "lines"),
    [
        (["dwan"], [], ["--outlet: no outlet is named 'dwan'; did you mean 'dawn'?"]),
        (["qqqqq"], [], ["--outlet: no outlet is named 'qqqqq'"]),
        (["express-tribune"], [], ["--outlet: 'express-tribune' is now named 'tribune'"]),
        (["asleep"], [], ["--outlet: 'asleep' is switched off (enabled: false)"]),
        (
            [],
            ["https://www.dawn.com/feed/home"],
            [
                "--feed: no feed has the address 'https://www.dawn.com/feed/home'; "
                "did you mean 'https://www.dawn.com/feeds/home'?"
            ],
        ),
        ([], ["dawn"], ["--feed: 'dawn' is an outlet; use --outlet dawn"]),
        (
            [],
            ["https://half.example/off", "https://asleep.example/feed"],
            [
                "--feed: 'https://half.example/off' is switched off (enabled: false)",
                "--feed: 'https://asleep.example/feed' is switched off (enabled: false)",
            ],
        ),
        (["a-b-c", "dawn"], ["x"], ["--outlet: no outlet is named 'a-b-c'", "--feed: no feed has the address 'x'"]),
    ],
)
def test_what_is_said(outlets: list[str], feeds: list[str], lines: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        chosen(outlets, feeds)
    assert str(caught.value).splitlines() == lines
