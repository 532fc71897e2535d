from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.polling.hub import hub_of

HUB = "https://hub.example/?a=1,2"
LINKS = (
    (f'<{HUB}>; rel="hub"', HUB),
    (f"<{HUB}>; rel=hub", HUB),
    (f'<{HUB}>;title="a, <b>; rel=self";REL="self  Hub"', HUB),
    (f'<https://news.example/feed>; rel="self", <{HUB}>; rel="hub", <https://other.example/>; rel=hub', HUB),
    (f'<https://news.example/wp-json/>; rel="https://api.example/", <{HUB}>;rel=hub', HUB),
    (f'<{HUB}>; rel="self"; rel="hub"', None),
    (f'<{HUB}>; rel="hubs"', None),
    (f"<{HUB}>", None),
    ("</hub>; rel=hub", None),
    ("<javascript:alert(1)>; rel=hub", None),
    (f"{HUB}; rel=hub", None),
    (f'<{HUB}>; rel="hub"' + " " * 2_000, None),
    ("", None),
)


@pytest.mark.parametrize(("links", "hub"), LINKS)
def test_links(links: str, hub: str | None) -> None:
    assert hub_of({"link": links}) == hub


def test_no_links() -> None:
    assert hub_of({}) is None


@given(st.text('<>;,="rel hub/:htp', max_size=2_000))
def test_nothing_makes_it_fail(links: str) -> None:
    hub_of({"link": links})
