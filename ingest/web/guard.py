"""The border to the browser: which requests are answered at all, and what the browser may do with an answer.

A page on the web can make a browser ask this machine (DNS rebinding: a name of its own that leads to 127.0.0.1), so on
loopback only loopback's own names are answered. Nothing changes state, so only reading methods are allowed.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
FIXED = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
_NOTHING_ELSE = "img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


def policy(nonce: str | None) -> str:
    """The Content-Security-Policy of a page: no script at all, or with a nonce the scripts that our templates hold."""
    if nonce is None:
        return f"default-src 'none'; style-src 'self'; {_NOTHING_ELSE}"
    own = f"'self' 'nonce-{nonce}'"
    return f"default-src 'none'; script-src {own}; style-src {own}; connect-src 'self'; {_NOTHING_ELSE}"


class Guard:
    """An application behind the border. With `local`, only loopback's names are answered."""

    def __init__(self, inner: Application, *, local: bool) -> None:
        self._inner = inner
        self._local = local

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._inner(scope, receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = refused(scope["method"], _header(scope, b"host"), local=self._local)
        inner = {**scope, "nonce": secrets.token_urlsafe(16)}  # the application may add `scripted`

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": _with(message.get("headers", ()), _headers(inner))}
            await send(message)

        if refusal is None:
            await self._inner(inner, receive, send_with_headers)
        else:
            await say(send_with_headers, *refusal)


def refused(method: str, host: str, *, local: bool) -> tuple[int, str] | None:
    """Status and reason if a request is not to be answered."""
    if method not in ("GET", "HEAD"):
        return 405, "These pages can only be read."
    if local and _name(host) not in LOOPBACK:
        return 400, "Ask for this page as localhost or 127.0.0.1."
    return None


async def say(send: Send, status: int, text: str) -> None:
    """A plain answer of one line."""
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": f"{text}\n".encode()})


def _name(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def _headers(scope: Scope) -> dict[str, str]:
    return {**FIXED, "content-security-policy": policy(scope["nonce"] if scope.get("scripted") else None)}


def _with(headers: Any, more: dict[str, str]) -> list[tuple[bytes, bytes]]:
    kept = [(name, value) for name, value in headers if name.lower().decode("latin-1") not in more]
    return kept + [(name.encode(), value.encode()) for name, value in more.items()]
