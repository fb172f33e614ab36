"""The command line: exit codes, and messages without a traceback."""

import pytest

from {{cookiecutter.package_name}}.ops import context, step


def test_an_unknown_step_is_a_wrong_command(capsys):
    with pytest.raises(SystemExit) as left:
        step.main(["fly"])
    assert left.value.code == 2
    assert "invalid choice: 'fly'" in capsys.readouterr().err


def test_a_folder_that_is_no_model_repository_is_refused(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("MODEL_REPO", str(tmp_path))
    assert step.main(["data"]) == 2
    assert "is not a model repository. Fix: run this from its root." in capsys.readouterr().err


def test_a_gate_without_data_blocks_and_says_what_to_run(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("BUILD_DIR", str(tmp_path))
    assert step.main(["validate"]) == 1
    assert "there is no data. Fix: run the step `data` first." in capsys.readouterr().out


def test_an_image_is_only_for_a_release(capsys):
    with pytest.raises(SystemExit) as left:
        step.main(["data", "--image", "registry.example/a@sha256:" + "a" * 64])
    assert left.value.code == 2
    assert "--image is for the step `release`" in capsys.readouterr().err


def test_registering_without_evidence_is_refused(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("BUILD_DIR", str(tmp_path))
    assert step.main(["register"]) == 1
    assert (
        "not run: data_quality, performance, fairness, drift, security" in capsys.readouterr().err
    )


def test_all_that_a_schema_refuses_is_said_at_once(repository, configure):
    configure(repository, "gates", gates__latency__p95_ms=-1, gates__drift__mode="off")
    with pytest.raises(context.UsageError) as caught:
        repository.config("gates")
    lines = str(caught.value).splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("config/gates.yaml: gates.drift.mode: 'off' is not one of")
    assert lines[1].startswith("config/gates.yaml: gates.latency.p95_ms: -1 is less than")


@pytest.mark.parametrize("name", ["gates", "governance", "monitoring", "retraining", "platform"])
def test_the_configuration_is_what_its_schema_says(offline, name):
    assert offline.config(name)
