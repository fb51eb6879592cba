# A fresh clone needs Python >= 3.11 and make; everything else is installed into .venv from the locks.
# What these recipes have to say goes to stderr: stdout belongs to the program that is run.

PYTHON ?=
VENV ?= .venv
# One more than there are processors: each test waits for a server, a browser or a process now and then.
JOBS ?= $(shell expr 1 + $$(getconf _NPROCESSORS_ONLN))
ARGS ?=

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input --require-virtualenv -q
MAKEFLAGS += --no-print-directory
unexport PYTHONDONTWRITEBYTECODE # every process of a demo or a test run would compile all of its modules anew
.SILENT:
.DEFAULT_GOAL := help

.PHONY: soak mutate bench-ingest bench-rebuild bench-latency bench-query bench-policy bench-rollup bench-suppress bench-console
.PHONY: bench-apart
.PHONY: help assets demo test check lint types contracts lock clean

help:
	echo "make demo          a running ledger with a day of traffic (ARGS=--once: report and leave)"
	echo "make test          every test, on real servers (ARGS='-k stop': some of them)"
	echo "make assets        what the console and its tests need of npm; without npm, pages have no charts and stand still"
	echo "make check         lint, types and contracts, each also a target of its own"
	echo "make soak          the rules on 100,000 generated histories (ARGS='5000 --seed 7': so many, from there)"
	echo "make mutate        every small change of the rules, and whether a test sees it"
	echo "make bench-ingest  and bench-rebuild, bench-latency, bench-query, bench-policy, bench-rollup, bench-suppress,"
	echo "                   bench-console, bench-apart: figures beside a reference"
	echo "make lock          resolve the locks anew from pyproject.toml"
	echo "make clean         remove .venv, build and caches; the demo's data in .demo stay"

demo: $(VENV)/.demo
	$(MAKE) assets || echo "contact-ledger: npm brought nothing, so pages have no charts and stand still" >&2
	exec $(BIN)/contact-ledger demo $(ARGS)

test: $(VENV)/.test assets
	exec $(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(ARGS)

# What the console draws charts with, and what its tests need of npm; where npm is missing pages and tests do without.
assets: $(if $(shell command -v npm),entrypoints/console/static/htmx.js)

entrypoints/console/static/htmx.js: node_modules/.package-lock.json
	npm run --silent libraries >&2

node_modules/.package-lock.json: package-lock.json
	npm ci --no-audit --no-fund --silent >&2

soak: $(VENV)/.test
	exec $(BIN)/python -m tests.model.soak $(ARGS)

mutate: $(VENV)/.dev
	exec $(BIN)/python -m tests.model.mutate $(ARGS)

check: lint types contracts

lint: $(VENV)/.dev
	$(BIN)/ruff check -q . >&2
	$(BIN)/ruff format -q --check . >&2

types: $(VENV)/.dev
	$(BIN)/mypy >&2

contracts: $(VENV)/.dev
	$(BIN)/lint-imports >&2

bench-ingest bench-rebuild bench-latency bench-query bench-policy bench-rollup bench-suppress bench-console bench-apart: bench-%: $(VENV)/.test
	exec $(BIN)/python -m benchmarks.$* $(ARGS)

# Each lock contains the ones before it, so a later stamp stands for the earlier ones.
$(VENV)/.demo: LOCK := demo
$(VENV)/.test: LOCK := test
$(VENV)/.dev: LOCK := dev
$(VENV)/.demo $(VENV)/.test $(VENV)/.dev: $(VENV)/.%: requirements/%.txt requirements/build.txt pyproject.toml | $(BIN)/python
	echo "contact-ledger: installing the packages of requirements/$(LOCK).txt into $(VENV)" >&2
	$(PIP) install --require-hashes -r requirements/build.txt -r requirements/$(LOCK).txt >&2
	PYTHONWARNINGS=ignore $(PIP) install --no-deps --no-build-isolation --editable . >&2
	case $(LOCK) in dev) touch $(VENV)/.demo $(VENV)/.test;; test) touch $(VENV)/.demo;; esac
	touch $@

$(BIN)/python:
	for python in $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11); do \
	    $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
	    echo "contact-ledger: making $(VENV) with $$($$python --version)" >&2; \
	    $$python -m venv $(VENV) >&2 && exit 0; \
	    rm -rf $(VENV); \
	    echo "contact-ledger: this Python makes no virtual environment; on Debian: apt-get install python3-venv" >&2; \
	    exit 1; \
	done; \
	echo "contact-ledger: $(or $(PYTHON),python3) is not Python 3.11 or newer." >&2; \
	echo "Install one and name it: make PYTHON=/path/to/python3.11 ..." >&2; \
	exit 1

# dev first: the smaller locks are held to its versions.
COMPILE = CUSTOM_COMPILE_COMMAND='make lock' $(BIN)/pip-compile -q --upgrade --generate-hashes --allow-unsafe \
    --strip-extras --no-annotate --no-header --no-emit-options --no-emit-index-url --no-emit-trusted-host \
    --no-emit-find-links pyproject.toml
lock: $(VENV)/.dev
	$(COMPILE) --all-build-deps --only-build-deps -o requirements/build.txt
	$(COMPILE) --extra demo --extra test --extra dev -o requirements/dev.txt
	$(COMPILE) --extra demo --extra test -c requirements/dev.txt -o requirements/test.txt
	$(COMPILE) --extra demo -c requirements/dev.txt -o requirements/demo.txt
	$(COMPILE) -c requirements/dev.txt -o requirements/run.txt
	if grep -n "://" requirements/*.txt; then echo "an address in a lock" >&2; exit 1; fi

clean:
	rm -rf $(VENV) build mutants *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
