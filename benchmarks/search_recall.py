"""How much of what stands in the texts full-text search finds: `python benchmarks/search_recall.py [--queries 300]`.

Real news texts (`eval/duplicates` of INGEST_SHARED, default ../shared), by language. Queries are drawn from the texts:
for Chinese stretches of one to four signs, for the others whole words, as they stand and as people type them otherwise
(another keyboard's letters, without vowel signs or accents, in capitals). True are the documents that hold the stretch
or the word. Two indexes of plain SQLite are measured beside ours: `unicode61 remove_diacritics 2`, and `trigram`.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sqlite3
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import regex

from storage import search
from storage.searchquery import parse
from storage.words import index_form

WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+")
HAN = regex.compile(r"\p{Han}+")
OTHERWISE: dict[str, Callable[[str], str]] = {  # how the same word is also typed
    "en": str.upper,
    "ru": lambda word: word.replace("ё", "е").replace("Ё", "Е").upper(),
    "ur": lambda word: unaccented(word).translate(str.maketrans("یکہۃ", "يكهة")),
    "hi": lambda word: unicodedata.normalize("NFC", unicodedata.normalize("NFD", word).replace("\u093c", "")),
}


Queries = Iterator[tuple[str, str, set[int]]]  # the query, as it is typed, the documents that hold it


@dataclass(frozen=True)
class Index:
    """A way of indexing: the tokenizer, what is indexed of a text, and how a query is put (None: not at all)."""

    name: str
    tokenizer: str
    form: Callable[[str], str]
    query: Callable[[str], str | None]


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


INDEXES = (
    Index("unicode61", "unicode61 remove_diacritics 2", str, quoted),
    Index("trigram", "trigram", str, quoted),
    Index("ours", "ascii", index_form, lambda text: parse(f'"{text}"').expression),
)


def unaccented(word: str) -> str:
    return "".join(ch for ch in word if unicodedata.category(ch) != "Mn")


def documents(language: str, limit: int) -> list[str]:
    folder = Path(os.environ.get("INGEST_SHARED", "../shared")) / "eval" / "duplicates"
    found: list[str] = []
    for name in ("real/background.jsonl", "generated/documents.jsonl"):
        with (folder / name).open(encoding="utf-8") as lines:
            found += [row["text"] for row in map(json.loads, lines) if row.get("language") == language]
    return found[:limit]


def stretches(texts: list[str], size: int, count: int, dice: random.Random) -> Queries:
    for _ in range(count):
        runs = [run for run in HAN.findall(dice.choice(texts)) if len(run) >= size]
        if runs:
            run = dice.choice(runs)
            start = dice.randint(0, len(run) - size)
            query = run[start : start + size]
            yield query, query, {number for number, text in enumerate(texts) if query in text}


def whole_words(texts: list[str], typed: Callable[[str], str], count: int, dice: random.Random) -> Queries:
    holders: dict[str, set[int]] = defaultdict(set)
    for number, text in enumerate(texts):
        for word in WORD.findall(text):
            holders[word.casefold()].add(number)
    for _ in range(count):
        word = dice.choice(WORD.findall(dice.choice(texts)))
        if word[0].isalpha():
            yield word, typed(word), holders[word.casefold()]


def recall(index: Index, texts: list[str], queries: list[tuple[str, str, set[int]]]) -> tuple[float, float]:
    """The mean share of true documents that is found, and of found documents that is true."""
    connection = sqlite3.connect(":memory:")
    connection.execute(search.CREATE.replace("tokenize='ascii'", f"tokenize='{index.tokenizer}'"))
    rows = [(number, index.form(text)) for number, text in enumerate(texts)]
    connection.executemany("INSERT INTO article_words(rowid, text) VALUES (?, ?)", rows)
    complete: list[float] = []
    exact: list[float] = []
    for _, typed, true in queries:
        expression = index.query(typed)
        select = "SELECT rowid FROM article_words WHERE article_words MATCH ?"
        found = {row[0] for row in connection.execute(select, (expression,))} if expression else set()
        complete.append(len(found & true) / len(true))
        if found:
            exact.append(len(found & true) / len(found))
    connection.close()
    return sum(complete) / len(complete), sum(exact) / len(exact) if exact else 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--queries", type=int, default=300)
    parser.add_argument("--documents", type=int, default=1_500)
    options = parser.parse_args()
    print(f"{'':34}" + "".join(f"{index.name:>20}" for index in INDEXES))
    print(f"{'':34}" + f"{'recall  precision':>20}" * len(INDEXES))
    for title, texts, queries in cases(options.queries, options.documents):
        figures = [recall(index, texts, queries) for index in INDEXES]
        print(f"{title:34}" + "".join(f"{complete:12.3f}{exact:8.3f}" for complete, exact in figures), flush=True)


def cases(count: int, limit: int) -> Iterator[tuple[str, list[str], list[tuple[str, str, set[int]]]]]:
    chinese = documents("zh", limit)
    for size in (1, 2, 3, 4):
        dice = random.Random(size)
        yield f"Chinese, {size} signs", chinese, list(stretches(chinese, size, count, dice))
    for language, name in (("ur", "Urdu"), ("hi", "Hindi"), ("ru", "Russian"), ("en", "English")):
        texts = documents(language, limit)
        for manner, typed in (("as it stands", str), ("typed otherwise", OTHERWISE[language])):
            yield f"{name}, word {manner}", texts, list(whole_words(texts, typed, count, random.Random(language)))


if __name__ == "__main__":
    main()
