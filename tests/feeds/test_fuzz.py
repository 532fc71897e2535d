"""Whatever the bytes, `parse_feed` answers with a value. `python -m benchmarks.fuzz_feeds` looks longer."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.fuzz_feeds import SEEDS, TOKENS, fuzz
from ingest.feeds import ParsedFeed, parse_feed

PIECES = st.sampled_from([*TOKENS, *(seed[start : start + 40] for seed in SEEDS for start in range(0, len(seed), 40))])


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    st.one_of(st.binary(), st.lists(PIECES).map(b"".join)),
    st.one_of(st.none(), st.text(max_size=40)),
    st.text(max_size=40),
    st.one_of(st.none(), st.text(max_size=20)),
)
def test_any_bytes(body: bytes, content_type: str | None, url: str, timezone: str | None) -> None:
    feed = parse_feed(body, url=url, content_type=content_type, timezone=timezone)
    assert isinstance(feed, ParsedFeed)
    assert (feed.failure is None) or feed.entries == ()
    assert len({entry.key for entry in feed.entries}) == len(feed.entries)
    for entry in feed.entries:
        assert entry.key
        assert entry.url is None or entry.url.lower().startswith(("http://", "https://"))


@pytest.mark.parametrize("seed", [1, 2])
def test_mutated_documents(seed: int) -> None:
    tried, culprit, _ = fuzz(30, seed, limit=250)
    assert culprit is None
    assert tried > 20
