# One command each, from nothing but Python 3.11 and git: a virtual environment of its own, uv where it is there.

PYTHON ?= python3.11
VENV   ?= .venv
BIN     = $(VENV)/bin
UV     := $(shell command -v uv 2>/dev/null)
ifdef UV
  MAKE_VENV = $(UV) venv --quiet --allow-existing --seed --python $(PYTHON) $(VENV)
  INSTALL   = $(UV) pip install --quiet --python $(BIN)/python --constraint constraints.txt --editable
else
  MAKE_VENV = $(PYTHON) -m venv $(VENV)
  INSTALL   = $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable
endif

CORE = $(wildcard backtests/compiled/*.p[yx]?)

KINDS = unit property fault browser slow

.PHONY: run test $(KINDS) check clean

run: $(VENV)/installed
	$(BIN)/newsfolio run east-rising abc-basket --data sample

test: $(VENV)/installed-dev
	$(BIN)/python -m pytest -q -n auto --dist worksteal

# A kind of tests alone; tests/conftest.py says which test is of which.
$(KINDS): $(VENV)/installed-dev
	$(BIN)/python -m pytest -q -n auto --dist worksteal -m $@

check: $(VENV)/installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

$(VENV)/bin/python:
	$(MAKE_VENV)

$(VENV)/installed: pyproject.toml constraints.txt $(CORE) | $(VENV)/bin/python
	$(INSTALL) .
	touch $@

$(VENV)/installed-dev: pyproject.toml constraints.txt $(CORE) | $(VENV)/bin/python
	$(INSTALL) '.[dev]'
	touch $@ $(VENV)/installed

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis runs
