"""The pages in Chromium: wide, narrow and dark; by keyboard; without a complaint of the browser."""

from __future__ import annotations

import pytest

pytest.importorskip("datasette", reason="the extra `web` is not installed")

from tests.web.browser import Browser
from tests.web.conftest import Served
from tests.web.test_pages import DATA, OURS, hostile

SIZES = [(1280, False), (390, True)]
CONTRAST = """(() => {
  const linear = v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
  const light = c => { const [r, g, b] = c.match(/[\\d.]+/g).slice(0, 3).map(linear);
                       return .2126 * r + .7152 * g + .0722 * b; };
  const back = light(getComputedStyle(document.body).backgroundColor);
  const texts = [...document.querySelectorAll('main :is(p, a, dt, dd, h1, h2, h3)')];
  return Math.min(...texts.map(e => light(getComputedStyle(e).color)).map(
    front => (Math.max(back, front) + .05) / (Math.min(back, front) + .05)));
})()"""


@pytest.mark.parametrize("path", [*OURS, *DATA])
def test_each_page_at_each_size(site: Served, browser: Browser, path: str) -> None:
    for width, dark in SIZES:
        browser.open(site.address + path, width=width, dark=dark)
        assert browser.complaints == []
        assert all(url.startswith(site.address) for url in browser.requested)
        assert browser.run("document.documentElement.scrollWidth") <= width, "the page runs out of the window"
        assert browser.run("document.querySelectorAll('main h1').length") == 1
        assert path in DATA or browser.run(CONTRAST) >= 4.5, "WCAG 2.1, 1.4.3"


def test_hostile_articles_do_nothing(site: Served, browser: Browser) -> None:
    for path in hostile(site):
        for width in (1280, 390):
            browser.open(site.address + path, width=width)
            assert browser.complaints == []
            assert browser.run("window.hacked") is None
            assert all(url.startswith(site.address) for url in browser.requested)
            assert path.startswith("/archive") or browser.run("document.documentElement.scrollWidth") <= width


def test_scripts_that_a_page_could_never_hold_are_blocked(site: Served, browser: Browser) -> None:
    browser.open(f"{site.address}/article/1")
    browser.run("document.body.insertAdjacentHTML('beforeend', '<img src=/x onerror=window.hacked=1>')")
    browser.run("new Promise(done => setTimeout(done, 100))")
    assert browser.run("window.hacked") is None
    assert any("Content Security Policy" in complaint for complaint in browser.complaints)


DIRECTIONS = [("کراچی", "rtl", "right"), ("ارتفاع", "rtl", "right"), ("北京", "ltr", "left"), ("ฝนตก", "ltr", "left")]


@pytest.mark.parametrize(("words", "direction", "side"), DIRECTIONS)
def test_texts_run_in_their_own_direction(
    site: Served, browser: Browser, words: str, direction: str, side: str
) -> None:
    browser.open(f"{site.address}/search?q={words}")
    number = browser.run("document.querySelector('.story h3 a').pathname")
    browser.open(site.address + number)
    for selector in ("h1", ".text p"):
        assert browser.run(f"getComputedStyle(document.querySelector('{selector}')).direction") == direction
    box = "document.querySelector('.text p').getBoundingClientRect()"
    line = (
        "(() => { const r = document.createRange(); r.selectNodeContents(document.querySelector('.text p'));"
        " const all = [...r.getClientRects()];"
        " return [Math.min(...all.map(b => b.left)), Math.max(...all.map(b => b.right))]; })()"
    )
    left, right = browser.run(line)
    edge = browser.run(f"[{box}.left, {box}.right]")
    assert abs((left - edge[0]) if side == "left" else (edge[1] - right)) < 2


def test_the_keyboard_goes_through_a_page_in_reading_order(site: Served, browser: Browser) -> None:
    browser.open(f"{site.address}/?day=2025-05-30")
    visited = []
    for _ in range(60):
        browser.press("Tab")
        visited.append(
            browser.run(
                "(() => { const e = document.activeElement, b = e.getBoundingClientRect();"
                " return [e.tagName, e.textContent.trim() || e.name || '', getComputedStyle(e).outlineStyle, b.width]; })()"
            )
        )
    names = [text for _, text, _, _ in visited]
    assert names[0] == "Skip to the page"
    assert names[1:5] == ["The archive", "Feeds", "Figures", "Data"]
    assert names.index("q") < names.index("← 29 May") < names.index("Steel mill to reopen")
    assert names.index("Steel mill to reopen") < names.index("dawn"), "copies come after their story"
    assert all(outline != "none" and width > 0 for tag, _, outline, width in visited if tag == "A")
