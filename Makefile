# Everyday commands; `make help` lists them. On Windows: make.cmd with the same names.

VENV ?= .venv
PYTHON ?= python3
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif

.DEFAULT_GOAL := help
.PHONY: help install install-tests browser demo test lint check docs bench accuracy pictures clean

help: ## list these commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.installed-tests: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	@touch $@

$(VENV)/.installed-render: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[render]'
	@touch $@

install: $(VENV)/.installed-render ## make the virtual environment with the program in it

install-tests: $(VENV)/.installed-tests

browser: $(VENV)/.installed-tests
	@$(BIN)/python -m tests.browser

demo: $(VENV)/.installed ## audit the sample portals on this machine and print where the scorecards are
	@# exit status 1 says that some sample portals are down, as they are meant to be
	$(BIN)/auditor demo || [ $$? -eq 1 ]

test: $(VENV)/.installed-tests browser ## run all tests
	$(BIN)/python -m pytest -n auto

lint: $(VENV)/.installed-tests ## style, types, and whether the generated docs are up to date
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy
	$(BIN)/python docs/generate.py --check

check: lint test ## what CI runs: lint and test

docs: $(VENV)/.installed-tests ## write the generated documents again
	$(BIN)/python docs/generate.py

bench: $(VENV)/.installed-tests ## pages per second and memory against a bare crawl, on a generated farm
	$(BIN)/python -m benchmarks.run

accuracy: $(VENV)/.installed-tests ## verdicts against labelled portals, per item
	$(BIN)/python -m benchmarks.accuracy

pictures: $(VENV)/.installed-tests browser ## make the pictures of the guides again, from the program itself
	$(BIN)/python docs/pictures.py

clean: ## remove what these commands made
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache
