"""What others script against: views, columns, their order and kinds. Columns may be added at the end, none may change."""

from __future__ import annotations

import json
import re

import pytest

ARTICLE = (
    "id:int outlet:str title:str authors:json url:str? canonical_url:str? published_at:time? first_seen_at:time "
    "updated_at:time? language:str? word_count:int summary:str text:str image_url:str? method:str revision_count:int "
    "story_id:int duplicate_of:int?"
)
VIEWS = {
    "articles": ARTICLE,
    "unique_articles": ARTICLE,
    "duplicates": (
        "article_id:int original_id:int kind:str score:float threshold:float scheme:int decided_at:time status:str"
    ),
    "stories": (
        "id:int representative_id:int article_count:int outlet_count:int first_published_at:time last_published_at:time"
    ),
    "revisions": "article_id:int number:int seen_at:time title:str text:str change:str?",
    "sightings": (
        "feed_id:int feed_url:str outlet:str entry_key:str url:str? title:str article_id:int? status:str kind:str? "
        "detail:str? attempts:int next_attempt_at:time? first_seen_at:time last_seen_at:time"
    ),
    "outlets": "name:str title:str home:str? language:str? feeds:int articles:int last_article_at:time?",
    "feeds": (
        "id:int outlet:str url:str status:str last_polled_at:time? last_changed_at:time? next_poll_at:time? "
        "interval_seconds:int? interval_reason:str? failures:int last_error:str? articles:int"
    ),
    "polls": (
        "feed_id:int at:time outcome:str http_status:int? bytes:int seconds:float entries:int new:int "
        "next_poll_at:time? reason:str"
    ),
}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
KINDS = {
    "int": lambda value: isinstance(value, int),
    "float": lambda value: isinstance(value, float),
    "str": lambda value: isinstance(value, str),
    "time": lambda value: isinstance(value, str) and TIME.fullmatch(value),
    "json": lambda value: isinstance(json.loads(value), list),
}


@pytest.mark.parametrize("view", VIEWS)
def test_views_are_as_promised(newsroom, view):
    promised = [column.split(":") for column in VIEWS[view].split()]
    rows = newsroom.sql(f"SELECT * FROM {view}")
    assert list(rows.columns[: len(promised)]) == [name for name, _ in promised]
    found = list(rows)
    assert found
    for row in found:
        for (name, kind), value in zip(promised, row, strict=False):
            assert (value is None and kind.endswith("?")) or KINDS[kind.rstrip("?")](value), (name, value)


def test_originals_and_stories_of_one(newsroom):
    """`duplicate_of` is null for originals, each article is in one story, and each story has one row among the unique."""
    assert not list(newsroom.sql("SELECT 1 FROM articles WHERE duplicate_of = id OR story_id IS NULL"))
    stories = [number for (number,) in newsroom.sql("SELECT story_id FROM unique_articles ORDER BY 1")]
    assert stories == [number for (number,) in newsroom.sql("SELECT id FROM stories ORDER BY 1")]
    wrong = "SELECT 1 FROM articles a JOIN stories s ON s.id = a.story_id"
    assert not list(newsroom.sql(f"{wrong} WHERE coalesce(a.duplicate_of, a.id) <> s.representative_id"))
