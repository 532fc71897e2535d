"""The newsroom holds what it is meant to show: enough of everything, and a truth without contradictions."""

import re
from collections import Counter
from itertools import combinations

import pytest

from ingest.demo import Newsroom, Truth
from ingest.demo.content import languages, outlets, stories
from ingest.demo.truth import STATUSES
from storage.model import EntryStatus, FailureKind


@pytest.fixture
def truth(newsroom: Newsroom) -> Truth:
    return newsroom.truth()


def size(paragraphs: tuple[str, ...], language: str) -> int:
    """Words; characters in Chinese."""
    text = " ".join(paragraphs)
    return len(re.sub(r"\s", "", text)) if language == "zh" else len(text.split())


def test_there_is_enough_of_everything(truth: Truth) -> None:
    assert len(outlets()) >= 8
    assert len(truth.stored(1)) >= 48
    assert {article.language for article in truth.articles} == set(languages()) == {"en", "ur", "hi", "ar", "ru", "zh"}
    assert {feed.format for outlet in outlets() for feed in outlet.feeds} == {"rss", "atom", "rdf", "json"}
    assert len({outlet.template for outlet in outlets()}) >= 10
    assert len(truth.failing_feeds) == 1
    assert len(truth.corrected()) == 1
    assert sum(len(article.feed_urls) == 2 for article in truth.stored(1)) >= 2
    assert sum(article.kept_from_feed for article in truth.articles) == 1
    assert Counter(article.kind for article in truth.articles if article.status != "stored") == {"gone": 1, "robots": 1}
    assert len(truth.stored(2)) - len(truth.stored(1)) == 3


def test_articles_are_of_the_length_of_articles(truth: Truth) -> None:
    for article in truth.stored(2):
        low, high = (300, 700) if article.language == "zh" else (150, 420)
        assert low <= size(article.paragraphs, article.language) <= high, article.name


def test_every_stored_article_is_in_exactly_one_story(truth: Truth) -> None:
    for edition in (1, 2):
        members = [name for story in truth.stories_in(edition) for name in story]
        assert sorted(members) == sorted(article.name for article in truth.stored(edition))


def test_pairs_to_keep_apart_are_in_different_stories(truth: Truth) -> None:
    together = {frozenset(pair) for story in truth.stories for pair in combinations(story, 2)}
    assert truth.apart
    assert not truth.apart & together


def test_copies_share_most_of_the_shorter_text_and_nothing_else_does(truth: Truth) -> None:
    texts = {a.name: {bare(line) for line in a.paragraphs} for a in truth.stored(2)}
    together = {frozenset(pair) for story in truth.stories for pair in combinations(story, 2)}
    for a, b in combinations(texts, 2):
        share = len(texts[a] & texts[b]) / min(len(texts[a]), len(texts[b]))
        assert (share >= 0.6) == (frozenset((a, b)) in together), (a, b, share)


def test_round_ups_hold_paragraphs_of_each_part(truth: Truth) -> None:
    texts = {a.name: {bare(line) for line in a.paragraphs} for a in truth.stored(2)}
    assert len({whole for _, whole in truth.contained}) == 1
    assert len(truth.contained) >= 8
    for part, whole in truth.contained:
        assert texts[part] & texts[whole], (part, whole)


def bare(paragraph: str) -> str:
    """Without a dateline, or an opening sentence before quoted news."""
    return paragraph[-60:]


def test_the_correction_is_substantial_and_dated_after_publication(truth: Truth) -> None:
    (article,) = truth.corrected()
    assert article.corrected_title != article.title
    changed = set(article.corrected_paragraphs or ()) - set(article.paragraphs)
    assert 2 <= len(changed) < len(article.paragraphs)
    assert not any(article.name in story and len(story) > 1 for story in truth.stories)


def test_first_editions_are_older_than_the_second(truth: Truth, newsroom: Newsroom) -> None:
    hours = [p.versions[0].hours for s in stories() for p in s.publications if p.edition == 1]
    later = [p.versions[-1].hours for s in stories() for p in s.publications if p.edition == 2 or len(p.versions) == 2]
    assert min(hours) > 1 > max(later) > 0
    assert all(article.published_at < newsroom.now for article in truth.articles)


def test_counts_of_both_polls(truth: Truth) -> None:
    first, second = truth.counts(1), truth.counts(2)
    assert first["stored"] == len(truth.stored(1))
    assert first["duplicates"] == len(truth.stored(1)) - len(truth.stories_in(1)) >= 12
    assert (first["updated"], first["kept_from_feed"], first["gone"], first["failed"]) == (0, 1, 1, 1)
    assert second == {"stored": 3, "updated": 1, "duplicates": 1, "kept_from_feed": 0, "gone": 0, "failed": 0}


def test_words_of_the_truth_are_words_of_the_archive(truth: Truth) -> None:
    assert {status for status, _ in STATUSES.values()} <= set(EntryStatus)
    assert {kind for _, kind in STATUSES.values() if kind} <= set(FailureKind)


def test_numbers_and_slugs_are_unique() -> None:
    publications = [publication for story in stories() for publication in story.publications]
    assert len({(p.outlet, p.slug) for p in publications}) == len(publications)
    assert len({(p.outlet, p.number) for p in publications}) == len(publications)
