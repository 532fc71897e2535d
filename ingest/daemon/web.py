"""`/metrics`, `/healthz` and `/readyz` over HTTP, in a thread of their own: they answer when the loop does not."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from ingest.daemon.figures import CONTENT_TYPE, Figures
from ingest.daemon.health import Health

IDLE = 10.0  # seconds after which a silent connection is closed
_PLAIN = "text/plain; charset=utf-8"
_Answer = tuple[int, str, bytes]


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    server_version, sys_version = "ingest", ""
    timeout = IDLE

    def do_GET(self) -> None:
        find = self.server.answers.get(self.path.partition("?")[0])
        status, kind, body = find() if find else (404, _PLAIN, b"there is /metrics, /healthz and /readyz\n")
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: being scraped is no event."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: str, port: int, answers: dict[str, Callable[[], _Answer]]) -> None:
        self.answers = answers
        self.address_family = socket.AF_INET6 if ":" in address else socket.AF_INET
        super().__init__((address, port), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is none of our business."""


class Web:
    """Serves while entered. Raises OSError if the port is not to be had."""

    def __init__(self, address: str, port: int, figures: Figures, health: Health) -> None:
        self._server = _Server(
            address,
            port,
            {
                "/metrics": lambda: (200, CONTENT_TYPE, figures.text()),
                "/healthz": lambda: _told(health.complaint()),
                "/readyz": lambda: _told(None if health.ready else "not ready"),
            },
        )
        self._thread = threading.Thread(target=self._server.serve_forever, name="metrics", daemon=True)

    @property
    def port(self) -> int:
        return self._server.server_port

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


def _told(complaint: str | None) -> _Answer:
    return (200, _PLAIN, b"ok\n") if complaint is None else (503, _PLAIN, f"{complaint}\n".encode())
