"""What the demo shows at its end fits 80 columns, whatever the headlines."""

import pytest
from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.text import Text

from ingest.demo import show

LONG = "A headline that goes on and on, as headlines do when nobody is there to cut them down to a decent length"
STORIES = [
    show.StoryLine(
        12, "Meridian Wire", LONG, (show.CopyLine(1007, "The Halewick Courier", "‘Like home’", "near 0.91"),)
    ),
    show.StoryLine(
        3, "云屿网", "漂在海上的“大风车”今起为云屿送电，全部投产后每年可发电约三亿四千万度，够八万户家庭用上一年"
    ),
]
OUTLETS = [show.OutletLine("The Halewick Courier", "en", 2, 8, 3), show.OutletLine("Saltmarsh", "en", 1, 0, 0, LONG)]


def printed(*parts: RenderableType, crop: bool = True) -> str:
    console = Console(width=80, force_terminal=False, legacy_windows=False, markup=False)
    with console.capture() as capture:
        console.print(*parts, crop=crop)
    return capture.get()


@pytest.mark.parametrize(
    "part",
    [
        show.outlets_table(OUTLETS),
        show.stories_table(STORIES),
        show.revision_panel("The Halewick Courier", LONG, Text(LONG * 3)),
        show.heading("Stories"),
    ],
)
def test_everything_fits_eighty_columns(part: RenderableType) -> None:
    assert max(cell_len(line) for line in printed(part).splitlines()) <= 80


def test_stories_name_their_copies_and_scores() -> None:
    lines = printed(show.stories_table(STORIES)).splitlines()
    assert lines[0].split()[:3] == ["12", "Meridian", "Wire"]
    assert "1 copy" in lines[0]
    assert lines[1].split()[0] == "1007"
    assert lines[1].rstrip().endswith("near 0.91")


def test_outlets_show_their_troubles() -> None:
    text = " ".join(printed(show.outlets_table(OUTLETS)).split())
    assert "The Halewick Courier en 2 8 3" in text
    assert "nobody is there" in text


def test_commands_are_never_wrapped() -> None:
    command = "ingest search bridge --database sqlite:////tmp/" + "x" * 80
    assert command in printed(show.commands_to_try([(command, "full-text search")]), crop=False).splitlines()
