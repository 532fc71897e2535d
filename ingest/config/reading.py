"""feeds.yaml and the environment, read into settings: every mistake named at once, with file, line and key."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from yaml import MappingNode, Node, ScalarNode, SequenceNode

from ingest.config.document import Document, KeyPath, Value, is_null, key_text
from ingest.config.problems import ConfigError, Problem, quote, suggestion
from ingest.config.repetitions import note_repetitions
from ingest.config.settings import SECRET_KEYS, OutletSettings, Section, Settings

FROM_ENVIRONMENT = re.compile(r"env:([A-Za-z_][A-Za-z0-9_]*)")
_KINDS: dict[type[Node], str] = {MappingNode: "a mapping", SequenceNode: "a list"}

# What pydantic's own errors are called here; each goes on from the value as it was found.
_MESSAGES = {
    "bool_parsing": "is not true or false",
    "bool_type": "is not true or false",
    "dict_type": "is not a mapping of keys to values",
    "greater_than_equal": "is less than {ge}",
    "int_from_float": "is not a whole number",
    "int_parsing": "is not a whole number",
    "int_parsing_size": "is far too large",
    "int_type": "is not a whole number",
    "less_than_equal": "is more than {le}",
    "mapping_type": "is not a mapping of keys to values",
    "extra_forbidden": "is not a key of an outlet",
    "missing": "is missing, and has no default",
    "model_type": "is not a mapping of keys to values",
    "string_too_long": "is longer than {max_length} characters",
    "string_too_short": "is empty",
    "string_type": "is not text",
    "tuple_type": "is not a list",
}


def load_settings(path: Path, environ: Mapping[str, str] | None = None) -> Settings:
    """Reads a file. `ConfigError` names everything that is wrong with it."""
    return parse_settings(read_text(path), path=path, environ=environ)


def load_database(path: Path, environ: Mapping[str, str] | None = None) -> str:
    """The `database` of a file, whatever else is wrong with it."""
    document = Document(read_text(path), str(path))
    values = document.values if isinstance(document.values, dict) else {}
    named = {key: value for key, value in values.items() if key == "database"}
    document.problems = {path: problem for path, problem in document.problems.items() if path[:1] == ("database",)}
    return _validated(document, {**named, "outlets": []}, environ).database


def parse_settings(text: str, *, path: Path | str, environ: Mapping[str, str] | None = None) -> Settings:
    """Reads the text of a file, which messages call `path`. Values `env:NAME` come from `environ` (default: ours)."""
    document = Document(text, str(path))
    if not isinstance(document.root, MappingNode):
        found = "the file is empty" if document.root is None else f"the top of the file is {_kind(document.root)}"
        raise ConfigError([Problem(str(path), None, "", f"{found}; it needs keys, at least 'outlets:'")])
    return _validated(document, document.values, environ)


def _validated(document: Document, values: Value, environ: Mapping[str, str] | None) -> Settings:
    values = _resolve(values, document, os.environ if environ is None else environ, ())
    note_repetitions(document, values)
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        for details in error.errors(include_url=False, include_input=False):
            _note(document, details)
        settings = None
    if document.problems or settings is None:
        raise ConfigError(sorted(document.problems.values(), key=lambda problem: problem.line or 0))
    return settings


def check_outlet(values: Mapping[str, Value], source: str) -> OutletSettings:
    """An outlet from plain values that stand in no file; `source` is how messages call them."""
    try:
        return OutletSettings.model_validate(values)
    except ValidationError as error:
        problems = [_loose_problem(details, source) for details in error.errors(include_url=False)]
        raise ConfigError(problems) from None


def read_text(path: Path) -> str:
    """The text of a configuration file, line ends and all; `ConfigError` when it cannot be had."""
    try:
        body = path.read_bytes()
    except FileNotFoundError:
        raise ConfigError([Problem(str(path), None, "", "there is no such file")]) from None
    except OSError as error:
        raise ConfigError([Problem(str(path), None, "", f"cannot be read: {error.strerror}")]) from None
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        message = f"not UTF-8 text (byte 0x{body[error.start]:02x}); save the file as UTF-8"
        raise ConfigError([Problem(str(path), line, "", message)]) from None


def _resolve(value: Value, document: Document, environ: Mapping[str, str], path: KeyPath) -> Value:
    """The values with `env:NAME` replaced by what the environment holds."""
    if isinstance(value, dict):
        return {key: _resolve(below, document, environ, (*path, key)) for key, below in value.items()}
    if isinstance(value, list):
        return [_resolve(below, document, environ, (*path, index)) for index, below in enumerate(value)]
    match = FROM_ENVIRONMENT.fullmatch(value) if value else None
    if match is None:
        return value
    if match[1] not in environ:
        document.note(path, f"the environment variable {match[1]} is not set")
    return environ.get(match[1], value)


# --- pydantic's errors in plain words --------------------------------------------------------------------------------


def _note(document: Document, error: ErrorDetails) -> None:
    path = tuple(part for part in error["loc"] if part != "[key]")
    if path in document.problems:
        return
    node, present = document.find(path)
    if error["type"] == "extra_forbidden":
        document.note(path, _unknown_key(path), at=document.key(path))
    elif error["type"] in ("missing", "whole"):
        document.note(path, _words(error))
    elif error["loc"][-1] == "[key]":
        document.note(path, f"{quote(str(path[-1]))} {_words(error)}", at=document.key(path))
    elif is_null(node):
        document.note(path, "has no value")
    else:
        document.note(path, f"{_found(node, present)} {_words(error)}")


def _loose_problem(error: ErrorDetails, source: str) -> Problem:
    path = tuple(part for part in error["loc"] if part != "[key]")
    found = error["input"]
    shown = quote(found) if isinstance(found, str) and not SECRET_KEYS.intersection(path) else "the value"
    alone = error["type"] in ("missing", "whole", "extra_forbidden")
    return Problem(source, None, key_text(path), _words(error) if alone else f"{shown} {_words(error)}")


def _words(error: ErrorDetails) -> str:
    context: dict[str, Any] = error.get("ctx", {})
    return _MESSAGES[error["type"]].format(**context) if error["type"] in _MESSAGES else error["msg"]


def _found(node: Node | None, path: KeyPath) -> str:
    """The value as it stands in the file: never what the environment gave, never a secret."""
    if not isinstance(node, ScalarNode):
        return _kind(node)
    if SECRET_KEYS.intersection(path) and not FROM_ENVIRONMENT.fullmatch(node.value):
        return "the value"
    return quote(node.value)


def _kind(node: Node | None) -> str:
    return "nothing" if node is None else _KINDS.get(type(node), "a single value")


def _unknown_key(path: KeyPath) -> str:
    """What to write instead: a known key that is near, or the places where this very key belongs."""
    name = str(path[-1])
    elsewhere = [key for key in all_keys() if key.endswith(f".{name}")]
    if elsewhere:
        return f"unknown key here; there is {', '.join(elsewhere)}"
    known = section_at(path[:-1]).model_fields
    return f"unknown key; {suggestion(name, known) or 'known here are ' + ', '.join(known)}"


def section_at(path: KeyPath) -> type[Section]:
    """The model of the mapping at a path."""
    section: type[Section] = Settings
    for part in path:
        if isinstance(part, str):
            section = _section_in(section.model_fields[part].annotation) or section
    return section


def all_keys(section: type[Section] = Settings, prefix: str = "") -> Iterator[str]:
    """Every key that there is: `database`, `polling.interval`, `outlets[].feeds[].url`, …"""
    for name, field in section.model_fields.items():
        yield prefix + name
        below = _section_in(field.annotation)
        if below:
            yield from all_keys(below, f"{prefix}{name}{'[]' if get_origin(field.annotation) is tuple else ''}.")


def _section_in(annotation: object) -> type[Section] | None:
    """The model within an annotation such as `tuple[FeedSettings, ...]`."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return annotation
    return next((section for inner in get_args(annotation) if (section := _section_in(inner))), None)
