"""Cells of CSV files that a spreadsheet must not run as formulas (OWASP, "CSV injection")."""

from __future__ import annotations

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def harmless(text: str) -> str:
    """The text, with an apostrophe before what begins a formula.

    >>> harmless("=HYPERLINK(1)"), harmless("1 = 1")
    ("'=HYPERLINK(1)", '1 = 1')
    """
    return f"'{text}" if text.startswith(_FORMULA) else text
