"""From the blocks that stay to the lines of the article: what rules take out, with the name of the rule.

Some rules hold anywhere, some only at the edges of a text: a line `Monday, 30 May` before the first paragraph is the date
of the article, in its middle it may head a part of a chronicle. If the rules would take more than half of the
text, they take nothing: a text of which rules would leave so little is not what they were written for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ingest.pages.letters import letters
from ingest.pages.lines import Line as FoldedLine
from ingest.pages.lines import LineRule, is_date, match_line, rules_for
from ingest.pages.select import Verdict

_TAIL = 6  # lines at the end that may be a tail
_SENTENCE = re.compile(r"[.!?…。！？؟۔।]['\"”’»)\]]*$")
_NAMES_ONLY = re.compile(r"(?:by|von|par|por|di|da|oleh|от)\s+(?P<names>\S.{1,80})", re.IGNORECASE)
_HANDLE = re.compile(r"^[^\s@]{0,40}@[\w.]{2,40}$")
_SHORTCODE = re.compile(r"^\[/?[a-z_-]{2,30}(?:\s[^\]]{0,300})?\].{0,80}$", re.IGNORECASE)
_URL = re.compile(r"^(?:https?://|www\.)\S+$", re.IGNORECASE)
_ORNAMENT = re.compile(r"^\W+$")


@dataclass(frozen=True, slots=True)
class Line:
    """A line that was kept by its facts, with what the rules look at."""

    verdict: Verdict
    text: str
    folded: FoldedLine
    linked: bool
    prose: bool

    @classmethod
    def of(cls, verdict: Verdict) -> Line:
        text = verdict.block.text
        prose = len(verdict.block.key) >= (25 if _is_dense(text) else 70) and bool(_SENTENCE.search(text[-8:]))
        linked = verdict.block.link_share > 0.6
        return cls(verdict, text, FoldedLine.of(text, linked=linked), linked, prose and not linked)


def trim(
    verdicts: Sequence[Verdict],
    *,
    language: str | None,
    titles: Iterable[str],
    captions: Iterable[str],
    names: Iterable[str] = (),
) -> list[Verdict]:
    """The verdicts after the rules have spoken; blocks that were not kept before stay out. `names`: of the site."""
    lines = [Line.of(verdict) for verdict in verdicts if verdict.kept]
    removed = dict(_by_rules(lines, rules_for(language), {letters(name) for name in names} - {""}))
    removed |= {
        index: "caption" for index in _equal(lines, {letters(text) for text in captions}) if index not in removed
    }
    removed |= dict.fromkeys(_titles(lines, removed, [letters(title) for title in titles]), "title")
    total = sum(len(line.verdict.block.key) for line in lines)
    if sum(len(lines[index].verdict.block.key) for index in removed) * 2 > total:
        removed = {}
    removed |= _repeated(lines, removed)
    taken = {id(lines[index].verdict): reason for index, reason in removed.items()}
    return [
        replace(verdict, kept=False, reason=taken[id(verdict)]) if id(verdict) in taken else verdict
        for verdict in verdicts
    ]


def _by_rules(lines: Sequence[Line], rules: Sequence[LineRule], names: set[str]) -> dict[int, str]:
    everywhere = [rule for rule in rules if rule.where == "anywhere" and rule.kind != "heading"]
    edges = [rule for rule in rules if rule.where == "edges"]
    tails = [rule for rule in rules if rule.where in ("tail", "edges")]
    removed: dict[int, str] = {}
    for index, line in enumerate(lines):
        if reason := _form(line.text):
            removed[index] = reason
        elif rule := match_line(line.folded, everywhere):
            removed[index] = rule.name
    _cut_sections(lines, [rule for rule in rules if rule.kind == "heading"], removed)
    left = [index for index in range(len(lines)) if index not in removed]
    start = next((place for place, index in enumerate(left) if lines[index].prose), len(left))
    for index in left[:start]:
        if reason := _edge(lines[index], edges, names):
            removed[index] = reason
    for index in reversed(left[max(start + 1, len(left) - _TAIL) :]):
        if reason := _edge(lines[index], tails, names):
            removed[index] = reason
    return removed


def _form(text: str) -> str:
    """What shows by its form alone, in any language."""
    if _ORNAMENT.match(text):
        return "ornament"
    if len(text) < 400 and _SHORTCODE.match(text):
        return "shortcode"
    return ""


def _edge(line: Line, rules: Sequence[LineRule], names: set[str]) -> str:
    if line.verdict.block.key in names:
        return "site_name"
    if rule := match_line(line.folded, rules):
        return rule.name
    if (match := _NAMES_ONLY.fullmatch(line.text)) and _is_names(match["names"]):
        return "byline"
    if _HANDLE.match(line.text) or _is_names_and_date(line.text):
        return "byline"
    return "address" if _URL.match(line.text) else ""


def _is_names(text: str) -> bool:
    """Whether every longer word begins with a capital, as in a list of persons."""
    words = [word for word in re.split(r"[\s,|&/]+", text) if len(word) > 3]
    return bool(words) and len(words) <= 10 and all(word[0].isupper() for word in words) and text[-1] not in ".!?:"


def _is_names_and_date(text: str) -> bool:
    """Such as "Jane Doe, 21 November 2026"."""
    names, mark, date = text.partition(",") if len(text) <= 80 else ("", "", "")
    return bool(mark) and len(names.split()) <= 4 and _is_names(names) and is_date(date)


def _cut_sections(lines: Sequence[Line], rules: Sequence[LineRule], removed: dict[int, str]) -> None:
    """A heading such as "More from …" goes with the links below it, and with the summaries between the links."""
    done = 0  # a heading inside a run of links ends where the run ends: looked at once, or it were quadratic
    for index, line in enumerate(lines):
        if index < done or len(line.text) > 90 or line.prose or not (rule := match_line(line.folded, rules)):
            continue
        end = index + 1
        links = 0
        while end < len(lines):
            following = lines[end + 1].linked if end + 1 < len(lines) else links > 0
            if not (lines[end].linked or end in removed or (lines[end - 1].linked and following)):
                break
            links += lines[end].linked
            end += 1
        done = end
        if links or end == len(lines):
            removed |= dict.fromkeys(range(index, end), rule.name)


def _equal(lines: Sequence[Line], keys: set[str]) -> Iterable[int]:
    return (
        index
        for index, line in enumerate(lines)
        if len(line.verdict.block.key) >= 10 and line.verdict.block.key in keys
    )


def _titles(lines: Sequence[Line], removed: dict[int, str], titles: Sequence[str]) -> Iterable[int]:
    """Lines before the first paragraph that repeat the title."""
    for index, line in enumerate(lines):
        key = line.verdict.block.key
        if any(_alike(key, title) for title in titles):
            yield index
        elif line.prose and index not in removed:
            return


def _alike(key: str, title: str) -> bool:
    if not title or not key:
        return False
    return key == title or (
        min(len(key), len(title)) >= 20 and abs(len(key) - len(title)) <= 12 and (key in title or title in key)
    )


def _repeated(lines: Sequence[Line], removed: dict[int, str]) -> dict[int, str]:
    seen: set[str] = set()
    again: dict[int, str] = {}
    for index, line in enumerate(lines):
        if index in removed or len(line.verdict.block.key) < 40:
            continue
        if line.verdict.block.key in seen:
            again[index] = "repeated"
        seen.add(line.verdict.block.key)
    return again


def _is_dense(text: str) -> bool:
    """Whether the script says in one letter what others say in two or three."""
    return any("\u3040" <= char <= "\u9fff" or "\uac00" <= char <= "\ud7af" for char in text[:20])
