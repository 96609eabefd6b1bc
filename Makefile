# One word an action, the same here and in CI. Everything runs in .venv, which is made from the lock file when it is needed.

PYTHON ?= python3
REPO ?= .
BASE ?=
UPGRADE ?=

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
COMPILE := $(BIN)/uv pip compile --quiet --no-config --system-certs --universal --python-version 3.11 --generate-hashes \
	--no-strip-extras --custom-compile-command 'make lock' $(if $(UPGRADE),--upgrade)

.DEFAULT_GOAL := help
.PHONY: help setup score test check fix docs bench lock

help: ## list the actions
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY) ## make .venv from requirements-dev.txt, every package checked by hash

$(READY): requirements-dev.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("readiness-bot needs Python 3.11 or newer; name one with PYTHON=") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -m compileall -q readiness_bot
	touch $@

score: $(READY) ## report on REPO (this repository by default), or with BASE= on what changed since
	@$(BIN)/readiness-bot $(if $(BASE),compare '$(REPO)' --base '$(BASE)',score '$(REPO)')

test: $(READY) ## run the tests
	@COVERAGE_FILE=.venv/coverage $(BIN)/python -m pytest --cov=readiness_bot --cov-report= --cov-fail-under=85

check: $(READY) ## style, types, direction of imports, pipelines, image
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(if $(wildcard Dockerfile),$(BIN)/hadolint Dockerfile)
	$(if $(wildcard action.yml),$(BIN)/check-jsonschema --builtin-schema vendor.github-actions action.yml)
	$(if $(wildcard .github/workflows/*),$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows $(wildcard .github/workflows/*))
	$(if $(wildcard .github/workflows/* action.yml),$(BIN)/zizmor --offline --quiet $(wildcard .github/workflows/* action.yml))

fix: $(READY) ## mend what can be mended mechanically: style, layout, generated pages
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/python -m tools.docs

docs: $(READY) ## write docs/controls and docs/schema from the code
	$(BIN)/python -m tools.docs

bench: $(READY) ## measure how long reports take
	$(BIN)/python -m bench

lock: ## pin the dependencies of pyproject.toml anew; with UPGRADE=1 at their newest versions
	test -x $(BIN)/uv || $(MAKE) setup
	$(COMPILE) --output-file requirements.txt pyproject.toml
	$(COMPILE) --extra dev --constraint requirements.txt --output-file requirements-dev.txt pyproject.toml
