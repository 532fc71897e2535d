"""How much of what stands in the texts full-text search finds: `python benchmarks/search_recall.py [--queries 300]`.

Real news texts (`eval/duplicates` of INGEST_SHARED, default ../shared), by language. Queries are drawn from the texts:
for Chinese and Japanese stretches of one to four signs, for the others whole words, as they stand and as people type
them otherwise (another keyboard's letters, without vowel signs or accents, in capitals). True are the documents that
hold the stretch or the word. Two indexes of plain SQLite are measured beside ours: `unicode61 remove_diacritics 2`, and
`trigram`. Languages that those sets lack come from files: `--files ar=FOLDER --files ja=FOLDER` reads every `.ftl` or
`.txt` below a folder (Debian's firefox-esr-l10n-ar and -ja, taken apart, hold a megabyte of messages each).
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sqlite3
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import regex

from storage import search
from storage.searchquery import parse
from storage.words import index_form

WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+")
UNSPACED = {"zh": regex.compile(r"\p{Han}+"), "ja": regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}ー]+")}
SCRIPTS = {"ar": r"\p{Arabic}", "ur": r"\p{Arabic}", "hi": r"\p{Devanagari}", "ru": r"\p{Cyrillic}", "en": r"\p{Latin}"}
PIECE = 1_500  # characters of a document that is cut from a file
OTHERWISE: dict[str, Callable[[str], str]] = {  # how the same word is also typed
    "en": str.upper,
    "ru": lambda word: word.replace("ё", "е").replace("Ё", "Е").upper(),
    "ur": lambda word: unaccented(word).translate(str.maketrans("یکہۃ", "يكهة")),
    "ar": lambda word: unaccented(word).translate(str.maketrans("أإآىة", "ااايه")),
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


def documents(language: str, limit: int, files: Mapping[str, Path]) -> list[str]:
    if language in files:
        return [piece for path in sorted(files[language].rglob("*")) for piece in pieces(path)][:limit]
    folder = Path(os.environ.get("INGEST_SHARED", "../shared")) / "eval" / "duplicates"
    found: list[str] = []
    for name in ("real/background.jsonl", "generated/documents.jsonl"):
        with (folder / name).open(encoding="utf-8") as lines:
            found += [row["text"] for row in map(json.loads, lines) if row.get("language") == language]
    return found[:limit]


def pieces(path: Path) -> Iterator[str]:
    if path.suffix in (".ftl", ".txt"):
        piece = ""
        for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
            piece += line
            if len(piece) > PIECE:
                yield piece
                piece = ""
        yield piece


def stretches(texts: list[str], run_of: regex.Pattern[str], size: int, count: int, dice: random.Random) -> Queries:
    for _ in range(count):
        runs = [run for run in run_of.findall(dice.choice(texts)) if len(run) >= size]
        if runs:
            run = dice.choice(runs)
            start = dice.randint(0, len(run) - size)
            query = run[start : start + size]
            yield query, query, {number for number, text in enumerate(texts) if query in text}


def whole_words(texts: list[str], script: str, typed: Callable[[str], str], count: int, dice: random.Random) -> Queries:
    holders: dict[str, set[int]] = defaultdict(set)
    for number, text in enumerate(texts):
        for word in WORD.findall(text):
            holders[word.casefold()].add(number)
    for _ in range(count):
        words = [word for word in WORD.findall(dice.choice(texts)) if regex.match(script, word)]
        if words:
            word = dice.choice(words)
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
    parser.add_argument("--files", action="append", default=[], metavar="LANGUAGE=FOLDER")
    options = parser.parse_args()
    files = {language: Path(folder) for language, _, folder in (given.partition("=") for given in options.files)}
    print(f"{'':34}" + "".join(f"{index.name:>20}" for index in INDEXES))
    print(f"{'':34}" + f"{'recall  precision':>20}" * len(INDEXES))
    for title, texts, queries in cases(options.queries, options.documents, files):
        figures = [recall(index, texts, queries) for index in INDEXES]
        print(f"{title:34}" + "".join(f"{complete:12.3f}{exact:8.3f}" for complete, exact in figures), flush=True)


def cases(
    count: int, limit: int, files: Mapping[str, Path]
) -> Iterator[tuple[str, list[str], list[tuple[str, str, set[int]]]]]:
    names = {
        "zh": "Chinese",
        "ja": "Japanese",
        "ar": "Arabic",
        "ur": "Urdu",
        "hi": "Hindi",
        "ru": "Russian",
        "en": "English",
    }
    for language, name in names.items():
        texts = documents(language, limit, files)
        if not texts:
            print(f"{name:34}no texts; --files {language}=FOLDER")
        elif language in UNSPACED:
            for size in (1, 2, 3, 4):
                dice = random.Random(size)
                yield f"{name}, {size} signs", texts, list(stretches(texts, UNSPACED[language], size, count, dice))
        else:
            for manner, typed in (("as it stands", str), ("typed otherwise", OTHERWISE[language])):
                dice = random.Random(language)
                found = list(whole_words(texts, SCRIPTS[language], typed, count, dice))
                yield f"{name}, word {manner}", texts, found


if __name__ == "__main__":
    main()
