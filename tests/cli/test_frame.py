"""What every command shares: lazy loading, help, exit codes, quiet ends."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from ingest import __version__
from ingest.cli import frame
from storage.errors import ArchiveMissing

ROOT = Path(__file__).parents[2]
HEAVY = {"alembic", "apscheduler", "feedparser", "httpx", "lxml", "pydantic", "rich", "sqlalchemy", "trafilatura"}


def python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, cwd=ROOT)


def test_help_and_version_load_nothing_heavy():
    code = "import sys; from ingest.cli import main\ntry: main()\nfinally: print(*sorted(sys.modules), file=sys.stderr)"
    for argument in ("--help", "--version"):
        done = python(f"import sys; sys.argv = ['ingest', {argument!r}]; {code}")
        assert done.returncode == 0
        assert "ingest" in done.stdout
        assert not HEAVY & set(done.stderr.split())


def test_command_modules_load_nothing_heavy():
    modules = sorted({command.module for command in frame.COMMANDS})
    done = python(f"import sys, {', '.join(modules)}; print(*sys.modules)")
    assert done.returncode == 0, done.stderr
    assert not HEAVY & set(done.stdout.split())


def test_a_run_without_news_loads_nothing_that_only_news_needs(tmp_path):
    """Loading SQLAlchemy takes as long as 250 feeds that have not changed."""
    config = tmp_path / "feeds.yaml"
    config.write_text("outlets: [{name: dawn, feeds: [{url: 'http://127.0.0.1:9/closed'}]}]\n")
    arguments = ["ingest", "once", "--json", "--config", str(config), "--database", f"sqlite:///{tmp_path}/a.db"]
    code = "import sys; from ingest.cli import main\ntry: main()\nfinally: print(*sorted(sys.modules), file=sys.stderr)"
    for _ in ("a new archive", "the same again"):
        done = python(f"import sys; sys.argv = {arguments}; {code}")
    assert '"failed": 1' in done.stdout
    assert "h11" in done.stderr.split()
    assert not {"alembic", "apscheduler", "feedparser", "lxml", "sqlalchemy", "trafilatura"} & set(done.stderr.split())


def test_keeping_articles_loads_no_sqlalchemy(tmp_path):
    """A new one, a copy and a revision: whatever news a run has, it starts sooner."""
    text = "The old bridge will be closed in May. The council voted on it. Boats will carry people over the river."
    first = [("dawn", 1, text)]
    then = [("dawn", 1, f"{text} The mayor called it an outrage."), ("noon", 1, text), ("noon", 2, "Rain all week.")]
    file = tmp_path / "articles.jsonl"
    arguments = ["ingest", "import", "--json", str(file), "--database", f"sqlite:///{tmp_path}/a.db"]
    code = "import sys; from ingest.cli import main\ntry: main()\nfinally: print(*sorted(sys.modules), file=sys.stderr)"
    for articles in (first, then):
        lines = [{"url": f"https://{name}.example/{n}", "outlet": name, "text": body} for name, n, body in articles]
        file.write_text("\n".join(map(json.dumps, lines)))
        done = python(f"import sys; sys.argv = {arguments}; {code}")
    counts = json.loads(done.stdout)["articles"]
    assert (counts["stored"], counts["updated"], counts["duplicates"]) == (2, 1, 1)
    assert "storage.matching" in done.stderr.split()
    assert not {"alembic", "sqlalchemy", "storage.schema"} & set(done.stderr.split())


@pytest.mark.parametrize("command", frame.COMMANDS, ids=lambda command: command.name)
def test_every_listed_command_has_help_and_the_common_options(command, ingest):
    shown = ingest(command.name, "--help")
    assert shown.exit_code == 0
    loaded = frame.load(command)
    for leaf in getattr(loaded, "commands", {"": loaded}).values():
        options = {option for parameter in leaf.params for option in parameter.opts}
        assert {"--config", "--database"} <= options, leaf.name
        assert leaf.help, leaf.name


def test_help_lists_every_command(ingest):
    shown = ingest("--help")
    assert shown.exit_code == 0
    for command in frame.COMMANDS:
        assert f"  {command.name} " in shown.stdout
        assert max(map(len, shown.stdout.splitlines())) <= 80


def test_version(ingest):
    shown = ingest("--version")
    assert (shown.exit_code, shown.stdout) == (0, f"ingest {__version__}\n")


def test_unknown_command_is_wrong_usage_with_a_suggestion(ingest):
    refused = ingest("serach", "x")
    assert refused.exit_code == 2
    assert "Did you mean 'search'?" in refused.stderr
    assert refused.stdout == ""


class ConfigError(Exception):
    problems = ("config/feeds.yaml:3: outlets: missing", "config/feeds.yaml:4: x: unknown key")


@pytest.mark.parametrize(
    ("error", "code", "complaint"),
    [
        (ArchiveMissing("there is no archive at x"), 1, "ingest: there is no archive at x\n"),
        (ArchiveMissing("bad \x1b[31mname\nhere"), 1, "ingest: bad name here\n"),
        (KeyboardInterrupt(), 130, ""),
        (ConfigError(), 2, "".join(f"ingest: {problem}\n" for problem in ConfigError.problems)),
    ],
)
def test_expected_errors_end_at_the_border(error, code, complaint, capsys, monkeypatch):
    monkeypatch.setattr(frame, "_config_errors", lambda: (ConfigError,))
    with pytest.raises(typer.Exit) as left, frame.border():
        raise error
    assert left.value.exit_code == code
    assert capsys.readouterr().err == complaint


def test_bugs_pass_the_border():
    with pytest.raises(ZeroDivisionError), frame.border():
        raise ZeroDivisionError


def test_a_reader_that_left_is_no_error():
    code = (
        "from ingest.cli.frame import border\nimport sys, typer\ntry:\n  with border():\n"
        "    for n in range(100_000): print(n)\nexcept typer.Exit as left: sys.exit(left.exit_code)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT
    ) as process:
        assert process.stdout.readline() == b"0\n"
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_a_full_disk_is_reported():
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run(
            [sys.executable, "-m", "ingest", "--version"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=120,
            cwd=ROOT,
        )
    assert done.returncode == 1
    assert done.stderr == "ingest: cannot write: No space left on device\n"


def test_interrupted_while_it_still_loads():
    code = """
import sys

class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == "typer":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interrupt())
from ingest.cli import main
main()
"""
    done = python(code)
    assert (done.returncode, done.stdout, done.stderr) == (frame.INTERRUPTED, "", "")
