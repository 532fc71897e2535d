"""Pictures of the pages for the documentation: `python -m benchmarks.screenshots [--folder docs/screenshots]`.

Runs the demo into a folder of its own, serves the archive on loopback and photographs each page in Chromium.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from storage import Archive
from tests.web.browser import Browser
from tests.web.conftest import serving

SHOTS = (  # name, page, width, height, dark, where the picture begins
    ("day", "/?day={day}", 1280, 1050, False, None),
    ("day-narrow", "/?day={day}", 390, 1300, False, None),
    ("day-dark", "/?day={day}", 390, 1300, True, None),
    ("article", "/article/{copied}", 1280, 900, False, None),
    ("copies", "/article/{copied}", 1280, 640, False, "#copies"),
    ("changes", "/article/{revised}", 1280, 720, False, "#changes"),
    ("urdu-narrow", "/article/{urdu}", 390, 1100, False, None),
    ("chinese-narrow", "/article/{chinese}", 390, 1100, False, None),
    ("search", "/search?q=bridge", 1280, 800, False, None),
    ("search-narrow", "/search?q=bridge", 390, 1000, False, None),
    ("feeds", "/feeds", 1280, 800, False, None),
    ("figures", "/figures?days=7", 1280, 1560, False, None),
    ("figures-narrow", "/figures?days=7", 390, 1500, False, None),
    ("feeds-narrow", "/feeds", 390, 1100, False, None),
    ("data", "/archive", 1280, 1000, False, None),
    ("table", "/archive/articles", 1280, 1000, False, None),
    ("table-narrow", "/archive/articles", 390, 1300, False, None),
    ("question", "/archive/who-repeats-whom", 1280, 860, False, None),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("docs/screenshots"))
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        command = [sys.executable, "-m", "ingest", "demo", "--keep", f"{place}/demo"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        path = Path(place, "demo", "archive.db")
        with serving(path) as site:
            _photograph(site.address, _pages(path), folder)


def _pages(path: Path) -> dict[str, object]:
    """What to show: the day with the most copies, a story of many outlets, an edited article, other scripts."""
    with Archive.open(f"sqlite:///{path}") as archive:
        story = max(archive.stories(), key=lambda story: story.outlet_count)
        ((day,),) = archive.sql(
            "SELECT date(sort_at) FROM articles GROUP BY 1 ORDER BY count(duplicate_of) DESC LIMIT 1"
        )
        return {
            "day": day,
            "copied": story.representative_id,
            "revised": next(iter(archive.articles(revised=True))).id,
            "urdu": next(iter(archive.articles(language="ur", across=True))).id,
            "chinese": next(iter(archive.articles(language="zh", across=True))).id,
        }


def _photograph(address: str, pages: dict[str, object], folder: Path) -> None:
    browser = Browser()
    for name, page, width, height, dark, start in SHOTS:
        browser.open(address + page.format(**pages), width=width, height=900, dark=dark)
        top = browser.run(f"document.querySelector('{start}').getBoundingClientRect().top + scrollY") if start else 0
        picture = folder / f"{name}.png"
        browser.photograph(picture, top=top, height=height)
        print(f"{picture} {picture.stat().st_size / 1000:.0f} kB {browser.complaints or ''}")
    browser.close()


if __name__ == "__main__":
    main()
