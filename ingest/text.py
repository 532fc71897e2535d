"""Plain text out of what outlets send: no markup, no invisible tricks, one spelling of each character.

`clean_line` is for text that is known to be text, `plain_text` for text that may be HTML. Both give one line. What a
reader must never meet is removed: control characters and NUL, lone surrogates (they cannot be stored as UTF-8),
bidirectional embeddings, overrides and isolates (they let text show in another order than it is written,
CVE-2021-42574). Joiners and direction marks stay: Urdu, Persian and Hindi are misspelt without them.
"""

from __future__ import annotations

import html
import re
import unicodedata

import nh3
import regex

MAX_DEPTH = 500  # nested tags; nh3 needs 2 s for 20,000 and 89 s for 100,000, 1 ms for 500

_UNWANTED = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f"  # C0, C1; white space stays
    "\u00ad\u200b\u2060"  # soft hyphens, spaces and joiners of no width that only say where a line may break
    "\u202a-\u202e\u2066-\u2069"  # bidirectional embeddings, overrides, isolates
    "\ud800-\udfff"  # surrogates
    "\ufeff\ufffe\uffff]"  # byte order marks, noncharacters
)
# A quick look for where they may be. The first one apart: `re` finds that in a third of the time.
_MAYBE_MARKS = re.compile("[^\x00-\u02ff][^\x00-\u02ff]{30}")
_MARKS = regex.compile(r"(\p{M}{30})\p{M}+")  # UAX #15, 13: no real text has more; ordering them is quadratic
_WORD = regex.compile(
    r"(?P<sign>[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}])|[\p{L}\p{N}][\p{L}\p{M}\p{N}'’]*"
)
_WESTERN_WORD = re.compile("[{0}][{0}'’]*".format("0-9A-Za-zªµºÀ-ÖØ-öø-ˁˆ-ˑˠ-ˤˬˮ²³¹¼-¾"))
_NOT_WESTERN = re.compile("[^\x00-\u02ff\u2000-\u206f\u20a0-\u20bf]")  # but for punctuation and currencies
_TAG = re.compile(r"<(?:/?[a-zA-Z][^<>]*|[!?][^<>]*)>")
_OPEN_OR_CLOSE = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_BREAKING = re.compile(
    r"<(?=/?(?:address|article|aside|blockquote|br|dd|div|dl|dt|figcaption|figure|footer|h[1-6]|header|hr|li|main|nav"
    r"|ol|p|pre|section|table|td|th|tr|ul)\b)",
    re.IGNORECASE,
)
# Void elements, and those whose end tag HTML lets authors omit.
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_IMPLIED_END = {"dd", "dt", "li", "option", "p", "rp", "rt", "tbody", "td", "th", "tr"}
_NOT_NESTING = frozenset(_VOID | _IMPLIED_END)
_STRIP_TAGS = nh3.Cleaner(tags=set(), clean_content_tags={"script", "style", "template", "noframes"})


def remove_unwanted(text: str) -> str:
    """`text` without the characters that no text needs, in Unicode's composed form (NFC); white space is untouched.

    >>> remove_unwanted("a\\x00b \\u202eevil\\u202c Cafe\\u0301")
    'ab evil Café'
    """
    if not text.isprintable():  # what is unwanted is not printable, and asking costs next to nothing
        spaced = text.replace("\n", " ").replace("\r", " ").replace("\t", " ")
        text = text if spaced.isprintable() else _UNWANTED.sub("", text)
    if text.isascii():
        return text
    if _MAYBE_MARKS.search(text):
        text = _MARKS.sub(r"\1", text)
    return unicodedata.normalize("NFC", text)


def clean_line(text: str) -> str:
    """`text` on one line, white space folded, unwanted characters removed. Markup is left as it is.

    >>> clean_line("  two\\n\\tlines ")
    'two lines'
    """
    return " ".join(remove_unwanted(text).split())


def plain_text(markup: str) -> str:
    """HTML, or text that may contain some, as one line of plain text: tags gone, entities resolved once.

    >>> plain_text("<p>AT&amp;T &lt;b&gt; <b>up</b>per</p><p>3 < 5 &amp;amp;</p><script>x</script>")
    'AT&T <b> upper 3 < 5 &amp;'
    """
    if "<" in markup:
        markup = _BREAKING.sub(" <", markup)
        markup = _TAG.sub(" ", markup) if too_deep(markup) else _STRIP_TAGS.clean(markup)
    return clean_line(html.unescape(markup) if "&" in markup else markup)


def too_deep(markup: str) -> bool:
    """Whether tags are nested so deep that building a tree of them is not worth the time (quadratic in nh3)."""
    if markup.count("<") <= MAX_DEPTH:
        return False
    depth = 0
    for closing, name in _OPEN_OR_CLOSE.findall(markup):
        if name.lower() not in _NOT_NESTING:
            depth = max(0, depth - 1) if closing else depth + 1
            if depth > MAX_DEPTH:
                return True
    return False


def cap_bytes(text: str, limit: int) -> str:
    """The longest beginning of `text` that takes at most `limit` bytes of UTF-8.

    >>> cap_bytes("naïve", 3)
    'na'
    """
    if len(text) * 4 <= limit:
        return text
    encoded = text.encode("utf-8", "replace")
    return text if len(encoded) <= limit else encoded[:limit].decode("utf-8", "ignore")


def count_words(text: str) -> int:
    """Words of a text; in scripts without spaces two signs count as one word.

    >>> count_words("Four score and seven"), count_words("新华社北京电")
    (4, 3)
    """
    if not _NOT_WESTERN.search(text):  # nine tenths of the time
        return len(_WESTERN_WORD.findall(text))
    signs = words = 0
    for found in _WORD.finditer(text):
        if found["sign"]:
            signs += 1
        else:
            words += 1
    return words + (signs + 1) // 2
