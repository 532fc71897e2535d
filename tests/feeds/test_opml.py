"""OPML there and back."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.feeds.opml import Opml, Outline, feed_urls, parse_opml, write_opml
from storage.model import Failure

SHARED = Path(os.environ.get("INGEST_SHARED", "../shared"))

NESTED = b"""<?xml version="1.0" encoding="ISO-8859-1"?>
<opml version="1.1"><head><title>Caf\xe9 &amp; Co</title><ownerName>desk</ownerName></head><body>
<outline text="World"><outline text="Asia">
  <outline text="Dawn" type="rss" xmlUrl="https://dawn.example/feed?a=1&b=2" htmlUrl="https://dawn.example/"/>
</outline></outline>
<outline title="Tribune" xmlUrl="feed://tribune.example/rss"/><outline text="a folder"/>
<outline text="not a feed" xmlUrl="javascript:alert(1)"/>
</body></opml>"""


def test_nested_outlines() -> None:
    opml = parse_opml(NESTED)
    assert isinstance(opml, Opml)
    assert opml.head == {"title": "Café & Co", "ownerName": "desk"}
    assert [(url, folders) for url, folders, _ in feed_urls(opml.outlines)] == [
        ("https://dawn.example/feed?a=1&b=2", ("World", "Asia")),
        ("http://tribune.example/rss", ()),
    ]
    assert parse_opml(write_opml(opml)) == opml


@pytest.mark.parametrize("body", [b"", b"text", b"<rss/>", b"<html><body>x</body></html>", b"<opml", b"\x00\xff"])
def test_what_is_none(body: bytes) -> None:
    assert isinstance(parse_opml(body), Failure) or body == b"<opml"


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"))
NAMES = st.sampled_from(["text", "title", "xmlUrl", "htmlUrl", "{urn:ingest:opml}outlet"])
OUTLINES = st.recursive(
    st.builds(Outline, st.dictionaries(NAMES, TEXT)),
    lambda children: st.builds(Outline, st.dictionaries(NAMES, TEXT), st.lists(children, max_size=3).map(tuple)),
    max_leaves=8,
)


@given(st.lists(OUTLINES, max_size=3), TEXT)
def test_round_trip_is_lossless(outlines: list[Outline], title: str) -> None:
    opml = Opml(tuple(outlines), {"title": title})
    assert parse_opml(write_opml(opml)) == opml


@given(st.binary(max_size=200))
def test_whatever_was_read_can_be_written(noise: bytes) -> None:
    place = len(NESTED) * (len(noise) % 7) // 7
    opml = parse_opml(NESTED[:place] + noise + NESTED[place:])
    assert isinstance(opml, Failure) or isinstance(parse_opml(write_opml(opml)), Opml)


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data is not here (INGEST_SHARED)")
def test_every_list_of_the_corpus() -> None:
    files = sorted((SHARED / "corpus/feeds").rglob("*.opml"))
    assert len(files) > 100
    refused = []
    for file in files:
        opml = parse_opml(file.read_bytes())
        if isinstance(opml, Failure):
            refused.append(file.name)
        else:
            assert parse_opml(write_opml(opml)) == opml, file
    assert refused == ["missingOpml.opml"]
