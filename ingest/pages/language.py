"""The language of a text: what the page declares, checked against what the text looks like."""

from __future__ import annotations

import re

import py3langid

from ingest.pages.head import Head
from ingest.pages.jsonld import Claims

_SAMPLE = 800  # characters; four times as many change one verdict in a hundred, and cost four times as much
ENOUGH = 120  # letters below which detection is a guess
_TAG = re.compile(r"([a-z]{2,3})(?:[-_]([a-z0-9]{2,8}))*", re.IGNORECASE)
_SCRIPTS = (  # languages that one look at the letters can rule out or in
    (re.compile("[\u0600-\u06ff]"), frozenset(("ar", "fa", "ur", "ps", "ku", "ckb", "ug", "sd", "pa", "az"))),
    (re.compile("[\u0900-\u097f]"), frozenset(("hi", "mr", "ne", "sa", "bh", "mai", "kok"))),
    (
        re.compile("[\u0400-\u04ff]"),
        frozenset(["ru", "uk", "be", "bg", "sr", "mk", "kk", "ky", "tg", "mn", "tt", "ba", "cv", "ce", "uz", "az"]),
    ),
    (re.compile("[\u3040-\u30ff]"), frozenset(("ja",))),
    (re.compile("[\uac00-\ud7af]"), frozenset(("ko",))),
    (re.compile("[\u4e00-\u9fff]"), frozenset(("zh", "ja", "yue", "wuu", "ko"))),
)  # fmt: skip


def declared_language(head: Head, claims: Claims) -> str | None:
    """The tag that the page declares: `<html lang>`, then JSON-LD, then meta elements; `en-GB` as `en-GB`."""
    for value in (
        head.language,
        claims.language,
        head.first("content-language", "language", "og:locale", "dc.language"),
    ):
        match = _TAG.match(value.strip())
        if match and match[1].lower() not in ("und", "mul", "zxx"):
            return match[0].replace("_", "-")
    return None


def detected_language(text: str) -> str | None:
    """What py3langid takes the text for, if there is enough of it."""
    sample = text[:_SAMPLE]
    if sum(map(str.isalpha, sample)) < ENOUGH // (3 if _SCRIPTS[5][0].search(sample) else 1):
        return None
    return str(py3langid.classify(sample)[0])


def decide_language(declared: str | None, detected: str | None, text: str) -> str | None:
    """The declared tag, unless the letters or a clear detection speak against it: templates declare what they like."""
    primary = (declared or "").lower().partition("-")[0]
    if not declared or not primary:
        return detected
    if detected is None or detected == primary:
        return declared
    written = _written_in(text)
    if written is not None:
        return declared if primary in written else detected
    return detected if _has_a_script(primary) or primary == "en" or detected == "en" else declared


def told_language(declared: str | None, text: str) -> str | None:
    """For a text without a page: the declared tag, unless the letters speak against it; what it looks like without one.

    Most such texts need no detection then, whose model takes half a second to load.
    """
    primary = (declared or "").lower().partition("-")[0]
    written = _written_in(text)
    plausible = primary in written if written is not None else not _has_a_script(primary)
    return declared if primary and plausible else decide_language(declared, detected_language(text), text)


def _written_in(text: str) -> frozenset[str] | None:
    """The languages that most letters of a text are of, where letters tell."""
    sample = text[:_SAMPLE]
    letters = max(1, sum(map(str.isalpha, sample)))
    return next((languages for pattern, languages in _SCRIPTS if len(pattern.findall(sample)) > 0.5 * letters), None)


def _has_a_script(primary: str) -> bool:
    return any(primary in languages for _, languages in _SCRIPTS)
