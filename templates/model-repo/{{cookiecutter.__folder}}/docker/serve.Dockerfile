# The predictor: the very lock that training used. Base and tools are named by digest.
#   docker build -f docker/serve.Dockerfile --build-arg PYTHON_IMAGE=registry/python@sha256:… .
ARG PYTHON_IMAGE

FROM ${PYTHON_IMAGE} AS build
ARG PYTHON_IMAGE
RUN case "${PYTHON_IMAGE}" in *@sha256:*) ;; *) echo "PYTHON_IMAGE is not named by its digest" >&2; exit 1 ;; esac
WORKDIR /build
COPY requirements/run.lock requirements.lock
RUN python -m venv /opt/venv \
    && /opt/venv/bin/python -m pip install --no-cache-dir --no-compile --require-hashes -r requirements.lock
COPY src/ /opt/src/
RUN python -m compileall -q /opt/src /opt/venv

FROM ${PYTHON_IMAGE}
LABEL org.opencontainers.image.title="{{ cookiecutter.repo_slug }}" \
      org.opencontainers.image.vendor="{{ cookiecutter.owner_team }}"
COPY --from=build /opt/venv /opt/venv
COPY --from=build /opt/src /opt/src
# The exporter of the monitor runs in this image too, and reads these.
WORKDIR /repository
COPY config/ config/
COPY data/contract.yaml data/contract.yaml
COPY governance/ governance/
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONPATH=/opt/src \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MODEL_REPO=/repository \
    BUILD_DIR=/tmp/build \
    MLFLOW_DISABLE_TELEMETRY=true \
    DO_NOT_TRACK=true
# A number, so that runAsNonRoot can be checked before the image is started.
USER 10001:10001
WORKDIR /tmp
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=2s --start-period=60s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/v2/health/ready', timeout=2)"]
ENTRYPOINT ["python", "-m", "{{ cookiecutter.package_name }}.serve"]
