# Two commands for a newcomer: `make demo` and `make test`. Both set up .venv by themselves.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help demo test check format lint types contracts soak fuzz quality quality-short bench profile lock clean

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

$(VENV)/.runtime: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name one: make PYTHON=python3.12 …" >&2; exit 1; }
	test -x $(RUN)/python || $(PYTHON) -m venv $(VENV)
	$(RUN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime
	$(RUN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

demo: $(VENV)/.runtime  ## run the main job against a sample newsroom on this machine
	$(RUN)/ingest demo $(DEMO)

test: $(VENV)/.dev  ## run the tests (under five minutes)
	$(RUN)/python -m pytest -q -n 2 --dist worksteal

format: $(VENV)/.dev  ## lay out the code
	$(RUN)/ruff format .
	$(RUN)/ruff check --fix .

lint: $(VENV)/.dev
	$(RUN)/ruff format --check .
	$(RUN)/ruff check .

types: $(VENV)/.dev
	$(RUN)/mypy

contracts: $(VENV)/.dev
	$(RUN)/lint-imports

check: lint types contracts test  ## before each commit: layout, lint, types, walls, tests

soak: $(VENV)/.dev  ## the long tests: many kills, many examples of each property, hostile servers, a day of polls (half an hour)
	$(RUN)/python -m pytest -q -m soak
	$(RUN)/python -m pytest -q -n 2 --dist worksteal -m hypothesis --hypothesis-profile soak
	$(RUN)/python -m benchmarks.soak_fetching
	$(RUN)/python -m benchmarks.soak_daemon kills
	$(RUN)/python -m benchmarks.soak_daemon memory

fuzz: $(VENV)/.dev  ## mutated feeds at the parser, for a minute
	$(RUN)/python -m benchmarks.fuzz_feeds --seconds 60

$(VENV)/.bench: $(VENV)/.dev  # a pip older than 24 trips over two spellings of one extra (lxml's html_clean)
	$(RUN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=24'
	$(RUN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[bench]'
	@touch $@

quality: $(VENV)/.bench  ## figures against the labelled sets, under their floors
	$(RUN)/python benchmarks/quality_duplicates.py
	$(RUN)/python benchmarks/quality_pages.py

quality-short: $(VENV)/.dev  ## the same on a part of the sets, in two minutes; what is not there is skipped
	$(RUN)/python benchmarks/quality_duplicates.py --short
	$(RUN)/python benchmarks/quality_pages.py --short

# More: make bench BENCH='--feeds 100 1000 5000'. newsboat takes part where it is installed (Debian: apt install newsboat).
bench: $(VENV)/.bench  ## the whole path beside other programs: CPU, time, memory (half an hour)
	$(RUN)/python -m benchmarks.whole --json docs/speed.json --plots docs $(BENCH)

profile: $(VENV)/.bench  ## a flame graph of one run, in profile.svg
	$(RUN)/python -m benchmarks.whole.profile profile.svg $(PROFILE)

lock: $(VENV)/.dev  ## refresh the pinned versions in constraints.txt
	$(RUN)/pip-compile --quiet --all-extras --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-header --no-annotate --upgrade --output-file constraints.txt pyproject.toml

clean:  ## remove what was built
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
