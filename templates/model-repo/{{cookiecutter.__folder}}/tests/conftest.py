"""One clean run, made once; every test starts from it."""

import dataclasses
import gc
import os
import shutil
from pathlib import Path

import pytest

# Early: it looks for each type that it trusts in every module that is loaded.
import skops.io  # noqa: F401
import yaml

from {{cookiecutter.package_name}}.ops import context as contexts
from {{cookiecutter.package_name}}.ops import digest, {% if cookiecutter.feature_store == "feast" %}feature_store, {% endif %}registry, serving
from {{cookiecutter.package_name}}.ops import step as steps
from {{cookiecutter.package_name}}.ops.gates import tests

ROOT = Path(__file__).parents[1]
OFFLINE = ("data", "validate", "train", "evaluate", "fairness", "drift", "security")
ONLINE = ("register", "parity", "latency", "card", "release")


@pytest.fixture(scope="session", autouse=True)
def _alone(record_testsuite_property):
    """Keep tests away from the platform, and say which sources they ran on."""
    record_testsuite_property("sources", digest.of_tree(ROOT, tests.SOURCES))
    with pytest.MonkeyPatch.context() as patch:
        for name in ("MLFLOW_TRACKING_URI", "OPENLINEAGE_URL", "CHANGE_REFERENCE", "BUILD_DIR"):
            patch.delenv(name, raising=False)
        patch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
        patch.setenv("DO_NOT_TRACK", "true")
        patch.setenv("ACTOR", "author@example.org")
        patch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT / "src")]))
{%- if cookiecutter.feature_store == "feast" %}
        if "FEAST_PYTHON" not in os.environ:
            patch.setenv("FEAST_PYTHON", str(ROOT / ".venv-feast" / "bin" / "python"))
        patch.delenv("FEATURE_STORE_URL", raising=False)
{%- endif %}
        for name in ("GITHUB_ACTOR", "GITLAB_USER_LOGIN", "MODEL_AUTHOR"):
            patch.delenv(name, raising=False)
        yield
    serving.stop()


@pytest.fixture(scope="session")
def offline(tmp_path_factory):
    """Give a run as far as it goes without registry and server."""
    context = contexts.Context(ROOT, tmp_path_factory.mktemp("clean"))
{%- if cookiecutter.feature_store == "feast" %}
    if not feature_store.present(context):
        pytest.skip("needs Feast: run `make install-feast`")
{%- endif %}
    for name in OFFLINE:
        assert steps.run(context, name)
        if name == "train":  # the server starts while other steps are run
            serving.warm(context, context.model, "1")
    return context


@pytest.fixture(scope="session")
def released(offline):
    """Give a run that went all the way to a release."""
    for name in ONLINE:
        assert steps.run(offline, name)
    gc.freeze()  # all libraries are loaded: nothing of them is ever garbage
    return offline


@pytest.fixture
def fresh(offline, tmp_path):
    """Give a run of its own that has the clean run's data, and nothing else."""
    context = dataclasses.replace(offline, build=tmp_path / "build")
    shutil.copytree(offline.data, context.data)
    return context


@pytest.fixture
def trained(offline, fresh):
    """Give a run of its own that has the clean run's data, model and evidence."""
    shutil.copytree(offline.model, fresh.model)
    shutil.copytree(offline.evidence, fresh.evidence)
    return fresh


@pytest.fixture
def repository(released, tmp_path, monkeypatch):
    """Give a copy of the repository, with the released run, whose files a test may change."""
    root = tmp_path / "repository"
    for name in ("config", "data", {% if cookiecutter.feature_store == "feast" %}"feature_repo", {% endif %}"governance", "requirements"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copytree(released.build, root / "build", ignore=shutil.ignore_patterns("mlflow"))
    monkeypatch.setenv("MLFLOW_TRACKING_URI", registry.uri(released))
    contexts.load_config.cache_clear()
    return dataclasses.replace(released, root=root, build=root / "build")


@pytest.fixture(scope="session")
def configure():
    """Change a file of `config/` of a copied repository."""

    def change(context, name, **changes):
        path = context.root / "config" / f"{name}.yaml"
        value = yaml.safe_load(path.read_text("utf-8"))
        for dotted, new in changes.items():
            *parents, last = dotted.split("__")
            place = value
            for key in parents:
                place = place[key]
            place[last] = new
        path.write_text(yaml.safe_dump(value), "utf-8")
        contexts.load_config.cache_clear()

    return change
