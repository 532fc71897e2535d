"""The port that the pages are served on."""

from __future__ import annotations

import ipaddress
import socket

import uvicorn

from ingest.web.site import application
from storage import Archive


def listen(host: str, port: int) -> socket.socket:
    """A socket of this address; port 0 takes any free one. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family)


def is_local(host: str) -> bool:
    """Whether only this machine can reach a server on that address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def server(archive: Archive, host: str) -> uvicorn.Server:
    """A server over an open archive; `run(sockets=[…])` serves until Ctrl-C."""
    config = uvicorn.Config(
        application(archive, local=is_local(host)),
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=2,
    )
    return uvicorn.Server(config)
