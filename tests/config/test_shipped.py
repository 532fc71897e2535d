"""The file that ships: real outlets, taken from the lists it names."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from ingest.config import load_settings
from ingest.config.document import compose
from ingest.config.naming import site_of

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("INGEST_SHARED", ROOT.parent / "shared"))
LISTS = ("kagisearch+kite-public", "plenaryapp+awesome-rss-feeds")
SHIPPED = ROOT / "config/feeds.yaml"


def test_it_lists_enough_and_describes_each_outlet() -> None:
    settings = load_settings(SHIPPED, {})
    languages = {outlet.language.partition("-")[0] for outlet in settings.outlets if outlet.language}
    assert (len(settings.outlets) >= 35, len(list(settings.feeds())) >= 60, len(languages) >= 10) == (True,) * 3
    for outlet in settings.outlets:
        assert all([outlet.title, outlet.home, outlet.language, outlet.timezone]), outlet.name
        assert outlet.home is not None
        assert site_of(outlet.home), outlet.name


def test_it_needs_nothing_of_the_environment_and_spells_out_the_defaults() -> None:
    settings = load_settings(SHIPPED, {})
    assert "env:" not in SHIPPED.read_text(encoding="utf-8")
    assert settings.model_copy(update={"outlets": ()}) == type(settings)(outlets=())
    assert compose(SHIPPED.read_text(encoding="utf-8"), "feeds.yaml") is not None


@pytest.mark.shared
def test_every_address_stands_in_the_lists_that_it_names() -> None:
    folder = SHARED / "corpus/feeds"
    if not folder.is_dir():
        pytest.skip("the shared corpus is not here (INGEST_SHARED)")
    files = [path for name in LISTS for path in (folder / name).rglob("*") if path.suffix in (".json", ".opml")]
    listed = {url for path in files for url in re.findall(r'"(https?://[^"]+)"', path.read_text("utf-8", "replace"))}
    assert [feed.url for _, feed in load_settings(SHIPPED, {}).feeds() if feed.url not in listed] == []
