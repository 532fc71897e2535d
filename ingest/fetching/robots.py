"""robots.txt (RFC 9309) read by Protego, which is kept from what would hang it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from protego import Protego

from ingest.fetching.hosts import ROBOTS_RETRY
from ingest.fetching.rulebook import Rulebook
from ingest.fetching.targets import Target
from storage.model import Failure, FailureKind, RobotsFile

LARGEST_ROBOTS: Final = 500 * 1024  # bytes that are read; RFC 9309, 2.5
LONGEST_DELAY: Final = 60.0  # seconds of Crawl-delay that are honoured
_AGENT_LINE: Final = re.compile(r"\s*user[\s-]*agent[\s:]+(.*)", re.IGNORECASE)  # as generous as Protego
_OTHERS: Final = "user-agent: -"

# What could not be read because of these says nothing about the site's wishes: until it can be read nothing is allowed
# (RFC 9309, 2.3.1.4). Every other failure means that there are no rules (2.3.1.3).
_UNREACHABLE: Final = frozenset(
    {
        FailureKind.HTTP_5XX,
        FailureKind.THROTTLED,
        FailureKind.DNS,
        FailureKind.CONNECT,
        FailureKind.TLS,
        FailureKind.TIMEOUT,
        FailureKind.NETWORK,
        FailureKind.TRUNCATED,
        FailureKind.REFUSED_ADDRESS,
    }
)


def is_unreachable(failure: Failure) -> bool:
    return failure.kind in _UNREACHABLE


def robots_failure(file: RobotsFile, target: Target, agent: str) -> Failure | None:
    """Why a page must not be fetched, None if it may be. With `retry_at` it may be allowed later."""
    if file.unreachable:
        retry_at = file.fetched_at + ROBOTS_RETRY
        detail = f"{file.origin}/robots.txt cannot be read; until it can, no page is fetched there"
        return Failure(FailureKind.ROBOTS, detail, retry_at=retry_at)
    if target.path == "/robots.txt" or _RULEBOOK.rules(file.body, agent).can_fetch(target.href, agent):
        return None
    return Failure(FailureKind.ROBOTS, f"{file.origin}/robots.txt forbids {target.path.partition('?')[0][:150]}")


def crawl_delay(files: Iterable[RobotsFile], agent: str) -> float:
    """Seconds between two requests to a domain that these files ask for, within a minute; 0.0 if they ask nothing."""
    asked = max((_RULEBOOK.delay(file.body, agent) for file in files if "crawl" in file.body.lower()), default=0.0)
    return min(asked, LONGEST_DELAY)


def _read(body: str, agent: str) -> Protego:
    return Protego.parse(_what_concerns(body, agent))


def _what_concerns(body: str, agent: str) -> str:
    """`body` with all programs that are not `agent` under one name.

    Protego keeps every rule once for each program named above it: 12,000 names over 12,000 rules are 144 million.
    """
    lines: list[str] = []
    for line in body.splitlines():
        if not (named := _AGENT_LINE.match(line)):
            lines.append(line)
            continue
        name = named[1].partition("#")[0].strip().lower()
        kept = f"user-agent: {name}" if name and _is_meant(name, agent) else _OTHERS
        if not lines or lines[-1] != kept:
            lines.append(kept)
    return "\n".join(lines)


def _is_meant(name: str, agent: str) -> bool:
    return name == "*" or agent.lower().startswith(name.replace("*", ""))


_RULEBOOK: Final = Rulebook(_read)
