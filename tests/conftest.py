"""What holds for every room: how property tests search, and one warm process from which workers are forked."""

from __future__ import annotations

from multiprocessing import forkserver

import pytest
from hypothesis import settings

from ingest.jobs import PAGE_MODULES

# A routine run gives one answer for one commit; `make soak` goes looking, with other examples each time.
settings.register_profile("routine", max_examples=40, deadline=None, derandomize=True)
settings.register_profile("soak", max_examples=1000, deadline=None, print_blob=True)
settings.load_profile("routine")


@pytest.fixture(scope="session", autouse=True)
def fork_server() -> None:
    """As a run has it: whichever test comes first, the parsers are imported once and not in every worker."""
    forkserver.set_forkserver_preload([*PAGE_MODULES])
    forkserver.ensure_running()
