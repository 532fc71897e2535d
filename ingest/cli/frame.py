"""What every command shares: the table of commands, loading them lazily, the border where errors become one line.

A command module holds `app = typer.Typer(...)`, made by `command_group()`. Its top level imports nothing heavy: what
a command needs, it imports when it runs, so that `ingest --help` stays quick.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_group

from ingest import __version__
from ingest.cli import output
from storage.errors import ArchiveError, BadAddress

DONE, NOTHING_DONE, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130


@dataclass(frozen=True, slots=True)
class Listed:
    """A command in the table of `ingest --help`; `module` is only imported when the command runs."""

    section: str
    name: str
    module: str
    help: str


COMMANDS = (  # in the order of the help; sections in the order of their first line
    Listed("Collect", "once", "ingest.cli.once", "Poll every feed once, work off everything pending, report."),
    Listed("Collect", "run", "ingest.cli.run", "The daemon: poll every feed when it is due, for months."),
    Listed("Collect", "demo", "ingest.cli.demo", "Try everything out against a sample newsroom on this machine."),
    Listed("Collect", "import", "ingest.cli.importing", "Take in articles you already have, from a JSONL file."),
    Listed("Set up", "feeds", "ingest.cli.feeds", "The feeds you read: health, checking, finding, adding; OPML."),
    Listed("Set up", "preview", "ingest.cli.preview", "Show what would be ingested from a feed or a page."),
    Listed("Read", "list", "ingest.cli.reading", "List articles, newest first."),
    Listed("Read", "search", "ingest.cli.reading", "Find articles by their words."),
    Listed("Read", "show", "ingest.cli.showing", "Show an article."),
    Listed("Read", "story", "ingest.cli.showing", "Show a story: the articles that carry the same text."),
    Listed("Read", "revisions", "ingest.cli.showing", "Show how an article has changed, word by word."),
    Listed("Read", "stats", "ingest.cli.stats", "Count articles over time, by outlet, and who repeats whom."),
    Listed(
        "Read", "export", "ingest.cli.export", "Stream articles as JSONL, CSV, Parquet, or as a feed to subscribe to."
    ),
    Listed("Read", "serve", "ingest.cli.serve", "Show the archive as pages in your browser."),
    Listed("Look after", "db", "ingest.cli.db", "Look after the archive: upgrade, check, back up, prune."),
    Listed("Judge", "duplicates", "ingest.cli.duplicates", "Why articles count as copies."),
)


class LazyGroup(TyperGroup):
    """The commands of the table, each module imported when one of its commands is asked for.

    Click's objects are typed `Any`: typer takes click's classes from click in some versions and from within in others.
    """

    def list_commands(self, ctx: Any) -> list[str]:
        return [command.name for command in COMMANDS]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        return next((load(command) for command in COMMANDS if command.name == cmd_name), None)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        widest = max(len(command.name) for command in COMMANDS)
        for section in dict.fromkeys(command.section for command in COMMANDS):
            with formatter.section(section):
                rows = [(c.name.ljust(widest), c.help) for c in COMMANDS if c.section == section]
                formatter.write_dl(rows)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        names: Any = dict.fromkeys(self.list_commands(ctx))
        self.commands = names  # where typer looks for "did you mean"
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        with border():
            return super().invoke(ctx)


def load(command: Listed) -> Any:
    """The command behind a line of the table: one of its module's, or the whole group where the group has its name."""
    app: typer.Typer = import_module(command.module).app
    group = get_group(app)
    return group if app.info.name == command.name else group.commands[command.name]


def command_group(name: str | None = None, help: str | None = None) -> typer.Typer:
    """The `app` of a command module. With a name, its commands stand below that word (`ingest feeds list`)."""
    return typer.Typer(
        name=name,
        help=help,
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )


@contextmanager
def border() -> Iterator[None]:
    """Where expected errors end: one plain line on standard error, and the exit code of the contract."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        _close_quietly(sys.stdout.fileno())
        raise typer.Exit(DONE) from None  # whoever read us has read enough
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None
    except ArchiveError as error:
        output.complain(str(error))
        raise typer.Exit(WRONG_USAGE if isinstance(error, BadAddress) else NOTHING_DONE) from None
    except _config_errors() as error:
        for problem in error.problems:
            output.complain(str(problem))
        raise typer.Exit(WRONG_USAGE) from None


def _config_errors() -> tuple[Any, ...]:
    """The error of the configuration, unless the configuration was never loaded (pydantic takes its time)."""
    module = sys.modules.get("ingest.config")
    return () if module is None else (module.ConfigError,)


def _close_quietly(descriptor: int) -> None:
    """Let the interpreter's own last flush go nowhere instead of complaining about the closed pipe."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)


def _print_version(wanted: bool) -> None:
    if wanted:
        output.line(f"ingest {__version__}")
        raise typer.Exit


def root(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version and leave.")
    ] = False,
) -> None:
    """Keep a clean, deduplicated archive of what news outlets publish, and read it."""


def application() -> typer.Typer:
    app = command_group()
    app.callback(cls=LazyGroup)(root)
    return app


def run() -> None:
    """Run the command of `sys.argv` and leave with its exit code."""
    output.prepare_streams()
    try:
        application()(prog_name="ingest")
    except OSError as error:  # of printing: a full disk; BrokenPipeError ended at the border
        output.complain(f"cannot write: {error.strerror}")
        sys.exit(NOTHING_DONE)
