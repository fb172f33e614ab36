# One place for every task. `make demo` and `make test` each work alone on a fresh clone.
.DEFAULT_GOAL := help
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3
STAMP := $(VENV)/.installed
export PATH := $(CURDIR)/.tools/bin:$(PATH)

$(STAMP): requirements.lock pyproject.toml
	sh tools/install.sh $(PYTHON) $(VENV)
	@touch $@

.PHONY: install demo test lint tools bench golden docs clean help
install: $(STAMP) ## make the virtual environment, from the lock

demo: $(STAMP) ## judge and price the reference platform's three environments
	$(BIN)/bedplate check

test: $(STAMP) ## run every test; those whose program is absent say so
	$(BIN)/pytest -n 2

lint: $(STAMP) ## style, types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

tools: .tools/bin/opa ## build the Go programs that tests use
.tools/bin/opa: tools/opa/go.mod tools/opa/go.sum
	cd tools/opa && go build -trimpath -ldflags "-s -w" -o $(CURDIR)/$@ github.com/open-policy-agent/opa

bench: $(STAMP) ## measure, and rewrite docs/explanation/performance.md
	$(BIN)/python benchmarks/run.py

golden: $(STAMP) ## rewrite the golden plans
	$(BIN)/python tools/golden.py

docs: $(STAMP) ## rewrite the generated reference
	$(BIN)/python tools/docs.py

clean: ## remove what make made
	rm -rf $(VENV) .tools .bedplate dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

help: ## show this
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10
