"""A small archive for tests of reading: three outlets, a story with copies, a revision, failures, six languages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from ingest.duplicates import fingerprint
from storage import articles, entries, feeds, search, stories
from storage.archive import Archive
from storage.model import (
    Alias,
    AliasKind,
    ArticleDraft,
    Change,
    DateEvidence,
    DuplicateEdge,
    EdgeKind,
    Entry,
    EntryStatus,
    Failure,
    FailureKind,
    Novelty,
    Outlet,
    PlannedEntry,
    PollOutcome,
    Signature,
)
from storage.times import format_time
from storage.transaction import Transaction

START = datetime(2025, 5, 30, 12, 0, tzinfo=UTC)
OUTLETS = {
    Outlet("tribune", "The Express Tribune", "https://tribune.example/", "en"): [
        "https://tribune.example/feed/home",
        "https://tribune.example/feed/latest",
    ],
    Outlet("dawn", "Dawn", "https://dawn.example/", "en"): ["https://dawn.example/rss"],
    Outlet("xinwen", "新闻", "https://xinwen.example/", "zh"): ["https://xinwen.example/atom"],
}
STEEL = "The steel mill in Port Qasim will reopen in June, the minister said. " * 12
TEXTS = {  # language: (title, text)
    "zh": ("北京发布天气预警", "北京市气象台今天发布大风蓝色预警信号。市民请注意安全。"),
    "ja": ("東京で桜が満開", "東京都内の公園では桜が満開になり、多くの人がお花見を楽しんだ。"),
    "th": ("ฝนตกหนักในกรุงเทพ", "กรมอุตุนิยมวิทยาเตือนฝนตกหนักในกรุงเทพมหานคร"),
    "ur": ("کراچی میں بارش", "کراچی میں موسلا دھار بارش سے سڑکیں زیرِ آب آ گئیں۔"),
    "ar": ("ارتفاع أسعار النفط", "ارتفعت أسعار النفط اليوم بعد قرار المنظمة، وقال الخبراء إن الاقتصاد سيتأثر."),
    "hi": ("दिल्ली में बारिश", "दिल्ली में भारी बारिश से सड़कों पर पानी भर गया। क़ानून व्यवस्था बनी रही।"),
    "ru": ("Ёлка на Красной площади", "Главную ёлку страны установили на Красной площади в Москве."),
}


def draft(outlet: str, title: str, body: str, **values: object) -> ArticleDraft:
    url = values.pop("url", f"https://{outlet}.example/{abs(hash((outlet, title))) % 10**9}")
    settings = {
        "method": "trafilatura",
        "word_count": len(body.split()),
        "published_at": START,
        "published_evidence": DateEvidence("raw", "page"),
        "language": "en",
        **values,
    }
    return ArticleDraft(
        outlet=outlet,
        title=title,
        text=body,
        url=str(url),
        canonical_url=str(url),
        aliases=(Alias(AliasKind.URL, str(url)),),
        signature=Signature(1, b"\0" * 16, b""),
        **settings,
    )


def repeat(t: Transaction, article_id: int, original_id: int, score: float, kind: EdgeKind = EdgeKind.NEAR) -> None:
    """Record that one article repeats another, and let it join that story."""
    now = START + timedelta(hours=1)
    stories.put_edges(t, [DuplicateEdge(article_id, original_id, kind, score, 0.6, 1, now)])
    if kind is not EdgeKind.CONTAINED:
        stories.join(t, article_id, articles.current(t, original_id).story_id, now)


def edit(t: Transaction, article_id: int, new: ArticleDraft, now: datetime) -> None:
    old = articles.current(t, article_id)
    search.forget(t, article_id)
    articles.revise(t, old, new, Change.EDITED, now)


def newsroom(path: Path) -> str:
    """Fill an archive at `path`; returns its URL. Article 1 is the steel story, 2 and 3 its copies, 4 was edited."""
    url = f"sqlite:///{path}"
    with Archive.open(url, write=True) as archive, archive.transaction() as t:
        feeds.sync(t, OUTLETS)
        _articles(t)
        _polling(t)
        for number, body in t.run("SELECT article_id, text FROM article_text").fetchall():
            signature = fingerprint(body).to_signature()
            values = (number, signature.scheme, signature.exact, signature.tokens)
            t.run("INSERT INTO fingerprint (article_id, scheme, exact, tokens) VALUES (?, ?, ?, ?)", values)
        while search.flush(t):
            pass
    return url


def _articles(t: Transaction) -> None:
    at = START
    authors = ("Web Desk", "A. Khan")
    original = articles.add(
        t, draft("tribune", "Steel mill to reopen", STEEL, authors=authors, extra='{"tags": ["Business", "Steel"]}'), at
    )
    for number, outlet in enumerate(("dawn", "xinwen"), start=1):
        later = at + timedelta(hours=number)
        copy = articles.add(
            t, draft(outlet, f"Port Qasim mill reopens, {outlet}", STEEL + "Agencies", published_at=later), later
        )
        repeat(t, copy, original, 0.97 - number / 100)
    edited = articles.add(t, draft("dawn", "Budget to be presented", "Taxes will rise by 5%. " * 20), at)
    new = draft("dawn", "Budget presented", "Taxes will rise by 7%. " * 20, url="https://dawn.example/budget")
    edit(t, edited, new, at + timedelta(hours=3))
    for number, (language, (title, body)) in enumerate(TEXTS.items(), start=1):
        when = at - timedelta(days=number)
        values = {"language": language, "published_at": when, "url": f"https://xinwen.example/{language}"}
        articles.add(t, draft("xinwen", title, body, **values), at)
    doubtful = {
        "published_at": datetime(2031, 1, 1, tzinfo=UTC),
        "published_evidence": DateEvidence("x", "feed", ("future",)),
    }
    articles.add(t, draft("tribune", "A round-up of the day", "Short items of the day. " * 30, **doubtful), at)
    roundup = articles.add(t, draft("tribune", "More of the day", STEEL + "Other things. " * 90, published_at=None), at)
    repeat(t, original, roundup, 0.9, EdgeKind.CONTAINED)


def _polling(t: Transaction) -> None:
    for number, state in enumerate(feeds.states(t)):
        at = START + timedelta(minutes=number)
        failing = number == 1
        feeds.record_poll(
            t,
            feeds.PollRecord(
                state.id,
                at,
                PollOutcome.FAILED if failing else PollOutcome.CHANGED,
                "503, again in 30 minutes" if failing else "two new entries",
                http_status=503 if failing else 200,
                bytes=0 if failing else 5000,
                seconds=0.25,
                entries=0 if failing else 3,
                new=0 if failing else 2,
                next_poll_at=at + timedelta(minutes=30),
            ),
        )
        troubles = {"status": "failing", "failures": 2, "failure_kind": "http_5xx", "failure_detail": "503"}
        set_feed(t, state.id, last_polled_at=at, **(troubles if failing else {"status": "ok"}))
    sight(t, 1, "https://tribune.example/1", "Steel mill to reopen", article_id=1)
    sight(t, 3, "https://dawn.example/1", "Port Qasim mill reopens", article_id=2)
    sight(t, 1, "https://tribune.example/gone", "A page that is gone", failure=Failure(FailureKind.GONE, "404"))
    sight(t, 1, "https://tribune.example/later", "To be had later")


def set_feed(t: Transaction, number: int, **values: object) -> None:
    """Set columns of a feed's row."""
    kept = [format_time(value) if isinstance(value, datetime) else value for value in values.values()]
    t.run(f"UPDATE feed SET {', '.join(f'{name} = ?' for name in values)} WHERE id = ?", (*kept, number))


def sight(
    t: Transaction, feed_id: int, url: str, title: str, *, article_id: int | None = None, failure: Failure | None = None
) -> None:
    entry = Entry(url, url, title, summary=f"Summary of {title}", content_hash="1:x")
    plan = PlannedEntry(entry, entry.key, url, Novelty.NEW)
    (pending,) = entries.record(t, feed_id, [plan], START).pending
    loaded = entries.load_pending(t, pending.sighting_id)
    if article_id is not None:
        entries.finish(t, loaded, EntryStatus.STORED, article_id=article_id)
    elif failure is not None:
        entries.finish(t, loaded, EntryStatus.GONE, failure=failure)
