# Keydesk's daily commands; `make help` lists them. Each sets up what it needs, and is quick when nothing changed.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/pip --quiet --disable-pip-version-check
# Workers of the test run; tests/conftest.py says which tests stay together.
WORKERS ?= 2
# Passed on to what a command runs: make up ARGS="--port 8090", make unit ARGS="-k cursor".
ARGS ?=

.PHONY: help up demo test check fix unit e2e faults bench reset

help: ## List the commands
	@grep -hE '^[a-z0-9]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-7s %s\n", $$1, $$2}'

up: .venv/.runtime ## Run the portal on this machine with demo data, servers included, until Ctrl-C
	$(BIN)/keydesk up $(ARGS)

demo: .venv/.runtime ## Go through the main job on a stack of its own, each step with what came back
	$(BIN)/keydesk demo $(ARGS)

test: .venv/.development ## All tests
	@.ci/debian-packages rabbitmq-server chromium fonts-noto-cjk
	$(BIN)/pytest --numprocesses $(WORKERS) $(ARGS)

check: .venv/.development ## Look for mistakes without running anything: format, lint, types, dependency rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tools.messages check

fix: .venv/.development ## Mend what a tool can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

unit: .venv/.development ## The tests that need nothing started
	$(BIN)/pytest tests/unit tests/contract $(ARGS)

e2e: .venv/.development ## The whole main job in a browser
	@.ci/debian-packages chromium fonts-noto-cjk
	$(BIN)/pytest tests/e2e $(ARGS)

faults: .venv/.development ## Long runs of what goes wrong: killed processes, lost servers, nonsense from outside
	@.ci/debian-packages rabbitmq-server
	KEYDESK_TEST_LONG=1 $(BIN)/pytest tests/fault tests/e2e/test_api_fuzz.py tests/integration/test_catalog_visibility.py \
		--timeout 3600 $(ARGS)

bench: .venv/.development ## Measure against the limits of this machine
	@.ci/debian-packages rabbitmq-server nginx-light
	$(BIN)/python -m bench $(ARGS)

reset: .venv/.runtime ## Wipe the data that `make up` keeps
	$(BIN)/keydesk reset $(ARGS)

# What the portal needs to run, at the versions and with the hashes that were locked.
.venv/.runtime: requirements.lock pyproject.toml | .venv/bin/pip
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

# And what its developers need on top.
.venv/.development: requirements-dev.lock .venv/.runtime
	$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

.venv/bin/pip:
	@PYTHON=$(PYTHON) .ci/debian-python
	$(PYTHON) -m venv --clear .venv
