"""Text to comparable form: what differs between two printings of one text is removed, what carries meaning stays.

Folding: NFKC and case folding; Latin and Greek accents, Arabic diacritics, tatweel and invisible characters removed;
letters that Arabic, Persian and Urdu keyboards write differently are one; decimal digits of every script are ASCII.
Vowel signs of Indic scripts are marks that carry meaning and stay (`\\w` of the standard library breaks Hindi words).

The character classes are computed from the Unicode data of Python and matched by the standard `re`.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from functools import cache

# Scripts written without spaces, where each character is a token: Thai, Lao, Myanmar, Khmer, kana, Han (UAX 24).
_UNSPACED_BASIC = (
    r"\u0e01-\u0e4e\u0e81-\u0ede\u1000-\u109f\u1780-\u17d3\u19e0-\u19ff\u3005-\u3007\u3041-\u30ff\u31f0-\u31ff"
    r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
)
_UNSPACED = _UNSPACED_BASIC + r"\U00020000-\U0003ffff"
CHARACTER = re.compile(f"[{_UNSPACED}]")
_BASIC_CHARACTER = re.compile(f"[{_UNSPACED_BASIC}]")
_CUT = "|"  # between sentences, where words are told from the rest
_ASCII_SPACES = {code: " " for code in range(128) if not chr(code).isalnum() and chr(code) != _CUT}

_INVISIBLE = "\u00ad\u034f\u061c\u0640\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff"
_MARKS = [*range(0x300, 0x370), *range(0x610, 0x61B), *range(0x64B, 0x660), 0x670, *range(0x6D6, 0x6DD)]
_MARKS += [*range(0x6DF, 0x6E9), *range(0x6EA, 0x6EE)]
# Arabic, Persian and Urdu forms of one letter; letters that Unicode does not decompose; Russian yo.
_LETTERS = {
    "أإآٱ": "ا",
    "ىیېےۓئ": "ي",
    "ؤ": "و",
    "ةۃۀہھەۂ": "ه",
    "ک": "ك",
    "ø": "o",
    "Ø": "O",
    "ł": "l",
    "Ł": "L",
    "đð": "d",
    "ĐÐ": "D",
    "ı": "i",
    "ŧ": "t",
    "ħ": "h",
    "æ": "ae",
    "Æ": "Ae",
    "œ": "oe",
    "Œ": "Oe",
    "ё": "е",
    "Ё": "Е",
}


_BASIC = 0x10000  # the basic plane: `re` has a bitmap for classes inside it, and a slow list for others
_LETTERED = 0x20000  # the two planes that hold letters; the planes above them hold Han alone
_BEYOND_BASIC = re.compile("[\U00010000-\U0010ffff]")


def _characters(end: int) -> str:
    """All characters below `end`, a hundred times as fast as one by one."""
    return array("I", range(end)).tobytes().decode("utf-32", "surrogatepass")


@cache
def _folding() -> dict[str, str]:
    table = dict.fromkeys([*_INVISIBLE, *map(chr, _MARKS)], "")
    table |= {letter: to for letters, to in _LETTERS.items() for letter in letters}
    for code in [*range(0xC0, 0x250), *range(0x386, 0x3CF), *range(0x1E00, 0x2000)]:
        base = "".join(c for c in unicodedata.normalize("NFD", chr(code)) if not 0x300 <= ord(c) < 0x370)
        if base != chr(code):
            table.setdefault(chr(code), base)
    digits = re.findall(r"[^\D\x00-\x7f]", _characters(_LETTERED))
    return table | {digit: str(unicodedata.decimal(digit)) for digit in digits}


@cache
def _foldable(end: int) -> re.Pattern[str]:
    return re.compile(f"[{''.join(character for character in _folding() if ord(character) < end)}]")


@cache
def _spaced(end: int) -> str:
    """The class of what words are made of in scripts with spaces: letters, marks and decimal digits below `end`."""
    spaced = CHARACTER.sub("\0", _characters(end))
    categories = "".join(map(unicodedata.category, spaced))  # two letters each
    runs = re.finditer(r"(?:[LM].|Nd)+", categories)
    return "".join(f"\\U{run.start() // 2:08x}-\\U{run.end() // 2 - 1:08x}" for run in runs)


@cache
def _token(end: int) -> re.Pattern[str]:
    spaced = f"[{_spaced(end)}]"
    unspaced = _UNSPACED if end > _BASIC else _UNSPACED_BASIC
    return re.compile(f"{spaced}{spaced}*|[{unspaced}{_CUT}]")


@cache
def _spaced_token() -> re.Pattern[str]:
    spaced = f"[{_spaced(_BASIC)}]"
    return re.compile(f"{spaced}{spaced}*|[{_CUT}]")


def _planes(text: str) -> int:
    return _LETTERED if _BEYOND_BASIC.search(text) else _BASIC


def fold(text: str) -> str:
    """The text in comparable form, but for its case. Idempotent; never raises (lone surrogates pass through)."""
    if text.isascii():
        return text
    folding = _folding()
    text = unicodedata.normalize("NFKC", text)
    return _foldable(_planes(text)).sub(lambda match: folding[match[0]], text)


def tokens(folded: str) -> list[str]:
    """Runs of letters, marks and digits, in the case they are written in; a character of an unspaced script alone."""
    return [token for token in _tokens_and_cuts(folded) if token != _CUT]


def _tokens_and_cuts(folded: str) -> list[str]:
    if folded.isascii():
        return folded.translate(_ASCII_SPACES).replace(_CUT, f" {_CUT} ").split()
    planes = _planes(folded)
    if planes == _BASIC and not _BASIC_CHARACTER.search(folded):
        return _spaced_token().findall(folded)
    return _token(planes).findall(folded)


# Where a sentence ends: full stops of Latin, Urdu, Arabic and Indic writing before a space, those of CJK anywhere.
# One class of all that can end one comes first: `re` skips to its members, where it would try each alternative.
_STOP, _CJK_STOP, _LINE_END = ".!?…۔؟।॥", "。！？", r"\r\n\u2028\u2029"
_SENTENCE_END = re.compile(
    rf"[{_STOP}{_CJK_STOP}{_LINE_END}](?:(?<=[{_STOP}])[\"'”’»)\]]?\s+"
    rf"|(?<=[{_CJK_STOP}])[{_CJK_STOP}]*[”’」』）]?|(?<=[{_LINE_END}])[{_LINE_END}]*)"
)


def sentences(text: str) -> list[str]:
    """The text cut at line ends and after full stops, in reading order, without empty pieces. Linear in its length."""
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    pieces = (text[start:end].strip() for start, end in zip([0, *ends], [*ends, len(text)], strict=True))
    return [piece for piece in pieces if piece]


def words_of_sentences(text: str) -> tuple[list[str], list[int]]:
    """The tokens of a text, and after how many of them each sentence but the last one ends."""
    folded = fold("\n".join(sentences(text)))
    found = _tokens_and_cuts(folded.replace(_CUT, " ").replace("\n", _CUT))
    cuts = [place for place, token in enumerate(found) if token == _CUT]
    return [token for token in found if token != _CUT], [place - before for before, place in enumerate(cuts)]
