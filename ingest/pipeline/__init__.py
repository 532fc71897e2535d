"""The shell around the pure rooms: poll, parse, plan, fetch the page, draft, keep; one report.

`ingest once`, the daemon and the demo run these functions. Every step hands on a value: what was asked, what came
back, what was decided.
"""

from ingest.pipeline.context import Observer
from ingest.pipeline.once import run_once
from ingest.pipeline.report import Report
from ingest.pipeline.selection import Selection

__all__ = ["Observer", "Report", "Selection", "run_once"]
