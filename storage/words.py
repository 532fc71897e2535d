"""Texts as the words that full-text search indexes and looks up: spelling variants become one form.

SQLite's own tokenizers cut Hindi words at their vowel signs, take a Chinese sentence for one word, and follow the
Unicode tables of whatever SQLite is installed. So words are made here, and SQLite's `ascii` tokenizer only splits the
result at its spaces:

- compatibility forms, letter case and accents are folded: `ﬁ` fi, `Ｔokyo` tokyo, `Łódź` lodz, `ё` е, `٢٠٢٥` 2025
- Arabic, Persian and Urdu: vowel signs and tatweel go; `أ إ آ ٱ` are `ا`, `ي ى` are `ی`, `ك` is `ک`, `ة ہ` are `ه`; the
  article `ال` goes, with the particle before it, where three letters or more remain (as in Lucene's light stemming)
- Hindi: the nukta goes and candrabindu is anusvara; all other marks stay. Hebrew points go
- scripts without spaces between words (Chinese, Japanese, Thai, Lao, Burmese, Khmer), and Korean with its particles:
  every character is a word. The index holds them in overlapping pairs, and the last one of each run alone: a word of
  two characters is one look-up, a longer one a phrase of pairs, and a single character the beginning of pairs.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

SCHEME = 1  # of the folding: the index must be made anew when it changes

_DELETED = (  # no part of a word's identity; ranges of code points
    (0x00AD, 0x00AD),  # soft hyphen
    (0x0300, 0x036F),  # accents of Latin, Greek and Cyrillic
    (0x0591, 0x05BD),  # Hebrew points
    (0x05BF, 0x05BF),
    (0x05C1, 0x05C2),
    (0x05C4, 0x05C5),
    (0x05C7, 0x05C7),
    (0x0610, 0x061A),  # Arabic signs
    (0x0640, 0x0640),  # tatweel
    (0x064B, 0x065F),  # Arabic vowel signs, and what hamza and madda become when letters are decomposed
    (0x0670, 0x0670),
    (0x06D6, 0x06DC),
    (0x06DF, 0x06E8),
    (0x06EA, 0x06ED),
    (0x093C, 0x093C),  # Devanagari nukta
    (0x200B, 0x200F),  # zero-width space and joiners, direction marks
    (0x2060, 0x2060),
    (0xFE00, 0xFE0F),  # variation selectors
    (0xFEFF, 0xFEFF),
)
_UNSPACED = (  # scripts whose words no space separates, and Korean; ranges of code points
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Burmese
    (0x1100, 0x11FF),  # Korean
    (0x1780, 0x17FF),  # Khmer
    (0x3005, 0x3007),  # Chinese and Japanese
    (0x3021, 0x318F),
    (0x31A0, 0x31FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xA9E0, 0xA9FF),  # Burmese
    (0xAA60, 0xAA7F),
    (0xAC00, 0xD7A3),  # Korean
    (0xF900, 0xFAFF),  # Chinese and Japanese
    (0x1B000, 0x1B16F),
    (0x20000, 0x323AF),
)
_UNSPACED_CLASS = "[" + "".join(f"{chr(first)}-{chr(last)}" for first, last in _UNSPACED) + "]"
_REPLACED = {
    "ي": "ی",
    "ى": "ی",
    "ك": "ک",
    "ة": "ه",
    "ہ": "ه",
    "ۃ": "ه",
    "ە": "ه",
    "ٱ": "ا",
    "ँ": "ं",
    "ł": "l",
    "ø": "o",
    "đ": "d",
    "ħ": "h",
    "ı": "i",
    "æ": "ae",
    "œ": "oe",
}
_NON_JOINER = "\u200c"
_ARABIC = (0x0600, 0x077F)
_SEPARATING_NON_JOINER = re.compile(f"(?<=[{chr(_ARABIC[0])}-{chr(_ARABIC[1])}]){_NON_JOINER}")
_ARABIC_ARTICLE = re.compile(r"(?<!\S)(?:[وفبک]?ال(?=\S{3}))+")


class _Folding(dict[int, str]):
    """What becomes of each character, worked out when it is first met: a space for what stands between words."""

    def __missing__(self, point: int) -> str:
        self[point] = folded = _fold_character(chr(point))
        return folded


def _fold_character(character: str) -> str:
    if _among(ord(character), _DELETED):
        return ""
    parts = (_fold_part(part) for part in unicodedata.normalize("NFKD", character).casefold())
    folded = unicodedata.normalize("NFC", "".join(parts))
    return "".join(f" {part} " if _among(ord(part), _UNSPACED) else part for part in folded)


def _fold_part(part: str) -> str:
    part = _REPLACED.get(part, part)
    if _among(ord(part[0]), _DELETED):
        return ""
    category = unicodedata.category(part[0])
    if category == "Nd":
        return str(unicodedata.decimal(part))
    return part if category[0] in "LNM" else " "


def _among(point: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= point <= last for first, last in ranges)


_FOLDING = _Folding()


@cache
def _unspaced() -> re.Pattern[str]:
    return re.compile(_UNSPACED_CLASS)


@cache
def _neighbours() -> re.Pattern[str]:  # like the one above made when first used: it takes 15 ms
    return re.compile(f"({_UNSPACED_CLASS}) +(?=({_UNSPACED_CLASS}))")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the index and where it stands in the text it came from."""

    text: str
    start: int
    end: int


