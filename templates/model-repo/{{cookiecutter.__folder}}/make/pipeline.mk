{%- if cookiecutter.orchestrator in ("airflow", "kubeflow-pipelines") -%}
{%- set name = "kfp" if cookiecutter.orchestrator == "kubeflow-pipelines" else "airflow" -%}
ENGINE := $(abspath .venv-{{ name }})/bin

.PHONY: install-{{ name }} pipeline
install-{{ name }}: .venv-{{ name }}/.installed ## the engine of the pipeline, in an environment of its own
.venv-{{ name }}/.installed: requirements/{{ name }}.lock
ifneq ($(UV),)
	test -x $(ENGINE)/python || $(UV) venv --quiet --python {{cookiecutter.python_version}} .venv-{{ name }}
	VIRTUAL_ENV=$(abspath .venv-{{ name }}) $(UV) pip sync --quiet --require-hashes requirements/{{ name }}.lock
else
	test -x $(ENGINE)/python || python{{cookiecutter.python_version}} -m venv .venv-{{ name }}
	$(ENGINE)/python -m pip install --quiet --require-hashes -r requirements/{{ name }}.lock
endif
	touch $@

pipeline: install install-{{ name }} ## runs the pipeline once, by its engine, on this machine
{%- if name == "airflow" %}
	AIRFLOW_HOME=$(abspath build/airflow) MODEL_PYTHON=$(PYTHON) $(ENGINE)/python pipelines/airflow/run.py
{%- else %}
	MODEL_PYTHON=$(PYTHON) PYTHONPATH=$(abspath src) $(ENGINE)/python pipelines/kfp/run.py $(abspath build)
{%- endif %}
{%- elif cookiecutter.orchestrator == "argo-workflows" -%}
.PHONY: workflow
workflow: install ## IMAGE=repository@sha256:…: writes pipelines/argo/training.yaml from the flow
	$(PYTHON) pipelines/argo/make.py $(IMAGE)
{%- endif %}
