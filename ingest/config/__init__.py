"""feeds.yaml and the environment, read into frozen settings.

`load_settings` reads and `select_feeds` picks. `ingest.config.editing` writes the file and `ingest.config.outlines`
maps it to OPML; import those by their modules. This package alone reads the environment.
"""

from ingest.config.environment import DEFAULT_PATH, config_path, database_url, find_database, find_settings
from ingest.config.problems import ConfigError, Problem
from ingest.config.reading import load_settings, parse_settings
from ingest.config.selection import select_feeds
from ingest.config.settings import (
    BackupSettings,
    ExtractSettings,
    FeedSettings,
    FetchingSettings,
    MetricsSettings,
    OutletSettings,
    PerHostSettings,
    PollingSettings,
    Settings,
)

__all__ = [
    "DEFAULT_PATH",
    "BackupSettings",
    "ConfigError",
    "ExtractSettings",
    "FeedSettings",
    "FetchingSettings",
    "MetricsSettings",
    "OutletSettings",
    "PerHostSettings",
    "PollingSettings",
    "Problem",
    "Settings",
    "config_path",
    "database_url",
    "find_database",
    "find_settings",
    "load_settings",
    "parse_settings",
    "select_feeds",
]
