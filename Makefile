# One command each, from nothing but Python 3.11 or later and git: a virtual environment of its own, uv where it is
# there. PYTHON=... names an interpreter; else it is the first of these that is new enough.

CANDIDATES = python3 python3.14 python3.13 python3.12 python3.11 python
PYTHON ?= $(shell for name in $(CANDIDATES); do $$name -c "$(NEW_ENOUGH)" >/dev/null 2>&1 && echo $$name && break; done)
VENV   ?= .venv
BIN     = $(VENV)/bin
UV     := $(shell command -v uv 2>/dev/null)
ifdef UV
  NEW_ENOUGH = import sys; sys.exit(sys.version_info < (3, 11))
  MAKE_VENV = $(UV) venv --allow-existing --seed --python "$(or $(PYTHON),>=3.11)" $(VENV)
  INSTALL   = $(UV) pip install --python $(BIN)/python --constraint constraints.txt --editable
else
  NEW_ENOUGH = import sys, ensurepip; sys.exit(sys.version_info < (3, 11))
  MAKE_VENV = $(PYTHON) -m venv $(VENV)
  INSTALL   = $(BIN)/python -m pip install --disable-pip-version-check --constraint constraints.txt --editable
endif

CORE = $(wildcard backtests/compiled/*.p[yx]?)

KINDS = unit property fault browser slow

.PHONY: run test $(KINDS) check docs gallery clean

run: $(VENV)/installed
	@echo "Running two strategies on the simulated sample market: some ten seconds"
	$(BIN)/newsfolio run east-rising abc-basket --data sample

test: $(VENV)/installed-dev
	@echo "Running the tests: some six minutes on two cores"
	$(BIN)/python -m pytest -q -n auto --dist worksteal

# A kind of tests alone; tests/conftest.py says which test is of which.
$(KINDS): $(VENV)/installed-dev
	$(BIN)/python -m pytest -q -n auto --dist worksteal -m $@

check: $(VENV)/installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

# The site, into site/: strictly, and a test looks at its links and at what it would fetch. No network is asked.
docs: $(VENV)/installed-docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --quiet --clean
	$(BIN)/python -m pytest -q tests/house/test_site.py

# All shipped theses as cards; DATA=folder takes real prices.
DATA ?= sample
gallery: $(VENV)/installed
	$(BIN)/newsfolio gallery --data $(DATA)

$(VENV)/bin/python:
	@$(if $(PYTHON)$(UV),,echo "no Python 3.11 or later that can make a virtual environment among: $(CANDIDATES); install one (on Debian python3-venv too), or name it: make PYTHON=/path/to/python3.12" >&2; exit 1)
	@echo "Making a virtual environment in $(VENV) with $(or $(PYTHON),a Python that uv finds)"
	$(MAKE_VENV)

# With what house-views needs, so that all shipped strategies run.
$(VENV)/installed: pyproject.toml constraints.txt $(CORE) | $(VENV)/bin/python
	@echo "Installing newsfolio and its libraries into $(VENV), some 0.9 GB on disk: about a minute, the first time alone"
	$(INSTALL) '.[views]'
	touch $@

$(VENV)/installed-dev: pyproject.toml constraints.txt $(CORE) | $(VENV)/bin/python
	@echo "Installing newsfolio, its libraries and those of the tests into $(VENV): one to two minutes, the first time alone"
	$(INSTALL) '.[dev]'
	touch $@ $(VENV)/installed

$(VENV)/installed-docs: pyproject.toml constraints.txt | $(VENV)/installed-dev
	@echo "Installing what builds the site into $(VENV), the first time alone"
	$(INSTALL) '.[docs]'
	touch $@

clean:
	rm -rf $(VENV) site gallery .pytest_cache .mypy_cache .ruff_cache .hypothesis runs
