"""The WebSub hub that an answer's `Link` headers name (RFC 8288; W3C WebSub, section 4: they count before the document)."""

from __future__ import annotations

import re
from collections.abc import Mapping

_LONGEST_HEADER = 2_000  # characters; a longer one is not read
_LINK = re.compile(r'<(https?://[^<>\s]+)>((?:[^",<]|"[^"]*")*)')  # a target and its parameters, up to the next link
_PARAMETER = re.compile(r';\s*([\w*-]+)\s*=\s*(?:"([^"]*)"|([^\s",;]*))')


def hub_of(headers: Mapping[str, str]) -> str | None:
    """The first hub among the links. `headers` in lower case."""
    links = headers.get("link", "")
    if len(links) > _LONGEST_HEADER:
        return None
    return next((url for url, parameters in _LINK.findall(links) if "hub" in _relations(parameters)), None)


def _relations(parameters: str) -> list[str]:
    """Of a repeated `rel` the first counts (RFC 8288, 3.3)."""
    values = (quoted or bare for name, quoted, bare in _PARAMETER.findall(parameters) if name.lower() == "rel")
    return next(values, "").lower().split()
