"""What speaks for and against each block: named facts, from several witnesses that know nothing of each other.

The engine (trafilatura) says which text is the article; a second extractor (resiliparse) and the publisher's JSON-LD say
the same in their way; the place of a block, its names, its links and its shape say the rest. `weights.toml` gives each
fact its weight; `select.py` adds them up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ingest.pages.blocks import LONG, SECTIONS, Block, Layout, Place, ends_sentence
from ingest.pages.letters import letters
from ingest.text import remove_unwanted

_SURE = 25  # letters that do not occur in an article by chance
_NO_STANDFIRST = frozenset(("caption", "meta", "author", "related", "hidden", "ad"))
_TELLING_TAGS = frozenset(["p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "td", "blockquote", "figcaption"])
HINTS = (
    "caption",
    "related",
    "share",
    "newsletter",
    "author",
    "meta",
    "comment",
    "ad",
    "nav",
    "player",
    "player_title",
    "embed",
    "standfirst",
    "title",
    "aside",
    "hidden",
)


@dataclass(frozen=True, slots=True)
class Witness:
    """A text that somebody took for the article; says of a block whether it is in it."""

    lines: frozenset[str]
    whole: str

    @classmethod
    def of(cls, text: str) -> Witness:
        lines = [letters(line) for line in remove_unwanted(text).split("\n")]
        return cls(frozenset(lines), "".join(lines))

    def has(self, key: str) -> bool:
        return key in self.lines or (len(key) >= _SURE and key in self.whole)


@dataclass(frozen=True, slots=True)
class Scene:
    """What the facts of a page's blocks refer to."""

    blocks: Sequence[Block]
    counts: Mapping[str, int]  # how often a text stands on the page
    chosen: Sequence[bool]  # by the engine, or found beside what it chose
    inside: Sequence[bool]  # whether the container holds the block
    container: Place | None  # the smallest that holds nearly all of the chosen paragraphs
    parent: Place | None  # the parent of most chosen text
    heading: int  # the main heading; -9 if there is none
    first: int  # the first and the last chosen paragraph
    last: int


def survey(layout: Layout, engine: Witness, second: Witness | None = None) -> Scene:
    """Where the article is: where the engine found it, or a wider place if it overlooked a part of it."""
    blocks = layout.left()
    chosen = [engine.has(block.key) for block in blocks]
    container = _container(blocks, chosen)
    inside = _inside(layout, container)
    if container is not None and second is not None:
        wider = _grow(blocks, chosen, inside, container, second)
        if wider is not container:
            container, inside = wider, _inside(layout, wider)
            for index, block in enumerate(blocks):
                if inside[index] and not chosen[index] and block.is_prose and second.has(block.key):
                    chosen[index] = True
    paragraphs = _paragraphs(blocks, chosen)
    parents: Counter[Place] = Counter()
    for index in paragraphs:
        place = blocks[index].place
        parents[place.parent or place] += len(blocks[index].key)
    return Scene(
        blocks=blocks,
        counts=Counter(block.text for block in layout.blocks),
        chosen=chosen,
        inside=inside,
        container=container,
        parent=max(parents, key=lambda place: parents[place], default=None),
        heading=_main_heading(blocks, paragraphs[0] if paragraphs else 0),
        first=paragraphs[0] if paragraphs else 0,
        last=paragraphs[-1] if paragraphs else len(blocks),
    )


def _main_heading(blocks: Sequence[Block], first: int) -> int:
    """The last `h1` before the first paragraph, or the first of all."""
    headings = [index for index, block in enumerate(blocks) if block.tag == "h1"]
    return next((index for index in reversed(headings) if index < first), headings[0] if headings else -9)


def _paragraphs(blocks: Sequence[Block], chosen: Sequence[bool]) -> list[int]:
    return [
        index
        for index, block in enumerate(blocks)
        if chosen[index] and len(block.key) >= LONG and block.link_share < 0.4
    ]


def _container(blocks: Sequence[Block], chosen: Sequence[bool]) -> Place | None:
    """The innermost place with at least 85 % of the chosen letters."""
    weights: Counter[Place] = Counter()
    total = 0
    for index in _paragraphs(blocks, chosen):
        block = blocks[index]
        total += len(block.key)
        for place in block.place.chain():
            weights[place] += len(block.key)
    holders = [place for place, weight in weights.items() if weight >= 0.85 * total]  # one in another
    return max(holders, key=lambda place: len(list(place.chain())), default=None)


def _grow(
    blocks: Sequence[Block], chosen: Sequence[bool], inside: Sequence[bool], container: Place, second: Witness
) -> Place:
    """`container`, or the ancestor that holds a good deal more prose which the second witness takes for the article.

    An article cut in pieces by advertisements stands in several like elements, of which the engine takes one.
    """
    own = sum(
        len(block.key)
        for block, taken, within in zip(blocks, chosen, inside, strict=True)
        if within and (taken or block.is_prose)
    )
    ancestors = list(container.chain())[1:]
    beyond: Counter[Place] = Counter()
    for block, within in zip(blocks, inside, strict=True):
        if not within and block.is_prose and second.has(block.key):
            chain = list(block.place.chain())
            if not any(place.tag == "article" and place not in ancestors for place in chain):
                beyond.update(dict.fromkeys(chain, len(block.key)))
    return next((ancestor for ancestor in ancestors if beyond[ancestor] > 0.25 * own), container)


def _inside(layout: Layout, container: Place | None) -> list[bool]:
    within: set[Place | None] = set()
    for place in layout.places:
        if place is container or place.parent in within:
            within.add(place)
    return [block.place in within for block in layout.left()]


