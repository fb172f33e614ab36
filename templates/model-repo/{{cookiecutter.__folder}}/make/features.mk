FEAST := $(abspath .venv-feast)/bin

.PHONY: install-feast
install install-feast: .venv-feast/.installed
install-feast: ## Feast, in an environment of its own
.venv-feast/.installed: requirements/feast.lock
ifneq ($(UV),)
	test -x $(FEAST)/python || $(UV) venv --quiet --python $(BASE) .venv-feast
	VIRTUAL_ENV=$(abspath .venv-feast) $(UV) pip sync --quiet --require-hashes requirements/feast.lock
else
	test -x $(FEAST)/python || $(BASE) -m venv .venv-feast
	$(FEAST)/python -m pip install --quiet --require-hashes -r requirements/feast.lock
endif
	touch $@
