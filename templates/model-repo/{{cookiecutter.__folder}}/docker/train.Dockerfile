# What the steps of a pipeline run in: the same lock as the predictor, and the repository's settings.
#   docker build -f docker/train.Dockerfile --build-arg PYTHON_IMAGE=registry/python@sha256:… .
ARG PYTHON_IMAGE

FROM ${PYTHON_IMAGE} AS build
ARG PYTHON_IMAGE
RUN case "${PYTHON_IMAGE}" in *@sha256:*) ;; *) echo "PYTHON_IMAGE is not named by its digest" >&2; exit 1 ;; esac
WORKDIR /build
COPY requirements/run.lock requirements.lock
RUN python -m venv /opt/venv \
    && /opt/venv/bin/python -m pip install --no-cache-dir --no-compile --require-hashes -r requirements.lock
{%- if cookiecutter.feature_store == "feast" %}
# Feast's libraries are not those that train.
COPY requirements/feast.lock feast.lock
RUN python -m venv /opt/feast \
    && /opt/feast/bin/python -m pip install --no-cache-dir --no-compile --require-hashes -r feast.lock \
    && python -O -m compileall -q /opt/feast
{%- endif %}
COPY src/ /opt/src/
RUN python -m compileall -q /opt/src /opt/venv

FROM ${PYTHON_IMAGE}
LABEL org.opencontainers.image.title="{{ cookiecutter.repo_slug }}-train" \
      org.opencontainers.image.vendor="{{ cookiecutter.owner_team }}"
COPY --from=build /opt/venv /opt/venv
COPY --from=build /opt/src /opt/src
{%- if cookiecutter.feature_store == "feast" %}
COPY --from=build /opt/feast /opt/feast
{%- endif %}
WORKDIR /repository
COPY config/ config/
COPY data/contract.yaml data/contract.yaml
COPY governance/ governance/
{%- if cookiecutter.feature_store == "feast" %}
COPY feature_repo/ feature_repo/
{%- endif %}
COPY requirements/ requirements/
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONPATH=/opt/src \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MODEL_REPO=/repository \
    BUILD_DIR=/tmp/build \
{%- if cookiecutter.feature_store == "feast" %}
    FEAST_PYTHON=/opt/feast/bin/python \
    FEAST_USAGE=False \
{%- endif %}
    MLFLOW_DISABLE_TELEMETRY=true \
    DO_NOT_TRACK=true
USER 10001:10001
HEALTHCHECK NONE
CMD ["python", "-m", "{{ cookiecutter.package_name }}.ops.step", "--help"]
