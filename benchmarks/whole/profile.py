"""A flame graph of one run of `ingest once`, its workers included, made by py-spy.

python -m benchmarks.whole.profile OUTPUT.svg [articles | texts | feeds | unchanged] [FEEDS]
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.whole.contenders import INGEST, Setting
from benchmarks.whole.origin import Origin

RATE = 200  # samples a second


def main(output: str, kind: str = "articles", feeds: str = "40") -> None:
    pages = kind == "articles"
    with Origin(int(feeds), pages=pages) as origin, tempfile.TemporaryDirectory(prefix="bench-profile-") as folder:
        setting = Setting(Path(folder), origin.feeds, origin.ports, pages, keep_texts=kind == "texts")
        INGEST.prepare(setting)
        if kind == "unchanged":
            subprocess.run(INGEST.command(setting), check=True, stdout=subprocess.DEVNULL)
        form = "raw" if output.endswith(".txt") else "flamegraph"
        spy = [
            str(Path(sys.executable).with_name("py-spy")),
            "record",
            "--subprocesses",
            "--gil",
            "--rate",
            str(RATE),
            "--format",
            form,
            "--output",
            output,
            "--",
        ]
        subprocess.run([*spy, *INGEST.command(setting)], check=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
