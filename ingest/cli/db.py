"""`ingest db`: upkeep of the archive."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingest.cli import output
from ingest.cli.filters import local_moment
from ingest.cli.frame import NOTHING_DONE, command_group
from ingest.cli.options import Config, Database, Json, open_archive

if TYPE_CHECKING:
    from storage.transaction import Transaction

app = command_group("db", "Look after the archive: upgrade, check, back up, prune.")


@app.command("upgrade")
def upgrade(json: Json = False, config: Config = None, database: Database = None) -> None:
    """Bring the archive of an older version to the present one; make an empty one if there is none."""
    with open_archive(config, database, write=True) as archive:
        from storage.version import VERSION

        if json:
            output.json_document({"path": archive.path, "schema": VERSION})
        else:
            output.line(f"{archive.path} has schema {VERSION}")


@app.command("check")
def check(
    repair: Annotated[bool, typer.Option("--repair", help="Mend what can be mended.")] = False,
    json: Json = False,
    config: Config = None,
    database: Database = None,
) -> None:
    """Look whether everything is in order. Reads the whole file; ends with 1 if something is not."""
    from ingest.duplicates.fingerprint import SCHEME
    from storage import checkup

    with open_archive(config, database) as archive:
        checks = []
        for checked in checkup.check(archive, scheme=SCHEME):
            checks.append(checked)
            if not json:
                _print_check(checked)
    findings = [finding for checked in checks for finding in checked.findings]
    mending = repair and any(finding.mendable for finding in findings)
    if mending:
        with open_archive(config, database, write=True) as archive:
            checkup.repair(archive, datetime.now(UTC))
    if json:
        output.json_document({"ok": not findings, "checks": checks, "repaired": mending})
    elif mending:
        output.line("Mended. Check again to see what is left.")
    elif any(finding.mendable for finding in findings):
        output.line("`ingest db check --repair` mends what is marked with *.")
    if findings:
        raise typer.Exit(NOTHING_DONE)


def _print_check(checked: Any) -> None:
    output.line(f"{checked.name:<12}{'ok' if not checked.findings else ''}".rstrip())
    for finding in checked.findings:
        output.line(f"  {'*' if finding.mendable else '-'} {output.clean_line(finding.message)}")


@app.command("backup")
def backup(
    target: Annotated[Path, typer.Argument(metavar="PATH", help="The file to write; it must not exist.")],
    json: Json = False,
    config: Config = None,
    database: Database = None,
) -> None:
    """Copy the archive while it is in use, and verify the copy."""
    from storage import upkeep

    if target.exists():
        raise typer.BadParameter(f"{target} exists already; a backup never replaces a file", param_hint="PATH")
    with open_archive(config, database) as archive:
        upkeep.back_up(archive.path, target)
    size = target.stat().st_size
    if json:
        output.json_document({"path": target, "bytes": size})
    else:
        output.line(f"{target}: {size / 1e6:,.1f} MB, verified")


@app.command("prune")
def prune(
    older_than: Annotated[str, typer.Option(metavar="AGE", help="Articles published before: 180d, 2024-01-01.")],
    keep_representatives: Annotated[
        bool, typer.Option("--keep-representatives", help="Keep one article of each story; only copies go.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: Json = False,
    config: Config = None,
    database: Database = None,
) -> None:
    """Remove old articles for good. They do not come back when a feed still lists them."""
    from storage import pruning

    before = local_moment("older-than", older_than)
    with open_archive(config, database) as archive:
        count = pruning.count_prunable(archive, before, keep_representatives=keep_representatives)
    if count and not yes:
        _confirm(f"Remove {count:,} articles published before {output.cell(before)} from {archive.path}?")
    with open_archive(config, database, write=True) as archive:
        pruned = pruning.prune(
            archive,
            before,
            datetime.now(UTC),
            keep_representatives=keep_representatives,
            forget_fingerprint=_forget_fingerprint(),
        )
    if json:
        output.json_document(pruned)
    else:
        output.line(f"{pruned.articles:,} articles and {pruned.sightings:,} sightings removed")
        output.note("The file keeps its size and fills the room anew.")


def _confirm(question: str) -> None:
    import sys

    if not sys.stdin.isatty():
        raise typer.BadParameter("nobody is here to be asked; say --yes", param_hint="--older-than")
    if not typer.confirm(question, err=True):
        raise typer.Exit(NOTHING_DONE)


def _forget_fingerprint() -> Any:
    """Takes an article out of the index of duplicates."""
    from ingest.duplicates import Fingerprint, every_key
    from ingest.keeping import new_counters
    from storage.matching import MatchStore

    counters = new_counters()

    def forget(t: Transaction, article_id: int) -> None:
        index = MatchStore(t, counters)
        signature = index.signature(article_id)
        if signature is not None:
            index.remove(article_id, every_key(Fingerprint.from_signature(signature)))

    return forget


@app.command("stats")
def stats(json: Json = False, config: Config = None, database: Database = None) -> None:
    """Show what the file holds and how large its parts are."""
    from storage import checkup

    with open_archive(config, database) as archive:
        sizes = checkup.sizes(archive)
    if json:
        output.json_document(sizes)
        return
    output.line(f"{sizes.path}: {sizes.bytes / 1e6:,.1f} MB, schema {sizes.schema}")
    output.line()
    rows = [(part.name, part.rows, part.bytes and f"{part.bytes / 1e6:,.2f}") for part in sizes.parts]
    output.table(("table", "rows", "MB"), rows, right=("rows", "MB"))
