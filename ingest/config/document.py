"""A YAML text as plain values that remember their lines.

PyYAML's C parser composes the node tree, once; values are built from it, and a line is looked up in it when a mistake
must be named. Every scalar stays text: the model says what it should be, so `language: no` is Norwegian and
`title: 2000` a title, which YAML 1.1's own guesses would spoil. Merge keys (`<<`) are ordinary keys here.
"""

from __future__ import annotations

from collections.abc import Iterator

import yaml
from yaml import CSafeLoader, MappingNode, Node, ScalarNode, SequenceNode

from ingest.config.problems import ConfigError, Problem

KeyPath = tuple[str | int, ...]  # ("outlets", 2, "name")
Value = str | list["Value"] | dict[str, "Value"] | None

MAX_DEPTH = 50  # PyYAML composes by recursion in C: 200,000 open brackets would end the process
MAX_REPEATED_VALUES = 100_000  # what aliases may add: a file of the "billion laughs" kind stops here

_CORE = "tag:yaml.org,2002:"
_KNOWN_TAGS = {
    _CORE + name for name in ("str", "int", "float", "bool", "null", "timestamp", "seq", "map", "merge", "value")
}
_NULLS = {"", "~", "null", "Null", "NULL"}
_TAB = "not valid YAML: a tab stands where the line is indented; use spaces"
_PLAIN_WORDS = {
    "found character that cannot start any token": "a value cannot begin with this character; put the text in quotes",
    "mapping values are not allowed in this context": "a ':' cannot stand here; mend the indentation or add quotes",
    "did not find expected key": "a key is expected here; mend the indentation, or the line above",
    "did not find expected '-' indicator": "a '- ' is expected here; mend the indentation",
    "did not find expected ',' or ']'": "a ',' or ']' is missing",
    "did not find expected ',' or '}'": "a ',' or '}' is missing",
    "could not find expected ':'": "a ':' is missing after the key",
    "found undefined alias": "an alias (*name) stands here without its anchor (&name)",
    "found unexpected end of stream": "a quote is opened and never closed",
    "but found another document": "a second document begins here ('---'); the settings are one document",
    "control characters are not allowed": "a control character, which YAML forbids",
    "special characters are not allowed": "a character that YAML forbids",
}


class Document:
    """One YAML text: its `values`, and the `problems` found before any model looked at them, by path."""

    def __init__(self, text: str, source: str) -> None:
        self.source = source
        self.problems: dict[KeyPath, Problem] = {}
        self.root = compose(text, source)
        self._seen: set[int] = set()
        self._repeated = 0
        self.values: Value = None if self.root is None else self._value(self.root, ())

    def note(self, path: KeyPath, message: str, *, at: Node | None = None) -> None:
        """Notes a mistake. Only the first of one key counts; the path is cut to what stands in the text."""
        node, present = self.find(path)
        shown = path if at is not None or isinstance(node, MappingNode) else present
        where = at or node
        line = None if where is None else where.start_mark.line + 1
        self.problems.setdefault(path, Problem(self.source, line, key_text(shown), message))

    def find(self, path: KeyPath) -> tuple[Node | None, KeyPath]:
        """The node at `path`, or the deepest above it, and the part of the path that leads there."""
        node = self.root
        for depth, part in enumerate(path):
            below = None if node is None else child(node, part)
            if below is None:
                return node, path[:depth]
            node = below
        return node, path

    def line(self, path: KeyPath) -> int | None:
        """Where the value at a path begins, from 1."""
        node = self.find(path)[0]
        return None if node is None else node.start_mark.line + 1

    def key(self, path: KeyPath) -> Node | None:
        """The node of the key that ends a path, for a mistake that lies in the key itself."""
        mapping = self.find(path[:-1])[0]
        pairs = mapping.value if isinstance(mapping, MappingNode) else []
        return next((name for name, _ in pairs if name.value == path[-1]), None)

    def _value(self, node: Node, path: KeyPath) -> Value:
        self._guard(node, path)
        if node.tag not in _KNOWN_TAGS:
            self.note(path, f"the YAML tag {node.tag.removeprefix(_CORE)!r} has no meaning here", at=node)
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self._value(item, (*path, index)) for index, item in enumerate(node.value)]
        return None if is_null(node) else str(node.value)

    def _mapping(self, node: MappingNode, path: KeyPath) -> Value:
        values: dict[str, Value] = {}
        lines: dict[str, int] = {}
        for key, value in node.value:
            if not isinstance(key, ScalarNode):
                self.note(path, "a key must be a word", at=key)
                continue
            if key.value in lines:
                self.note((*path, key.value), f"stands twice, first in line {lines[key.value]}", at=key)
            lines[key.value] = key.start_mark.line + 1
            values[key.value] = self._value(value, (*path, key.value))
        return values

    def _guard(self, node: Node, path: KeyPath) -> None:
        self._repeated += id(node) in self._seen
        self._seen.add(id(node))
        if self._repeated > MAX_REPEATED_VALUES:
            raise _fatal(self.source, node, f"aliases (*name) repeat more than {MAX_REPEATED_VALUES:,} values")
        if len(path) > MAX_DEPTH:  # an alias that stands inside its own anchor ends here, too
            raise _fatal(self.source, node, f"values stand more than {MAX_DEPTH} deep in one another")


def is_null(node: Node | None) -> bool:
    """Whether nothing stands there, or what YAML calls nothing."""
    return isinstance(node, ScalarNode) and not node.style and node.value in _NULLS


def key_text(path: KeyPath) -> str:
    """`("outlets", 2, "name")` -> `outlets[2].name`"""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def texts(value: Value) -> Iterator[str]:
    """Every text within a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for below in value.values() if isinstance(value, dict) else value:
            yield from texts(below)


def child(node: Node, part: str | int) -> Node | None:
    """The value under a key, or at an index from 0."""
    if isinstance(node, MappingNode):
        return next((value for key, value in reversed(node.value) if key.value == part), None)
    if isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.value):
        item: Node = node.value[part]
        return item
    return None


def compose(text: str, source: str) -> Node | None:
    """The node tree of a text, None when there is nothing but comments; ConfigError where it is not YAML."""
    try:
        _check_depth(text, source)
        root: Node | None = yaml.compose(text, Loader=CSafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        tab = mark is not None and text[mark.index : mark.index + 1] == "\t"
        message = _TAB if tab else _in_plain_words(error.problem)
        raise ConfigError([Problem(source, mark.line + 1 if mark else None, "", message)]) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise ConfigError([Problem(source, line, "", _in_plain_words(error.reason))]) from None
    return root


def _check_depth(text: str, source: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise _fatal(source, event, f"values stand more than {MAX_DEPTH} deep in one another")


def _fatal(source: str, at: Node | yaml.Event, message: str) -> ConfigError:
    line = at.start_mark.line + 1 if at.start_mark else None
    return ConfigError([Problem(source, line, "", message)])


def _in_plain_words(problem: str | None) -> str:
    return f"not valid YAML: {_PLAIN_WORDS.get(problem or '', problem)}"
