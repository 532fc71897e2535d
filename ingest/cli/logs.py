"""How the daemon's log lines look: `key=value`, or JSON; to standard error."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import structlog

from ingest.cli.output import clean_line

_Event = MutableMapping[str, Any]
_FIRST = ("timestamp", "level", "event")


class Level(StrEnum):
    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def configure(level: Level, *, as_json: bool) -> Any:
    """The daemon's logger. What libraries log comes out in the same form, warnings and worse only."""
    render = structlog.processors.JSONRenderer(ensure_ascii=False) if as_json else _key_value()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _plain,
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    log = structlog.get_logger()
    logging.basicConfig(level=logging.WARNING, handlers=[_Libraries(log)], force=True)
    return log


def _key_value() -> Any:
    return structlog.processors.LogfmtRenderer(key_order=_FIRST, drop_missing=True, bool_as_flag=False)


def _plain(logger: object, method: str, event: _Event) -> _Event:
    """Times as everywhere else; nothing that is not known; no control characters from outside."""
    return {key: _value(value) for key, value in event.items() if value is not None}


def _value(value: object) -> object:
    if isinstance(value, str):
        return "\n".join(clean_line(line) if line.strip() else "" for line in value.splitlines())
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return [_value(item) for item in value] if isinstance(value, list) else value


class _Libraries(logging.Handler):
    """Hands on what libraries log."""

    def __init__(self, log: Any) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        trace = logging.Formatter().formatException(record.exc_info) if record.exc_info else None
        level = self._log.error if record.levelno >= logging.ERROR else self._log.warning
        level("library", library=record.name, message=record.getMessage(), trace=trace)
