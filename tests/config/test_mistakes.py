"""Every mistake is named, all at once, in the words that the user reads: one case, the file and its lines."""

from __future__ import annotations

import pytest

from ingest.config import ConfigError, parse_settings

CASES = {
    "a duration that is none": (
        """
outlets:
  - name: tribune
    feeds:
      - {url: https://a.example/feed, interval: 10 parsecs}
""",
        ["5: outlets[0].feeds[0].interval: '10 parsecs' is not a duration such as 30s, 10m, 2h, 1d"],
    ),
    "misspelt keys": (
        """
poling: {interval: 1h}
polling: {intervall: 1h}
outlets:
  - name: a
    timezon: Asia/Karachi
    feeds: [{ulr: https://a.example/}]
""",
        [
            "2: poling: unknown key; did you mean 'polling'?",
            "3: polling.intervall: unknown key; did you mean 'interval' or 'min_interval'?",
            "6: outlets[0].timezon: unknown key; did you mean 'timezone'?",
            "7: outlets[0].feeds[0].url: is missing, and has no default",
            "7: outlets[0].feeds[0].ulr: unknown key; did you mean 'url'?",
        ],
    ),
    "a key that nobody knows": (
        """
outlets: []
metrics: {colour: red}
""",
        ["3: metrics.colour: unknown key; known here are port, address"],
    ),
    "a key in the wrong place": (
        """
outlets:
  - name: a
    interval: 10m
    feeds: []
""",
        [
            "4: outlets[0].interval: unknown key here; there is outlets[].feeds[].interval, polling.interval, "
            "backup.interval",
        ],
    ),
    "what is missing": (
        """
polling: {}
outlets:
  - title: A
  - {}
""",
        [
            "4: outlets[0].name: is missing, and has no default",
            "4: outlets[0].feeds: is missing, and has no default",
            "5: outlets[1].name: is missing, and has no default",
            "5: outlets[1].feeds: is missing, and has no default",
        ],
    ),
    "no outlets": ("polling: {}", ["1: outlets: is missing, and has no default"]),
    "outlets without a value": ("polling: {}\noutlets:", ["2: outlets: is missing, and has no default"]),
    "one name twice": (
        """
outlets:
  - {name: dawn, feeds: []}
  - {name: tribune, feeds: [], formerly: [dawn]}
  - {name: dawn, feeds: []}
""",
        [
            "4: outlets[1].formerly[0]: 'dawn' is already a name of the outlet in line 3",
            "5: outlets[2].name: 'dawn' is already a name of the outlet in line 3",
        ],
    ),
    "one feed twice, in several spellings": (
        """
outlets:
  - name: a
    feeds:
      - https://a.example/feed
      - https://a.example/feed?x=1
      - {url: http://www.a.example/feed/}
      - https://through.example/https://a.example/feed
  - name: b
    feeds: [HTTPS://A.EXAMPLE:443/feed#top, https://a.example/FEED]
""",
        [
            "7: outlets[0].feeds[2].url: 'http://www.a.example/feed/' is already listed in line 5",
            "10: outlets[1].feeds[0]: 'HTTPS://A.EXAMPLE:443/feed#top' is already listed in line 5",
        ],
    ),
    "a key twice": (
        """
outlets:
  - name: a
    feeds: []
    name: b
""",
        ["5: outlets[0].name: stands twice, first in line 3"],
    ),
    "values of the wrong shape": (
        """
polling: 30m
fetching: {concurrency: many, robots: maybe, ports: 80, allow_networks: [localhost], per_host: []}
backup: {keep: 0}
metrics: {port: 70000}
outlets:
  - a
  - [b]
  - {name: c, feeds: https://c.example/, extract: {remove: aside}}
  - {name: d, feeds: [[x], '', ~, {}], title: [x], headers: x}
""",
        [
            "2: polling: '30m' is not a mapping of keys to values",
            "3: fetching.concurrency: 'many' is not a whole number",
            "3: fetching.robots: 'maybe' is not true or false",
            "3: fetching.per_host: a list is not a mapping of keys to values",
            "3: fetching.allow_networks[0]: 'localhost' is not a network such as 127.0.0.0/8 or fd00::/8",
            "3: fetching.ports: '80' is not a list",
            "4: backup.keep: '0' is less than 1",
            "5: metrics.port: '70000' is more than 65535",
            "7: outlets[0]: 'a' is not a mapping of keys to values",
            "8: outlets[1]: a list is not a mapping of keys to values",
            "9: outlets[2].feeds: 'https://c.example/' is not a list",
            "9: outlets[2].extract.remove: 'aside' is not a list",
            "10: outlets[3].feeds[0]: a list is not a mapping of keys to values",
            "10: outlets[3].feeds[1]: '' is not an address such as https://example.org/feed",
            "10: outlets[3].feeds[2]: has no value",
            "10: outlets[3].feeds[3].url: is missing, and has no default",
            "10: outlets[3].title: a list is not text",
            "10: outlets[3].headers: unknown key here; there is outlets[].feeds[].headers",
        ],
    ),
    "intervals in the wrong order": (
        "polling: {min_interval: 2h, max_interval: 1h}\noutlets: []",
        ["1: polling: min_interval is longer than max_interval"],
    ),
    "two logins": (
        "outlets: [{name: a, feeds: [{url: https://a.example/, basic_auth: 'a:b', bearer_token: c}]}]",
        ["1: outlets[0].feeds[0]: basic_auth and bearer_token exclude each other"],
    ),
    "headers": (
        """
outlets:
  - name: a
    feeds:
      - url: https://a.example/
        headers:
          Host: other.example
          X Y: z
          X-Empty: ~
          X-Unset: env:NOT_SET
""",
        [
            "7: outlets[0].feeds[0].headers.Host: 'Host' is a header that the program sets itself",
            "8: outlets[0].feeds[0].headers.X Y: 'X Y' is not the name of a header",
            "9: outlets[0].feeds[0].headers.X-Empty: has no value",
            "10: outlets[0].feeds[0].headers.X-Unset: the environment variable NOT_SET is not set",
        ],
    ),
    "variables that are not set": (
        "contact: env:NOT_SET\npolling: {interval: env:NOT_SET}\noutlets: []",
        [
            "1: contact: the environment variable NOT_SET is not set",
            "2: polling.interval: the environment variable NOT_SET is not set",
        ],
    ),
    "a value of the environment that is wrong": (
        "polling: {interval: env:SET}\noutlets: []",
        ["1: polling.interval: 'env:SET' is not a duration such as 30s, 10m, 2h, 1d"],
    ),
    "an address with a password": (
        "outlets: [{name: a, feeds: [https://me:hush@a.example/]}]",
        [
            "1: outlets[0].feeds[0]: 'https://***@a.example/' holds a user name or password; write them under "
            "basic_auth, so that they stay secret"
        ],
    ),
    "a long value, in several lines": (
        'contact: "a\\n' + "b" * 100 + '"\noutlets: []',
        [
            "1: contact: 'a\\n" + "b" * 57 + "…' cannot stand in a request header: "
            "plain ASCII characters in one line only"
        ],
    ),
    "a tab": ("outlets:\n\t- name: a", ["2: not valid YAML: a tab stands where the line is indented; use spaces"]),
    "a bracket that stays open": ("outlets: [a\nb: c", ["2: not valid YAML: a ',' or ']' is missing"]),
    "a colon too many": (
        "outlets: []\ncontact: a: b",
        ["2: not valid YAML: a ':' cannot stand here; mend the indentation or add quotes"],
    ),
    "a quote that stays open": (
        "outlets: []\ncontact: 'a\n",
        ["3: not valid YAML: a quote is opened and never closed"],
    ),
    "an alias of nothing": (
        "outlets: *none",
        ["1: not valid YAML: an alias (*name) stands here without its anchor (&name)"],
    ),
    "two documents": (
        "outlets: []\n---\noutlets: []",
        ["2: not valid YAML: a second document begins here ('---'); the settings are one document"],
    ),
    "wrong indentation": (
        "outlets:\n  - name: a\n   feeds: []",
        ["3: not valid YAML: a '- ' is expected here; mend the indentation"],
    ),
    "merge keys": (
        "outlets: [{name: a, feeds: [], <<: {pages: no}}]",
        [
            "1: outlets[0].<<: unknown key; known here are name, feeds, title, home, language, timezone, enabled, "
            "pages, recheck, extract, formerly"
        ],
    ),
    "a key that is no word": ("outlets: []\n? [a, b]\n: c", ["2: a key must be a word"]),
}


@pytest.mark.parametrize("case", CASES)
def test_mistakes_are_named(case: str) -> None:
    text, lines = CASES[case]
    with pytest.raises(ConfigError) as caught:
        parse_settings(text, path="config/feeds.yaml", environ={"SET": "hush"})
    assert str(caught.value).splitlines() == [f"config/feeds.yaml:{line}" for line in lines]
