"""Grow a sample page to the size of a real one: what surrounds an article on most news sites, and says nothing."""

from __future__ import annotations

import json
import random
import zlib
from collections.abc import Callable, Iterator
from functools import cache

import yaml

from ingest.demo.content import HERE

# How what is added divides up, in hundredths, and what encloses it. Half is script and style, as on real pages.
STYLE, MENU, CARDS, COMMENTS, STATE = 15, 12, 25, 13, 35


def grow(html: str, kilobytes: int) -> str:
    """`html` padded to about `kilobytes` (of 1,000 bytes) with styles, menus, related links, comments and scripts.

    The same page and size give the same result, and the article itself is not touched. A page that is large enough
    already comes back as it is.
    """
    missing = kilobytes * 1000 - len(html.encode())
    if missing <= 0:
        return html
    chance = random.Random(zlib.crc32(html.encode()))
    share = missing // 100
    style = _fill(share * STYLE, lambda: _rule(chance), "<style>", "</style>")
    menu = _fill(share * MENU, lambda: _menu_item(chance), '<nav class="mega-menu"><ul>', "</ul></nav>")
    cards = _fill(share * CARDS, lambda: _card(chance), '<section class="river"><h2>More stories</h2>', "</section>")
    talk = _fill(share * COMMENTS, lambda: _comment(chance), '<section class="comments-list">', "</section>")
    state = _fill(share * STATE, lambda: _record(chance), "<script>window.__STATE__=[", "0];</script>")
    page = _insert(html, style, before="</head>")
    return _insert(_insert(page, menu, after="<body"), cards + talk + state, before="</body>")


def _insert(html: str, piece: str, *, before: str = "", after: str = "") -> str:
    """`piece` before the tag `before`, or behind the tag `after`; at the end of a page that goes without the tag."""
    at = html.find(before or after)
    if at < 0:
        return html + piece
    at = html.find(">", at) + 1 if after else at
    return html[:at] + piece + html[at:]


def _fill(size: int, part: Callable[[], str], opening: str, closing: str) -> str:
    return opening + "".join(_until(size - len(opening) - len(closing), part)) + closing


def _until(size: int, part: Callable[[], str]) -> Iterator[str]:
    while size > 0:
        piece = part()
        size -= len(piece)
        yield piece


@cache
def _words() -> dict[str, list[str]]:
    words: dict[str, list[str]] = yaml.safe_load((HERE / "growth.yaml").read_text("utf-8"))
    return words


def _headline(chance: random.Random) -> str:
    return " ".join(chance.choice(_words()[part]) for part in ("subjects", "verbs", "objects"))


def _address(chance: random.Random) -> str:
    return f"/{chance.choice(_words()['sections']).lower()}/{chance.randrange(10**6, 10**7)}"


def _menu_item(chance: random.Random) -> str:
    return f'<li class="menu-item"><a href="{_address(chance)}">{chance.choice(_words()["sections"])}</a></li>\n'


def _card(chance: random.Random) -> str:
    address, headline, hours = _address(chance), _headline(chance), chance.randrange(2, 23)
    image = f'<img loading="lazy" src="/thumbs{address}.jpg" width="320" height="180" alt="">'
    return f'<div class="card"><a href="{address}">{image}<h3>{headline}</h3></a><i>{hours} hours ago</i></div>\n'


def _comment(chance: random.Random) -> str:
    number, words = chance.randrange(10**4), chance.choice(_words()["opinions"])
    return (
        f'<div class="comment" id="c{number}"><cite>reader {number}</cite><p>{words}</p><a href="#">Reply</a></div>\n'
    )


def _record(chance: random.Random) -> str:
    record = {"id": chance.getrandbits(64), "title": _headline(chance), "path": _address(chance)}
    return json.dumps(record) + ","


def _rule(chance: random.Random) -> str:
    return f".c{chance.getrandbits(32):08x}{{margin:{chance.randrange(32)}px;color:#{chance.getrandbits(24):06x}}}\n"
