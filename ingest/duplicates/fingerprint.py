"""Text to fingerprint: the ordered token hashes of an article, and nothing that depends on the archive.

A token hash is 24 bits: the upper 22 are of xxh3 of the folded token, the lower two say what it is (`Word`). What is
looked up and compared is runs of two and three tokens, and single words of two texts, where so many tell enough (of
600 words in each, .1 would be taken for another). Order and sentences are kept, so that everything else (shingles,
sketches, overlap of sentences, numbers) is derived from the fingerprint alone, and a new scheme of comparison needs no
text. 2.1 kB for a text of 3.5 kB.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from xxhash import xxh3_64_intdigest, xxh3_128_digest

from ingest.duplicates import normalize
from ingest.duplicates.standing import without_dateline
from storage.model import Signature

SCHEME = 3  # 1: shingles of six characters, keys not weighted; 2: tokens of 32 bits
MIN_TOKENS = 12  # shorter texts are compared by their exact hash alone, and that with their title
MAX_TOKENS = 20_000  # of one text: what follows is not looked at
REMEMBERED = 50_000  # words whose hash is kept: 6 MB, of long words in rare scripts 15
LONGEST = 40  # characters of such a word

Tokens = NDArray[np.uint32]


class Word(IntEnum):
    """What a token is; the two lower bits of its hash."""

    PLAIN = 0
    NUMBER = 1
    CAPITALIZED = 2
    CHARACTER = 3  # of a script written without spaces


KIND = np.uint32(3)
IDENTITY = ~KIND
_HASHED = 0xFFFFFC
_SIXTEEN = np.uint32(16)

_HEADER = struct.Struct("<HHI")  # tokens in the title, sentences in the body, tokens in the body


@dataclass(frozen=True, slots=True, eq=False)
class Fingerprint:
    """What is compared of one article. `sentences` holds the token count of each sentence."""

    scheme: int
    exact: bytes  # 16 bytes: xxh3-128 of the folded tokens; of title and tokens where the text is short
    title: Tokens
    body: Tokens
    sentences: NDArray[np.uint16]

    def to_signature(self) -> Signature:
        header = _HEADER.pack(len(self.title), len(self.sentences), len(self.body))
        tokens = np.concatenate([self.title, self.body])
        parts = (
            self.sentences.tobytes(),
            tokens.astype(np.uint16).tobytes(),
            (tokens >> _SIXTEEN).astype(np.uint8).tobytes(),
        )
        return Signature(self.scheme, self.exact, header + b"".join(parts))

    @classmethod
    def from_signature(cls, signature: Signature) -> Fingerprint:
        """Raises ValueError or struct.error when the packed tokens are not what `to_signature` wrote."""
        _, sentences, _ = _HEADER.unpack_from(signature.tokens)
        title, body = _tokens_of(signature)
        return cls(
            signature.scheme,
            signature.exact,
            title=title,
            body=body,
            sentences=np.frombuffer(signature.tokens, np.uint16, sentences, _HEADER.size),
        )

    @property
    def is_short(self) -> bool:
        return len(self.body) < MIN_TOKENS


def fingerprint(text: str, *, title: str = "", language: str | None = None) -> Fingerprint:
    """The fingerprint of an article: stateless, the same on every machine, for any string.

    `language` is accepted for schemes that need it; this one reads the script off the characters.
    """
    words, ends = normalize.words_of_sentences(without_dateline(text))
    words, ends = words[:MAX_TOKENS], [0, *(end for end in ends if end < MAX_TOKENS), min(len(words), MAX_TOKENS)]
    heading = normalize.tokens(normalize.fold(title))[:MAX_TOKENS]
    hashes = np.fromiter(map(_known.__getitem__, [*heading, *words]), np.uint32, len(heading) + len(words))
    return Fingerprint(
        SCHEME,
        exact=xxh3_128_digest(_folded(words if len(words) >= MIN_TOKENS else [*heading, "\n", *words])),
        title=hashes[: len(heading)],
        body=hashes[len(heading) :],
        sentences=np.array([end - start for start, end in pairwise(ends) if end > start], np.uint16),
    )


def bodies_of(signatures: Sequence[Signature]) -> tuple[Tokens, list[int]]:
    """The bodies of many fingerprints of this scheme, one after the other, and the tokens of each: for a first look."""
    lower, upper, lengths = [], [], []
    for _, _, tokens in signatures:
        title, sentences, body = _HEADER.unpack_from(tokens)
        at = _HEADER.size + 2 * (sentences + title)
        lower.append(tokens[at : at + 2 * body])
        at += 2 * body + title
        upper.append(tokens[at : at + body])
        lengths.append(body)
    return _joined(np.frombuffer(b"".join(lower), np.uint16), np.frombuffer(b"".join(upper), np.uint8)), lengths


def _joined(lower: NDArray[np.uint16], upper: NDArray[np.uint8]) -> Tokens:
    tokens = upper.astype(np.uint32)
    tokens <<= _SIXTEEN
    tokens |= lower
    return tokens


def _tokens_of(signature: Signature) -> tuple[Tokens, Tokens]:
    """Title and body: the lower 16 bits of all tokens, then the upper 8. Schemes 1 and 2 had 32 bits in one piece."""
    title, sentences, body = _HEADER.unpack_from(signature.tokens)
    count, at = title + body, _HEADER.size + 2 * sentences
    if signature.scheme < 3:
        tokens = np.frombuffer(signature.tokens, np.uint32, count, at)
    else:
        lower = np.frombuffer(signature.tokens, np.uint16, count, at)
        tokens = _joined(lower, np.frombuffer(signature.tokens, np.uint8, count, at + 2 * count))
    return tokens[:title], tokens[title:]


def _folded(words: list[str]) -> bytes:
    """Words without their case, with a space between them, which stands in none."""
    return " ".join(words).casefold().encode("utf-8", "surrogatepass")


class _Known(dict[str, int]):
    """Token hashes by word: most of a text is words that stood in others, and to look one up is a seventh of the work."""

    def __missing__(self, word: str) -> int:
        hashed = token_hash(word)
        if len(word) <= LONGEST:
            if len(self) >= REMEMBERED:
                self.clear()
            self[word] = hashed
        return hashed


_known = _Known()


def token_hash(word: str) -> int:
    """The hash of one word, with what it is."""
    folded = word.casefold()
    return (xxh3_64_intdigest(folded.encode("utf-8", "surrogatepass")) & _HASHED) | _kind(word, folded)


def _kind(word: str, folded: str) -> Word:
    if not word.isalpha():
        return Word.NUMBER if any(map(str.isdecimal, word)) else Word.PLAIN
    if word != folded:
        return Word.CAPITALIZED
    return Word.CHARACTER if normalize.CHARACTER.match(word) else Word.PLAIN
