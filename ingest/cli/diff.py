"""What changed between two versions of a text, word by word, for people at a terminal."""

from __future__ import annotations

from rich.text import Text

from ingest.cli.output import clean
from ingest.differences import Part, differences


def word_diff(old: str, new: str, *, whole: bool = True, marked: bool = False) -> Text:
    """The two texts in one: what went is red and struck through, what came is green.

    One paragraph a line, as texts are stored. Without `whole`, unchanged paragraphs shrink to a count. `marked` adds
    `[-what went-]` and `{+what came+}` for where there are no colours. Control characters are removed.
    """
    result = Text()
    for part in differences(clean(old), clean(new)):
        if part.paragraphs and not whole:
            result.append(
                f"… {part.paragraphs} paragraph{'s' if part.paragraphs > 1 else ''} unchanged\n", style="dim italic"
            )
        else:
            _append(result, part, marked)
    result.rstrip()
    return result


def _append(result: Text, part: Part, marked: bool) -> None:
    """One piece. Where both sides stand, the space after what went is kept only if one follows what came."""
    if part.same:
        result.append(part.new)
        return
    gone, come = part.old.rstrip(), part.new.rstrip()
    if gone:
        result.append(f"[-{gone}-]" if marked else gone, style="red strike")
        result.append(part.old[len(gone) :] if not come else " " if part.new != come else "")
    if come:
        result.append(f"{{+{come}+}}" if marked else come, style="green")
        result.append(part.new[len(come) :])
