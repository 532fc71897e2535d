"""The usual methods for near-duplicates, as one would set them up: what ours is measured against.

Each takes all texts and returns the number of the story of each; matches are united, as these tools do. Tokens are
runs of letters and digits, and single characters of Chinese and Japanese, so that no method fails on a script alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from xxhash import xxh3_64_intdigest

SHINGLE = 3
THRESHOLD = 0.5  # Jaccard, for MinHash
BITS = 3  # of difference, for SimHash (Manku, Jain and Das Sarma 2007)
_TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_\u3040-\u30ff\u3400-\u9fff]+")


def _words(text: str) -> list[str]:
    return _TOKEN.findall(text.casefold())


def _shingles(text: str) -> set[str]:
    words = _words(text)
    return {" ".join(words[i : i + SHINGLE]) for i in range(max(1, len(words) - SHINGLE + 1))}


def _united(count: int, pairs: Iterable[tuple[int, int]]) -> list[int]:
    parent = list(range(count))

    def head(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for a, b in pairs:
        parent[max(head(a), head(b))] = min(head(a), head(b))
    return [head(i) for i in range(count)]


def exact(texts: Sequence[str]) -> list[int]:
    first: dict[str, int] = {}
    return [first.setdefault(" ".join(_words(text)), i) for i, text in enumerate(texts)]


def simhash(texts: Sequence[str]) -> list[int]:
    hashes = [_simhash(text) for text in texts]
    blocks: dict[tuple[int, int], list[int]] = {}
    pairs = []
    for i, own in enumerate(hashes):
        near = {j for block in range(4) for j in blocks.get((block, own >> 16 * block & 0xFFFF), ())}
        pairs += [(i, j) for j in near if (own ^ hashes[j]).bit_count() <= BITS]
        for block in range(4):
            blocks.setdefault((block, own >> 16 * block & 0xFFFF), []).append(i)
    return _united(len(texts), pairs)


def _simhash(text: str) -> int:
    sums = [0] * 64
    for shingle in _shingles(text):
        value = xxh3_64_intdigest(shingle.encode("utf-8", "surrogatepass"))
        for bit in range(64):
            sums[bit] += 1 if value >> bit & 1 else -1
    return sum(1 << bit for bit in range(64) if sums[bit] > 0)


def minhash_datasketch(texts: Sequence[str]) -> list[int]:
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=THRESHOLD, num_perm=128)
    pairs = []
    for i, text in enumerate(texts):
        sketch = MinHash(num_perm=128, hashfunc=lambda data: xxh3_64_intdigest(data) & 0xFFFFFFFF)
        sketch.update_batch([shingle.encode("utf-8", "surrogatepass") for shingle in _shingles(text)])
        pairs += [(i, int(j)) for j in index.query(sketch)]
        index.insert(str(i), sketch)
    return _united(len(texts), pairs)


def minhash_rensa(texts: Sequence[str]) -> list[int]:
    from rensa import RMinHash, RMinHashLSH

    index = RMinHashLSH(threshold=THRESHOLD, num_perm=128, num_bands=32)
    sketches, pairs = [], []
    for i, text in enumerate(texts):
        sketch = RMinHash(num_perm=128, seed=1)
        sketch.update(list(_shingles(text)))
        pairs += [(i, j) for j in index.query(sketch) if sketch.jaccard(sketches[j]) >= THRESHOLD]
        index.insert(i, sketch)
        sketches.append(sketch)
    return _united(len(texts), pairs)


METHODS: dict[str, Callable[[Sequence[str]], list[int]]] = {
    "exact hash": exact,
    "SimHash, 64 bits, k = 3": simhash,
    "MinHash-LSH, Jaccard .5 (datasketch)": minhash_datasketch,
    "MinHash-LSH, Jaccard .5 (rensa)": minhash_rensa,
}
