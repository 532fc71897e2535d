"""Where the configuration and the archive are: the option, else the environment, else the file, else the default.

This package alone reads the environment. `environ` is a parameter for tests; None means the process's own.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from pydantic_core import PydanticCustomError

from ingest.config.problems import ConfigError, Problem, quote
from ingest.config.reading import load_database, load_settings
from ingest.config.settings import Settings
from ingest.config.values import check_database

DEFAULT_PATH = Path("config/feeds.yaml")


def config_path(option: Path | None = None, environ: Mapping[str, str] | None = None) -> Path:
    """`--config`, else `$INGEST_CONFIG`, else `config/feeds.yaml`."""
    named = _variable("INGEST_CONFIG", environ)
    return option or (Path(named) if named else DEFAULT_PATH)


def find_settings(
    option: Path | None = None, environ: Mapping[str, str] | None = None, *, required: bool = True
) -> Settings:
    """The settings of the file that `config_path` names.

    A command that only reads, previews or imports passes `required=False`: without a file it gets the defaults and no
    outlets. A file that was named by option or environment must be there all the same.
    """
    path = config_path(option, environ)
    if not required and path == DEFAULT_PATH and not path.exists():
        return Settings(outlets=())
    return load_settings(path, environ)


def database_url(settings: Settings, option: str | None = None, environ: Mapping[str, str] | None = None) -> str:
    """`--database`, else `$INGEST_DATABASE`, else the file's `database`, else `sqlite:///data/archive.db`."""
    named, source = (option, "--database") if option else (_variable("INGEST_DATABASE", environ), "$INGEST_DATABASE")
    if not named:
        return settings.database
    try:
        return check_database(named)
    except PydanticCustomError as error:
        raise ConfigError([Problem(source, None, "", f"{quote(named)} {error.message()}")]) from None


def find_database(
    config: Path | None = None, option: str | None = None, environ: Mapping[str, str] | None = None
) -> str:
    """The archive's address for commands that need no more of the settings.

    The file is read only when neither option nor environment names the archive, and only for its `database`: an outlet
    that is wrong, or a secret that is not set, keeps nobody from searching.
    """
    nothing = Settings(outlets=())
    if option or _variable("INGEST_DATABASE", environ):
        return database_url(nothing, option, environ)
    path = config_path(config, environ)
    if path == DEFAULT_PATH and not path.exists():
        return nothing.database
    return load_database(path, environ)


def _variable(name: str, environ: Mapping[str, str] | None) -> str | None:
    return (os.environ if environ is None else environ).get(name)
