"""The files of `deploy/`: here run neither systemd nor a container engine, so what they name is compared with what there is."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from configparser import RawConfigParser
from pathlib import Path

import pytest
from typer.main import get_command

from ingest.cli.run import app
from ingest.daemon.health import HEARTBEAT
from ingest.daemon.service import AT_ONCE
from ingest.daemon.surroundings import Rhythm

DEPLOY = Path(__file__).parents[2] / "deploy"
UNIT = (DEPLOY / "ingest.service").read_text("utf-8")
DOCKERFILE = (DEPLOY / "Dockerfile").read_text("utf-8")
VARIABLES = {"INGEST_CONFIG", "INGEST_DATABASE"}


def service() -> dict[str, str]:
    parser = RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(UNIT)
    return dict(parser["Service"])


def instruction(name: str) -> list[str]:
    """The words of the Dockerfile's last instruction of that name, written as JSON."""
    found = re.findall(rf"^{name} (\[.*\])$", DOCKERFILE, re.MULTILINE)
    words: list[str] = json.loads(found[-1])
    return words


def commands() -> list[list[str]]:
    """What systemd and the container start, from `run` on."""
    program, *unit = service()["ExecStart"].split()
    assert program.endswith("/ingest")
    assert instruction("ENTRYPOINT") == ["ingest"]
    return [unit, instruction("CMD")]


def test_they_start_the_daemon_with_options_that_it_has() -> None:
    for command in commands():
        context = get_command(app).make_context("ingest", list(command[1:]))
        assert command[0] == "run"
        assert (context.params["log_json"], context.params["metrics_port"]) == (True, 9464)


def test_they_set_the_variables_that_are_read() -> None:
    assert set(re.findall(r"^Environment=(\w+)=", UNIT, re.MULTILINE)) == VARIABLES
    assert set(re.findall(r"\b(INGEST_\w+)=", DOCKERFILE)) == VARIABLES


def test_the_daemon_has_the_time_to_drain_and_to_feed_the_watchdog() -> None:
    longest = Rhythm().drain + AT_ONCE
    assert int(service()["TimeoutStopSec"]) > longest
    assert int(re.findall(r"--stop-timeout (\d+)", DOCKERFILE)[0]) > longest
    assert int(service()["WatchdogSec"]) > HEARTBEAT.total_seconds()


def test_neither_runs_it_as_root_and_the_archive_is_on_the_volume() -> None:
    assert service()["User"] == "ingest"
    assert re.findall(r"^USER (\w+)$", DOCKERFILE, re.MULTILINE) == ["ingest"]
    assert re.findall(r"^VOLUME (\S+)$", DOCKERFILE, re.MULTILINE) == ["/data"]
    assert "INGEST_DATABASE=sqlite:////data/" in DOCKERFILE


def test_the_health_check_asks_where_the_figures_are_served() -> None:
    asked = re.findall(r"urlopen\('(\S+?)'", DOCKERFILE.partition("HEALTHCHECK")[2])
    port = instruction("CMD")[instruction("CMD").index("--metrics-port") + 1]
    assert asked == [f"http://127.0.0.1:{port}/healthz"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / "ingest.service"
    unit.write_text(UNIT.replace("/opt/ingest/bin/ingest", "/bin/true"))
    said = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, timeout=60, check=False)
    assert (said.returncode, said.stdout + said.stderr) == (0, "")
