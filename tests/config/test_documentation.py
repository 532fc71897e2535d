"""docs/configuration.md: every key is there with its true default, and every example is a file that loads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ingest.config import ConfigError, Settings, parse_settings
from ingest.config.reading import all_keys
from ingest.config.settings import SECRET_KEYS

DOCUMENT = (Path(__file__).parents[2] / "docs/configuration.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `([a-z_.\[\]]+)` \| (.+?) \| (.+?) \| .+ \|$", DOCUMENT, re.MULTILINE)
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)


def read(text: str) -> Settings:
    return parse_settings(text, path="f", environ={"GAZETTE_LOGIN": "user:password", "WIRE_TOKEN": "token"})


PLACES = {  # where a key stands, by what it begins with, the longest first
    "outlets[].feeds[].": "outlets: [{{name: a, feeds: [{{url: https://a.example/, {}}}]}}]",
    "outlets[].extract.": "outlets: [{{name: a, feeds: [], extract: {{{}}}}}]",
    "outlets[].": "outlets: [{{name: a, feeds: [], {}}}]",
    "fetching.per_host.": "{{outlets: [], fetching: {{per_host: {{{}}}}}}}",
    "fetching.": "{{outlets: [], fetching: {{{}}}}}",
    "polling.": "{{outlets: [], polling: {{{}}}}}",
    "backup.": "{{outlets: [], backup: {{{}}}}}",
    "metrics.": "{{outlets: [], metrics: {{{}}}}}",
    "": "{{outlets: [], {}}}",
}


def with_key(key: str, value: str) -> str:
    """A file in which one key is set."""
    start = next(start for start in PLACES if key.startswith(start))
    return PLACES[start].format(f"{key.removeprefix(start)}: {value}")


def test_every_key_is_documented_once_and_no_other() -> None:
    mappings = {key for key in all_keys() if any(other.startswith(f"{key}.") for other in all_keys())}
    documented = [key for key, _, _ in ROWS]
    assert sorted(documented) == sorted(set(all_keys()) - mappings | {"outlets[].extract"})


@pytest.mark.parametrize(("key", "default"), [(key, default) for key, default, _ in ROWS if default != "*required*"])
def test_the_default_is_the_true_one(key: str, default: str) -> None:
    written = "~" if default == "*none*" else default.strip("`")
    assert read(with_key(key, written)) == read(with_key(key, "~"))


def test_what_is_required_is_missed() -> None:
    required = {key for key, default, _ in ROWS if default == "*required*"}
    missed = set()
    for text in ("{}", "outlets: [{}]", "outlets: [{name: a, feeds: [{}]}]"):
        with pytest.raises(ConfigError) as caught:
            read(text)
        missed |= {problem.key.replace("[0]", "[]") for problem in caught.value.problems}
    assert missed == required


def test_secrets_are_marked() -> None:
    marked = {key.rpartition(".")[2] for key, _, value in ROWS if "*secret*" in value}
    assert marked == SECRET_KEYS


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_examples_load(example: str) -> None:
    assert isinstance(read(example), Settings)


MISTAKEN = """\
database: sqlite:///data/archive.db

poling: {interval: 1h}
outlets:
  - {name: tribune,
     title: The Tribune,
     feeds: [https://tribune.example/feed]}


  - {name: b, feeds: []}

  - name: c
    feeds:
      - {url: https://c.example/, interval: 10 parsecs}
  - name: tribune
    feeds:
      - https://www.tribune.example/feed/
      - {url: https://gazette.example/members.rss, basic_auth: env:GAZETTE_LOGIN}
"""


def test_the_mistakes_shown_are_those_one_gets() -> None:
    [shown] = re.findall(r"^```text\n(config/feeds.yaml:.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)
    with pytest.raises(ConfigError) as caught:
        parse_settings(MISTAKEN, path="config/feeds.yaml", environ={})
    assert str(caught.value) + "\n" == shown
