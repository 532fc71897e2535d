"""HTTP servers of the sample outlets: one port each on loopback, one thread that accepts for all of them."""

from __future__ import annotations

import gzip
import selectors
import socket
import sys
import threading
from collections import Counter
from collections.abc import Mapping
from datetime import UTC
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from ingest.demo.site import Resource, refusal

IDLE = 15.0  # seconds after which a silent connection is closed


class Journal:
    """Counts answers by outlet and status; may be asked while requests are being served."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, int]] = Counter()
        self._lock = threading.Lock()

    def note(self, outlet: str, status: int) -> None:
        with self._lock:
            self._counts[outlet, status] += 1

    def count(self, outlet: str | None = None, status: int | None = None) -> int:
        """How many requests were answered: all, or those to one outlet, or with one status."""
        with self._lock:
            return sum(n for (o, s), n in self._counts.items() if outlet in (None, o) and status in (None, s))

    def clear(self) -> None:
        with self._lock:
            self._counts.clear()


class OutletServer(ThreadingHTTPServer):
    """One outlet on a port of its own. `resources` may be replaced while it serves."""

    request_queue_size = 128
    daemon_threads = False  # so that server_close() waits for them

    def __init__(self, outlet: str, journal: Journal, port: int = 0) -> None:
        self.outlet, self.journal = outlet, journal
        self.resources: Mapping[str, Resource] = {}
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", port), Handler)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is none of our business; anything else is a bug and is shown."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def hang_up(self) -> None:
        """End the connections that clients keep alive, then close the port."""
        with self._lock:
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # the client was faster
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    """GET and HEAD with validators and gzip, over connections that may stay open."""

    server: OutletServer
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "SampleNewsroom", ""
    timeout = IDLE
    wbufsize = -1  # head and body leave in one packet: two would wait for each other (Nagle)

    def do_GET(self) -> None:
        resource = self.server.resources.get(urlsplit(self.path).path) or refusal(404)
        fresh = resource.status == HTTPStatus.OK and self._client_has(resource)
        status = HTTPStatus.NOT_MODIFIED if fresh else HTTPStatus(resource.status)
        self.server.journal.note(self.server.outlet, status)
        self.send_response(status)
        self._send_validators(resource)
        if fresh:
            self.end_headers()
        else:
            self._send_body(resource)

    do_HEAD = do_GET

    def _client_has(self, resource: Resource) -> bool:
        """RFC 9110, 13.2.2: the entity tag decides, the date only where there is no tag."""
        if resource.modified_at is None:
            return False
        if tags := self.headers.get("If-None-Match"):
            return resource.etag.removeprefix("W/") in (tag.strip().removeprefix("W/") for tag in tags.split(","))
        if since := self.headers.get("If-Modified-Since"):
            try:
                return resource.modified_at <= parsedate_to_datetime(since)
            except ValueError:
                return False
        return False

    def _send_validators(self, resource: Resource) -> None:
        if resource.modified_at is not None:
            self.send_header("ETag", resource.etag)
            self.send_header("Last-Modified", format_datetime(resource.modified_at.astimezone(UTC), usegmt=True))
            self.send_header("Vary", "Accept-Encoding")

    def _send_body(self, resource: Resource) -> None:
        body = resource.body
        self.send_header("Content-Type", resource.content_type)
        if resource.location:
            self.send_header("Location", resource.location)
        if body and "gzip" in self.headers.get("Accept-Encoding", ""):
            body = gzip.compress(body, compresslevel=5, mtime=0)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: only commands print."""


class Reception(threading.Thread):
    """Accepts connections for many servers in one thread, until closed."""

    def __init__(self, servers: tuple[OutletServer, ...]) -> None:
        super().__init__(name="sample-newsroom", daemon=True)
        self._servers = servers
        self._wake, self._bell = socket.socketpair()

    def run(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._wake, selectors.EVENT_READ)
            for server in self._servers:
                server.timeout = 0  # a client may have left again: never wait for the next
                selector.register(server, selectors.EVENT_READ, server)
            while True:
                ready = [key.data for key, _ in selector.select()]
                if None in ready:
                    return
                for server in ready:
                    server.handle_request()

    def close(self) -> None:
        self._bell.send(b".")
        self.join()
        self._wake.close()
        self._bell.close()
        for server in self._servers:
            server.hang_up()
