"""Articles of the archive that matching met last, with what was worked out of their texts."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from ingest.duplicates.fingerprint import Fingerprint
from ingest.duplicates.shingles import Shingled

if TYPE_CHECKING:
    from storage.model import Signature


class Remembered:
    """Shingled texts by their signatures: those met last, of so many tokens together. One for one thread."""

    def __init__(self, tokens: int) -> None:
        self._most = tokens
        self._held = 0
        self._texts: OrderedDict[Signature, Shingled] = OrderedDict()

    def __len__(self) -> int:
        return len(self._texts)

    def shingled(self, signature: Signature) -> Shingled:
        """The text of a signature, whose shingles may have been derived already."""
        text = self._texts.pop(signature, None)
        if text is None:
            text = Shingled(Fingerprint.from_signature(signature))
            self._held += len(text.fingerprint.body)
        self._texts[signature] = text
        while self._held > self._most and len(self._texts) > 1:
            _, oldest = self._texts.popitem(last=False)
            self._held -= len(oldest.fingerprint.body)
        return text
