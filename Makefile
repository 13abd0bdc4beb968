# Keydesk's daily commands. `make help` lists them.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: help check fix unit test

help: ## List the commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-7s %s\n", $$1, $$2}'

$(READY): requirements-dev.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --require-hashes -r requirements-dev.lock
	$(BIN)/pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

check: $(READY) ## Look for mistakes without running anything: format, lint, types, dependency rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: $(READY) ## Mend what a tool can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

unit: $(READY) ## The tests that need nothing started
	$(BIN)/pytest tests/unit

test: $(READY) ## All tests
	$(BIN)/pytest