def fold(text: str) -> str:
    """The words of a text in their folded form, in order, between spaces.

    >>> fold("Café — Москвы́ «ЁЛКА»").split()
    ['cafe', 'москвы', 'елка']
    >>> fold("北京时间, 2025年").split()
    ['北', '京', '时', '间', '2025', '年']
    >>> fold("أحمد القدس") == fold("احمد قدس")
    True
    """
    if text.isascii():
        return text.translate(_FOLDING)
    if _NON_JOINER in text:
        text = _SEPARATING_NON_JOINER.sub(" ", text)
    return _without_article(unicodedata.normalize("NFC", text).translate(_FOLDING))


def index_form(text: str) -> str:
    """The words of a text as they are put into the index.

    >>> index_form("北京时间, 2025年").split()
    ['北京', '京时', '时间', '间', '2025', '年']
    """
    folded = fold(text)
    return folded if folded.isascii() else _neighbours().sub(r"\1\2 ", folded)


def query_form(phrase: tuple[str, ...]) -> tuple[str, bool]:
    """A phrase of folded words as it is looked up in the index, and whether its last word may go on there.

    >>> query_form(("北", "京")), query_form(("2025", "年")), query_form(("年", "end"))
    (('北京', False), ('2025 年', True), ('年 end', False))
    """
    paired = _neighbours().sub(r"\1\2 ", " ".join(phrase)).split()
    if not _unspaced().fullmatch(phrase[-1]):
        return " ".join(paired), False
    if len(paired) > 1 and len(paired[-2]) > 1 and _unspaced().match(paired[-2]):
        return " ".join(paired[:-1]), False
    return " ".join(paired), True


def words(text: str) -> Iterator[Word]:
    """The words of a text one by one, each with its place."""
    word = ""
    start = end = 0
    for place, character in enumerate(text):
        for part in _folded_at(text, place, character):
            if part != " ":
                start = start if word else place
                word, end = word + part, place + 1
            elif word:
                yield Word(_without_article(word), start, end)
                word = ""
    if word:
        yield Word(_without_article(word), start, end)


def _folded_at(text: str, place: int, character: str) -> str:
    if character == _NON_JOINER and place and _among(ord(text[place - 1]), (_ARABIC,)):
        return " "
    return _FOLDING[ord(character)]


def _without_article(text: str) -> str:
    return _ARABIC_ARTICLE.sub("", text) if "ال" in text else text
