"""Articles made of a feed's own text."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ingest.drafts import draft_from_feed
from ingest.jobs import OutletHints
from storage.model import ArticleDraft, Entry, PendingEntry

ENGLISH = (
    "<p>The committee will publish its report on the bridge next week, and the council will then vote on it.</p>"
    "<p>Residents of both banks have waited for eleven years, said the chair of the committee after the meeting.</p>"
)
GERMAN = (
    "<p>Die Brücke über den Fluss bleibt noch bis zum Frühjahr gesperrt, teilte die Stadtverwaltung am Montag mit.</p>"
    "<p>Wer auf die andere Seite will, muss weiterhin die Fähre nehmen, die alle zwanzig Minuten ablegt.</p>"
)
URDU = (
    "<p>کمیٹی اگلے ہفتے پل کے بارے میں اپنی رپورٹ شائع کرے گی اور اس کے بعد کونسل اس پر رائے شماری کرے گی۔</p>"
    "<p>دونوں کناروں کے رہنے والے گیارہ برس سے انتظار کر رہے ہیں، اجلاس کے بعد کمیٹی کے سربراہ نے کہا۔</p>"
)

LANGUAGES = {  # the entry's tag, the outlet's, the text: what the article is in
    "nobody says it": (None, None, GERMAN, "de"),
    "too short to tell": (None, None, "<p>Die Brücke ist gesperrt.</p>", None),
    "too short, but said": (None, "de", "<p>Die Brücke ist gesperrt.</p>", "de"),
    "as the outlet says": (None, "de-AT", GERMAN, "de-AT"),
    "the entry knows better than its outlet": ("de-CH", "de", GERMAN, "de-CH"),
    "other letters than the outlet's": (None, "ur", ENGLISH, "en"),
    "other letters than the template's": ("en-US", None, URDU, "ur"),
}


@pytest.mark.parametrize(("entry", "outlet", "html", "expected"), LANGUAGES.values(), ids=LANGUAGES)
def test_the_language_of_a_feeds_own_text(entry, outlet, html, expected):
    pending = PendingEntry(
        sighting_id=1,
        feed_id=1,
        feed_url="https://news.example/feed",
        outlet="news",
        entry=Entry(key="1", url="https://news.example/1", title="1", content_html=html, language=entry),
        canonical_url="https://news.example/1",
        attempts=0,
        since=datetime(2026, 1, 1, tzinfo=UTC),
        article_id=None,
    )
    draft = draft_from_feed(pending, OutletHints(language=outlet))
    assert isinstance(draft, ArticleDraft)
    assert draft.language == expected
