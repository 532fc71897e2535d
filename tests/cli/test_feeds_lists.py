"""`ingest feeds import` and `export`: lists of feeds come into the settings, and leave them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ingest.config import Settings, load_settings
from ingest.config.outlines import outlets_of
from ingest.feeds.opml import Opml, read_opml

ROOT = Path(__file__).parents[2]

LIST = """\
<opml version="1.0"><head><title>Mine</title></head><body>
<outline text="News"><outline text="Pakistan">
  <outline text="Dawn: home" type="rss" xmlUrl="https://www.dawn.example/feeds/home" htmlUrl="https://www.dawn.example/"/>
  <outline text="Dawn: world" type="rss" xmlUrl="http://dawn.example/feeds/world"/>
</outline></outline>
<outline text="Газета "К"" xmlUrl="https://k.example/rss?a=1&b=2" type="rss"/>
<outline text="Ours" xmlUrl="https://tribune.example/feed/" type="rss"/>
<outline text="Odd" xmlUrl="gopher://odd.example/" type="rss"/>
</body></opml>
"""
SETTINGS = """\
# Ours.
outlets:
  - name: tribune   # the first
    feeds: [https://tribune.example/feed]
"""
AFTER = """\
  - name: dawn
    title: dawn.example
    home: https://www.dawn.example/
    feeds:
      - {url: https://www.dawn.example/feeds/home, title: 'Dawn: home', folder: [News, Pakistan]}
      - {url: http://dawn.example/feeds/world, title: 'Dawn: world', folder: [News, Pakistan]}
  - name: k
    title: Газета "К"
    feeds:
      - https://k.example/rss?a=1&b=2
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "feeds.yaml"
    path.write_text(SETTINGS)
    return path


@pytest.fixture
def opml(tmp_path: Path) -> Path:
    path = tmp_path / "list.opml"
    path.write_text(LIST)
    return path


def test_only_new_feeds_come_in_and_everything_else_stays(ingest, config, opml):
    done = ingest("feeds", "import", opml, "--config", config)
    assert done.exit_code == 0
    assert done.stdout.splitlines()[0] == f"3 feeds of 2 outlets (2 new) added to {config}; 1 listed already"
    assert done.stderr.splitlines() == [
        f"ingest: {opml}: not well-formed XML; what could be read was",
        f"ingest: {opml}: 'gopher://odd.example/' is not a http or https address",
    ]
    assert config.read_text() == SETTINGS + AFTER


def test_again_nothing_is_new(ingest, config, opml):
    ingest("feeds", "import", opml, "--config", config)
    done = ingest("feeds", "import", opml, "--json", "--config", config)
    assert (done.exit_code, done.stderr) == (0, "")
    document = json.loads(done.stdout)
    assert document["added"] == []
    assert len(document["known"]) == 4
    assert config.read_text() == SETTINGS + AFTER


def test_as_json(ingest, config, opml):
    document = json.loads(ingest("feeds", "import", opml, "--json", "--config", config).stdout)
    assert document == {
        "file": str(config),
        "added": [
            {
                "outlet": "dawn",
                "created": True,
                "feeds": ["https://www.dawn.example/feeds/home", "http://dawn.example/feeds/world"],
            },
            {"outlet": "k", "created": True, "feeds": ["https://k.example/rss?a=1&b=2"]},
        ],
        "known": ["https://tribune.example/feed/"],
        "problems": [
            "not well-formed XML; what could be read was",
            "'gopher://odd.example/' is not a http or https address",
        ],
    }


def test_a_first_list_makes_the_file(ingest, tmp_path, opml):
    path = tmp_path / "config" / "feeds.yaml"
    assert ingest("feeds", "import", opml, "--config", path).exit_code == 0
    assert [outlet.name for outlet in load_settings(path, {}).outlets] == ["dawn", "k", "tribune"]


@pytest.mark.parametrize(
    ("body", "code", "complaint"),
    [
        (None, 2, "cannot be read: No such file or directory"),
        ("outlets: []", 1, "not an OPML file: it holds no markup"),
        ("<rss/>", 1, "not an OPML file: it begins with <rss>"),
        ("<opml><body/></opml>", 1, "no feeds found in it"),
    ],
)
def test_nothing_to_be_had(ingest, config, tmp_path, body, code, complaint):
    path = tmp_path / "x.opml"
    if body is not None:
        path.write_text(body)
    refused = ingest("feeds", "import", path, "--config", config)
    assert (refused.exit_code, refused.stderr.splitlines()[-1]) == (code, f"ingest: {path}: {complaint}")
    assert config.read_text() == SETTINGS


def test_a_renamed_outlet_keeps_its_place(ingest, config, tmp_path):
    """A list that was exported under the old name, and one from where it was renamed already."""
    feed = '<outline xmlUrl="https://{0}.example/" xmlns:i="urn:ingest:opml" i:outlet=\'{1}\'/>'
    feeds = feed.format("a", '{"name": "old"}') + feed.format("b", '{"name": "paper", "formerly": ["tribune"]}')
    (tmp_path / "x.opml").write_text(f"<opml><body>{feeds}</body></opml>")
    config.write_text("outlets:\n  - {name: new, formerly: [old], feeds: []}\n  - {name: tribune, feeds: []}\n")
    assert ingest("feeds", "import", tmp_path / "x.opml", "--config", config).exit_code == 0
    assert [(o.name, [feed.url for feed in o.feeds]) for o in load_settings(config, {}).outlets] == [
        ("new", ["https://a.example/"]),
        ("tribune", ["https://b.example/"]),
    ]


def test_export_and_import_lose_nothing(ingest, tmp_path):
    shipped, copy, file = ROOT / "config/feeds.yaml", tmp_path / "copy.yaml", tmp_path / "all.opml"
    exported = ingest("feeds", "export", "--config", shipped)
    assert (exported.exit_code, exported.stderr) == (0, "")
    written = ingest("feeds", "export", "--output", file, "--config", shipped)
    assert (written.exit_code, written.stdout) == (0, "")
    assert file.read_text() == exported.stdout
    assert ingest("feeds", "import", file, "--config", copy).exit_code == 0
    assert load_settings(copy, {}).outlets == load_settings(shipped, {}).outlets
    assert ingest("feeds", "export", "--config", copy).stdout == exported.stdout


def test_secrets_stay_here(ingest, config, monkeypatch):
    monkeypatch.setenv("LOGIN", "me:hush")
    config.write_text(
        "outlets:\n  - name: a\n    feeds:\n"
        "      - {url: https://a.example/, basic_auth: env:LOGIN, headers: {X-Key: hush}, insecure_tls: true}\n"
    )
    exported = ingest("feeds", "export", "--config", config)
    assert exported.exit_code == 0
    assert "https://a.example/" in exported.stdout
    assert "hush" not in exported.stdout
    assert "insecure" not in exported.stdout
    opml = read_opml(exported.stdout.encode())
    assert isinstance(opml, Opml)
    assert [outlet.name for outlet in outlets_of(opml.outlines, Settings(outlets=())).outlets] == ["a"]


def test_where_nothing_can_be_written(ingest, config, tmp_path):
    refused = ingest("feeds", "export", "--output", tmp_path / "none" / "x.opml", "--config", config)
    assert refused.exit_code == 1
    assert refused.stderr == f"ingest: --output: {tmp_path}/none/x.opml cannot be written: No such file or directory\n"


def test_export_needs_settings(ingest):
    refused = ingest("feeds", "export")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr == "ingest: config/feeds.yaml: there is no such file\n"
