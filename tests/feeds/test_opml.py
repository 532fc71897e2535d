"""OPML into outlines and back, well-formed or not; and what a hostile file may cost."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.config import Settings, parse_settings
from ingest.config.outlines import outlets_of, outlines_of
from ingest.feeds.opml import MAX_DEPTH, MAX_OUTLINES, NAMESPACE, Opml, Outline, read_opml, write_opml
from storage.model import Failure, FailureKind

SHARED = Path(os.environ.get("INGEST_SHARED", Path(__file__).parents[3] / "shared"))


def opml(body: str, head: str = "") -> bytes:
    return f'<?xml version="1.0"?><opml version="2.0"><head>{head}</head><body>{body}</body></opml>'.encode()


def read(body: bytes) -> Opml:
    found = read_opml(body)
    assert isinstance(found, Opml), found
    return found


def in_words(outlines: Iterable[Outline]) -> list[object]:
    """`text: address` of a feed; a folder as [text, …]."""
    return [
        [outline.attributes.get("text", ""), *in_words(outline.children)]
        if outline.children
        else f"{outline.attributes.get('text', '')}: {outline.attributes.get('xmlUrl', '')}"
        for outline in outlines
    ]


def flat(outlines: Iterable[Outline]) -> Iterator[Outline]:
    for outline in outlines:
        yield outline
        yield from flat(outline.children)


READ = [  # what it is, the body, the outlines
    ("plain", b'<outline text="A" xmlUrl="http://a/"/>', ["A: http://a/"]),
    (
        "folders",
        b'<outline text="X"><outline text="Y"><outline text="A" xmlUrl="http://a/"/></outline></outline>',
        [["X", ["Y", "A: http://a/"]]],
    ),
    ("any case", b'<OUTLINE TEXT="A" xmlurl="http://a/"/>', ["A: http://a/"]),
    ("url instead of xmlUrl", b'<outline text="A" type="rss" url="http://a/"/>', ["A: http://a/"]),
    ("a link is no feed", b'<outline text="A" type="link" url="http://a/"/>', ["A: "]),
    (
        "a bare ampersand",
        b'<outline text="A & B" xmlUrl="http://a/?x=1&y=2&copy=3"/>',
        ["A & B: http://a/?x=1&y=2&copy=3"],
    ),
    ("HTML's entities", b'<outline text="Caf&eacute;&nbsp;A" xmlUrl="http://a/"/>', ["Café\xa0A: http://a/"]),
    ("missing end tags", b'<outline text="X"><outline text="A" xmlUrl="http://a/">', [["X", "A: http://a/"]]),
    ("quotes within", '<outline text="Газета "К". Все" xmlUrl="http://a/" />'.encode(), ['Газета "К". Все: http://a/']),
    ("a quote at the end", b'<outline text="Say "A"" xmlUrl="http://a/"/>', ['Say "A": http://a/']),
    ("markup within", b'<outline text="<b>A</b>" xmlUrl="http://a/"/>', ["<b>A</b>: http://a/"]),
    ("a stray tag between", b'<group><outline text="A" xmlUrl="http://a/"/></group>', ["A: http://a/"]),
    ("a comment", b'<!-- <outline text="B"/> --><outline text="A" xmlUrl="http://a/"/>', ["A: http://a/"]),
    ("a prefix nobody declared", b'<x:outline text="A" xmlUrl="http://a/"/>', ["A: http://a/"]),
    ("control characters", b'<outline text="A\x00\x08" xmlUrl="http://a/"/>', ["A: http://a/"]),
    ("nothing", b"", []),
]


@pytest.mark.parametrize(("body", "expected"), [case[1:] for case in READ], ids=[case[0] for case in READ])
def test_what_lists_look_like(body: bytes, expected: list[object]) -> None:
    assert in_words(read(b"<opml><body>" + body + b"</body></opml>").outlines) == expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1251", "koi8-r"])
def test_encodings(encoding: str) -> None:
    declared = encoding.removesuffix("-sig")
    text = "Коммерсантъ, главные новости дня"
    document = f'<?xml version="1.0" encoding="{declared}"?><opml><body><outline text="{text}"/></body></opml>'
    assert in_words(read(document.encode(encoding)).outlines) == [f"{text}: "]


def test_title_and_the_format_before_opml() -> None:
    assert read(opml("", "<title> My  feeds </title>")).title == "My feeds"
    assert in_words(read(b'<outlineDocument><body><outline text="A"/></body></outlineDocument>').outlines) == ["A: "]


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"", "it holds no markup"),
        (b"database: sqlite:///a.db\n", "it holds no markup"),
        (b"<rss><channel/></rss>", "it begins with <rss>"),
        (b"<!doctype html><html><body>x</body></html>", "it begins with <html>"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "it holds no markup"),
    ],
)
def test_what_is_no_opml(body: bytes, detail: str) -> None:
    assert read_opml(body) == Failure(FailureKind.WRONG_TYPE, f"not an OPML file: {detail}")


def test_half_a_character_in_a_list_that_hides_it() -> None:
    found = read(b"<opml a='<![CDATA['><body><outline text='A&#xD800;' xmlUrl='http://e.com/&#xdfff;'/></body></opml>")
    assert in_words(found.outlines) == ["A\ufffd: http://e.com/\ufffd"]


def test_too_large() -> None:
    found = read_opml(b"<opml>" + b" " * 5_000_000)
    assert isinstance(found, Failure)
    assert found.kind is FailureKind.TOO_LARGE


def test_damage_is_told() -> None:
    found = read(
        opml('<outline text="A" xmlUrl="http://a/"/><outline text="B" x="<a href="y">z</a>" xmlUrl="http://b/"/>')
    )
    assert found.problems == ("not well-formed XML; what could be read was", "no address could be read for 'B'")
    assert in_words(found.outlines) == ["A: http://a/", "B: "]


def test_entities_of_the_file_open_nothing_and_stay_small() -> None:
    laughs = '<!DOCTYPE opml [<!ENTITY a "lol"><!ENTITY f SYSTEM "file:///etc/passwd">' + "".join(
        f'<!ENTITY {name} "{f"&{below};" * 10}">' for below, name in zip("abcdefgh", "bcdeghij", strict=True)
    )
    found = read(f'{laughs}]><opml><body><outline text="&a;&j;&f;" xmlUrl="http://a/"/></body></opml>'.encode())
    [outline] = found.outlines
    assert outline.attributes["text"] == "lol&j;&f;"
    assert found.problems == ("entity declarations were refused",)


def test_deep_folders_lose_no_feed() -> None:
    deep = MAX_DEPTH + 30
    found = read(opml('<outline text="f">' * deep + '<outline xmlUrl="http://a/"/>' + "</outline>" * deep))
    assert [outline.attributes["xmlUrl"] for outline in flat(found.outlines) if "xmlUrl" in outline.attributes] == [
        "http://a/"
    ]


def test_too_many_outlines() -> None:
    found = read(opml('<outline xmlUrl="http://a/"/>' * (MAX_OUTLINES + 10)))
    assert len(found.outlines) == MAX_OUTLINES
    assert found.problems == (f"more than {MAX_OUTLINES:,} outlines; the rest was left out",)


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
NAMES = st.sampled_from(["text", "title", "type", "xmlUrl", "htmlUrl", f"{{{NAMESPACE}}}outlet", "unread"])
OUTLINES = st.recursive(
    st.builds(Outline, st.dictionaries(NAMES, TEXT, max_size=4)),
    lambda below: st.builds(Outline, st.dictionaries(NAMES, TEXT, max_size=4), st.lists(below, max_size=3).map(tuple)),
    max_leaves=10,
)


def legal(outline: Outline) -> Outline:
    """Without what XML cannot hold."""
    kept = {
        name: "".join(c for c in text if c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff"))
        for name, text in outline.attributes.items()
    }
    return Outline(kept, tuple(map(legal, outline.children)))


@given(st.lists(OUTLINES, max_size=3))
def test_what_was_written_is_read_again(outlines: list[Outline]) -> None:
    found = read(write_opml(outlines, title="x"))
    assert found.outlines == tuple(map(legal, outlines))
    assert found.problems == ()


@given(
    st.lists(
        st.sampled_from(['<outline text="', '"', ">", "/>", "</outline>", "&", "<", "a=", " ", "'", "<!--", "]]>"])
    )
)
def test_never_raises(pieces: list[str]) -> None:
    assert isinstance(read_opml(b"<opml><body>" + "".join(pieces).encode()), Opml | Failure)


ALL_KEYS = """
outlets:
  - name: a
    title: 'A: "quoted" <&> é ; env &eacute;'
    home: https://a.example/?x=1&y=2
    timezone: Asia/Karachi
    extract: {body: 'a > b[c="d"]', strip: ['^g\\n$', '"']}
    feeds:
      - https://a.example/1?x=1&amp;y=2
      - {url: https://a.example/2, title: "Two\\ttabs", interval: 7m, folder: [X & Y, '"Z"']}
  - {name: none, feeds: []}
"""


def test_the_settings_come_back_through_a_file() -> None:
    given = parse_settings(ALL_KEYS, path="f", environ={})
    back = outlets_of(read(write_opml(outlines_of(given), title="x")).outlines, Settings(outlets=()))
    assert back.problems == ()
    assert sorted(map(str, (feed for o in back.outlets for feed in o.feeds))) == sorted(
        map(str, (feed for o in given.outlets for feed in o.feeds))
    )
    assert {str(o.model_copy(update={"feeds": ()})) for o in back.outlets} == {
        str(o.model_copy(update={"feeds": ()})) for o in given.outlets
    }


@pytest.mark.shared
def test_public_lists() -> None:
    """Lists of other programs and people: every address is read but those of three entries with HTML in a value."""
    files = sorted(path for path in (SHARED / "corpus").rglob("*.opml") if "errors" not in path.parts)
    if not files:
        pytest.skip("the shared corpus is not here")
    missed = []
    for path in files:
        body = path.read_bytes()
        got = sum("xmlUrl" in outline.attributes for outline in flat(read(body).outlines))
        missed += [path.name] * (body.lower().count(b"xmlurl=") - got)
    assert set(missed) <= {"Android Development.opml", "Business & Economy.opml", "Programming.opml"}
    assert len(missed) <= 6  # each of them lies there twice


@pytest.mark.parametrize("name", ["a:b:c", "x:y", "-a", "{", "é:é"])
def test_names_that_are_none(name: str) -> None:
    found = read_opml(opml(f'<outline text="A" xmlUrl="http://a/" {name}="1"><{name}/></outline>'))
    assert isinstance(found, Opml)
    assert isinstance(read_opml(write_opml(found.outlines, title="x")), Opml)
