"""Articles that try to get out of their page."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from storage import articles, search
from storage.archive import Archive
from tests.storage.sample import START, draft, edit, repeat

BREAKOUT = (
    "\"'></title></textarea></script><script>window.hacked=1</script><img src=//evil.example/x onerror=window.hacked=2>"
)
TITLES = (
    f"Breakout {BREAKOUT}",
    "Template {{ 7*7 }} {% raw %} ${7*7}",
    "Reversed \u202egnp.exe and \u2066isolated",
    "Unbroken " + "W" * 600,
    "",
)
TEXT = (
    f"{BREAKOUT}\n<b onclick=window.hacked=3>bold</b> <svg/onload=window.hacked=4>\n"
    + "many common words follow here " * 20
)
URLS = ("javascript:window.hacked=5", 'https://tribune.example/?"onmouseover=window.hacked=6', None)


def add(path: Path) -> None:
    """Five articles after the newsroom's; the second repeats the first, the first has changed since."""
    with Archive.open(f"sqlite:///{path}", write=True) as archive, archive.transaction() as t:
        numbers = []
        for number, title in enumerate(TITLES):
            url = f"https://tribune.example/hostile/{number}"
            new = draft("tribune", title, TEXT + title, url=url, summary=BREAKOUT, authors=(BREAKOUT,))
            numbers.append(articles.add(t, new, START + timedelta(minutes=number)))
        repeat(t, numbers[1], numbers[0], 0.99)
        edit(t, numbers[0], draft("tribune", TITLES[0], TEXT + "More.", url=URLS[0]), START + timedelta(hours=1))
        edit(t, numbers[2], draft("tribune", TITLES[2], TEXT + "More.", url=URLS[1]), START + timedelta(hours=1))
        while search.flush(t):
            pass