_ELSEWHERE = frozenset(("outside", "unchosen"))
_NEARBY = 25  # blocks before the first paragraph that may be its standfirst


def facts_of_page(
    scene: Scene, *, second: Witness | None, publisher: Witness | None, title: str, description: str
) -> Iterator[frozenset[str]]:
    """The facts of each block, in order."""
    title_key, description_key = letters(title), letters(description)
    chosen_keys = [
        block.key
        for block, chosen in zip(scene.blocks, scene.chosen, strict=True)
        if chosen and len(block.key) >= _SURE
    ]
    confirmed = sum(len(key) for key in chosen_keys if publisher is not None and publisher.has(key))
    told = confirmed > 0.6 * sum(map(len, chosen_keys))  # what the publisher gives may be a teaser, or another text
    for index, block in enumerate(scene.blocks):
        key = block.key
        standfirst = _is_standfirst(scene, index)
        near = standfirst or scene.inside[index] or scene.first - _NEARBY <= index <= scene.first
        if not (scene.chosen[index] or near or (told and publisher is not None and publisher.has(key))):
            yield _ELSEWHERE
            continue
        facts = set(_shape(block))
        facts.update(_position(scene, index))
        if standfirst:
            facts.add("standfirst_below_title")
        if second is not None and second.has(key):
            facts.add("second")
        if publisher is not None and told:
            facts.add("told" if publisher.has(key) else "untold" if len(key) > 30 else "untold_short")
        if scene.counts[block.text] > 1:
            facts.add("repeated")
        if title_key and (
            key == title_key
            or (((len(key) > 20 and key in title_key) or title_key in key) and abs(len(key) - len(title_key)) < 30)
        ):
            facts.add("title")
        if len(key) > 30 and description_key and (key in description_key or description_key[:60] in key):
            facts.add("described")
        yield frozenset(_combine(facts, block))


def _shape(block: Block) -> Iterator[str]:
    length = len(block.text)
    share = block.link_share
    yield next(f"up_to_{limit}" for limit in (20, 40, 80, 160, 320, 10**9) if length <= limit)
    if share > 0.8:
        yield "all_linked"
    elif share > 0.3:
        yield "half_linked"
    if ends_sentence(block.text):
        yield "sentence"
    elif length > 80:
        yield "long_no_sentence"
    if block.text.endswith((":", "：")):
        yield "colon"
    if block.text.isupper():
        yield "upper"
    if block.tag in _TELLING_TAGS:
        yield f"tag_{'h4' if block.tag in ('h5', 'h6') else block.tag}"


def _around(place: Place, container: Place | None) -> tuple[set[str], set[str]]:
    """What the names and the tags of a place say, and of those around it up to the container."""
    hints: set[str] = set()
    sections: set[str] = set()
    for around in place.chain():
        if around is container:
            break
        hints |= around.hints
        if around.tag in SECTIONS:
            sections.add(around.tag)
    return hints, sections


def _position(scene: Scene, index: int) -> Iterator[str]:
    place = scene.blocks[index].place
    hints, sections = _around(place, scene.container)
    yield "inside" if scene.inside[index] else "outside"
    for hint in HINTS:
        if hint in hints:
            yield f"hint_{hint}"
    for section in sections:
        yield f"in_{section}"
    if scene.chosen[index]:
        yield "engine"
    if place.parent is not None and place.parent is scene.parent:
        yield "sibling"
    if index < scene.first:
        yield "before"
    elif index > scene.last:
        yield "after"
    elif index > scene.last - 3:
        yield "ending"
    neighbours = [*scene.chosen[max(0, index - 1) : index], *scene.chosen[index + 1 : index + 2]]
    if all(neighbours) and neighbours:
        yield "between"
    elif not any(neighbours):
        yield "alone"


def _is_standfirst(scene: Scene, index: int) -> bool:
    """A line under the main heading whose own element is named as a standfirst, and not as anything else."""
    block = scene.blocks[index]
    if not scene.heading < index <= scene.heading + 6:
        return False
    around = block.place.hints | (block.place.parent.hints if block.place.parent else frozenset())
    return (
        "standfirst" in around
        and not block.place.hints & _NO_STANDFIRST
        and len(block.key) >= 30
        and block.link_share < 0.3
    )


def _combine(facts: set[str], block: Block) -> set[str]:
    """Facts that mean more together."""
    if (
        "hint_standfirst" in facts
        and "before" in facts
        and not facts & {"all_linked", "half_linked", "title", "tag_figcaption", "hint_caption"}
    ):
        facts.add("standfirst_before")
    if "hint_embed" in facts and "in_blockquote" in facts:
        facts.add("embedded_quote")
    if "described" in facts and "before" in facts:
        facts.add("described_before")
    linked = facts & {"all_linked", "half_linked"}
    short = facts & {"up_to_20", "up_to_40", "up_to_80"}
    for hint in ("related", "newsletter", "author", "ad", "aside", "nav", "meta", "share"):
        if f"hint_{hint}" in facts:
            if linked:
                facts.add(f"{hint}_linked")
            if short:
                facts.add(f"{hint}_short")
            if facts & {"before", "after"}:
                facts.add(f"{hint}_edge")
    if "tag_li" in facts and linked:
        facts.add("item_linked")
    if "engine" in facts and "second" not in facts:  # also where it was not asked: then other facts must speak for it
        facts.add("unsupported")
    if "hint_author" in facts and facts & {"ending", "after"}:
        facts.add("author_ending")
    if "engine" not in facts:
        facts.add("unchosen")
        if "sibling" in facts and block.tag == "p":
            facts.add("forgotten_paragraph")
    if block.tag in ("h2", "h3", "h4") and "engine" in facts:
        facts.add("engine_heading")
    return facts
