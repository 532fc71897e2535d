"""The sample newsroom: invented outlets on loopback, in two editions, with the truth about what they publish."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import yaml

from ingest.demo.content import outlets
from ingest.demo.place import Place
from ingest.demo.server import Journal, OutletServer, Reception
from ingest.demo.site import site
from ingest.demo.truth import Truth, truth


class Newsroom:
    """Serves all outlets from creation to `close()`; a context manager.

    `now` is the moment from which all publications are dated back: an aware datetime; nothing is dated after it.
    """

    def __init__(self, now: datetime) -> None:
        self.now = now.astimezone(UTC).replace(microsecond=0)
        self.edition = 1
        self.journal = Journal()
        self._servers = {outlet.name: OutletServer(outlet.name, self.journal) for outlet in outlets()}
        self._publish()
        self._reception = Reception(tuple(self._servers.values()))
        self._reception.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._reception.close()

    def origin(self, outlet: str) -> str:
        """http://127.0.0.1:PORT of one outlet."""
        return self._servers[outlet].origin

    def feed_urls(self, outlet: str) -> tuple[str, ...]:
        return tuple(self.origin(o.name) + feed.path for o in outlets() if o.name == outlet for feed in o.feeds)

    def advance(self) -> None:
        """Publish the second edition: one article is corrected, a few are new."""
        self.edition = 2
        self._publish()

    def requests(self, outlet: str | None = None, status: int | None = None) -> int:
        """How many requests were answered: all, or those to one outlet, or with one status."""
        return self.journal.count(outlet, status)

    def truth(self) -> Truth:
        """What a perfect reader knows of both editions."""
        return truth({name: Place(server.origin, self.now) for name, server in self._servers.items()})

    def config_yaml(self, database: str = "sqlite:///archive.db") -> str:
        """A feeds.yaml for this newsroom, in the format of `config/feeds.yaml`."""
        document = {
            "database": database,
            "fetching": {
                "deadline": "10s",
                "per_host": {"concurrency": 8, "delay": "0s"},
                "allow_networks": ["127.0.0.0/8"],
                "ports": [server.server_port for server in self._servers.values()],
            },
            "outlets": [
                {
                    "name": outlet.name,
                    "title": outlet.title,
                    "home": self.origin(outlet.name) + "/",
                    "language": outlet.language,
                    "timezone": outlet.timezone,
                    "feeds": list(self.feed_urls(outlet.name)),
                }
                for outlet in outlets()
            ],
        }
        return yaml.safe_dump(document, allow_unicode=True, sort_keys=False)

    def write_config(self, path: Path, database: str = "sqlite:///archive.db") -> None:
        path.write_text("# The sample newsroom of `ingest demo`.\n" + self.config_yaml(database), encoding="utf-8")

    def _publish(self) -> None:
        for outlet in outlets():
            server = self._servers[outlet.name]
            server.resources = site(outlet, Place(server.origin, self.now), self.edition)
