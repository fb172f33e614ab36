"""A platform's repository is whole and checks clean, whatever blueprint it is made from."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from support.plans import ROOT

from bedplate.cli import main
from bedplate.governance.assessment import Options, assess
from bedplate.scaffold.render import render
from bedplate.spec.resolve import blueprint_names, environments

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATE = ROOT / "templates" / "platform-repo"


def _made(folder: Path, **answers: str) -> Path:
    target = folder / answers.get("repo_slug", "acme-ml")
    render(TEMPLATE, answers, target)
    return target


def test_every_blueprint_can_be_chosen() -> None:
    """A new blueprint is offered by the template too."""
    asked = yaml.safe_load((TEMPLATE / "cookiecutter.json").read_text())

    assert sorted(asked["blueprint"]) == sorted(blueprint_names())


@pytest.mark.parametrize("blueprint", sorted(blueprint_names()))
def test_it_checks_clean_at_once(blueprint: str, tmp_path: Path) -> None:
    """Nothing blocks in the gravest environment, and the example of an own rule is asked."""
    made = _made(tmp_path, blueprint=blueprint)
    stacks = made / "stacks"
    (last,) = {"prod", "dev"} & set(environments(stacks)) - (
        {"dev"} if "prod" in environments(stacks) else set()
    )
    (found,) = assess([last], Options(stacks))

    assert found.problems == ()
    assert found.refusal == ""
    assert [f.policy for f in found.findings if f.blocks] == []
    assert {f.verdict for f in found.findings if f.policy == "OWN-001"} == {"pass"}


def test_its_own_rules_are_tested(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`make test` runs the example's tests."""
    monkeypatch.chdir(_made(tmp_path))

    assert main(["policy", "test"]) == 0
    assert "5 of 5 tests hold" in capsys.readouterr().out


@pytest.mark.parametrize("ci", ["github", "gitlab"])
def test_one_ci_is_there(tmp_path: Path, ci: str) -> None:
    """Actions are pinned by their commit, and rights are stated; the other host has no file."""
    made = _made(tmp_path, ci=ci)
    workflows = sorted((made / ".github/workflows").glob("*.yml"))
    for file in workflows:
        text = file.read_text()
        uses = [line for line in text.splitlines() if "uses:" in line]
        assert all(len(line.split("@")[1].split()[0]) == 40 for line in uses)
        assert "permissions" in yaml.safe_load(text)

    assert (len(workflows), (made / ".gitlab-ci.yml").is_file()) == (
        (3, False) if ci == "github" else (0, True)
    )


def test_nothing_is_left_of_the_template(tmp_path: Path) -> None:
    """No braces of the template, no empty answer."""
    made = _made(tmp_path, blueprint="eu-gdpr")
    texts = {p: p.read_text() for p in made.rglob("*") if p.is_file() and p.suffix != ".zip"}

    assert [p for p, text in texts.items() if "cookiecutter" in text or "{%" in text] == []


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"account_prod": "12"}, "account_prod: '12' can't be used; use 12 digits."),
        ({"region": "mars"}, ("region: 'mars' can't be used; use the name of an AWS region, "
                             "such as me-central-1.")),
        ({"team": "a--b"}, ("team: 'a--b' can't be used; use 1 to 32 lower-case letters, digits "
                           "and single hyphens.")),
    ],
)  # fmt: skip
def test_an_answer_that_can_not_work_is_one_sentence(
    tmp_path: Path, answers: dict[str, str], said: str
) -> None:
    """Told in the template's own words, with nothing left behind."""
    with pytest.raises(Exception, match="can't be used") as caught:
        _made(tmp_path, **answers)

    assert str(caught.value) == said
    assert list(tmp_path.iterdir()) == []


def test_the_verb_writes_the_schema_beside_the_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An editor completes and checks the files at once."""
    monkeypatch.chdir(tmp_path)
    code = main(["new", "acme", "--blueprint", "starter", "--defaults"])

    assert (code, capsys.readouterr().out) == (0, "Made acme. Next: cd acme && bedplate check\n")
    assert (tmp_path / "acme/stacks/environment.schema.json").is_file()
    assert (
        (tmp_path / "acme/stacks/dev.yaml")
        .read_text()
        .startswith("# yaml-language-server: $schema=./environment.schema.json\n")
    )


def test_its_programs_are_ours(tmp_path: Path) -> None:
    """The library is imported, never copied: two programs of a few lines, as in this repository."""
    made = _made(tmp_path)
    for layer in ("foundation", "platform"):
        for name in ("__main__.py", "Pulumi.yaml"):
            ours = (ROOT / "infra" / layer / name).read_text()
            assert (made / "infra" / layer / name).read_text() == ours


def test_plain_cookiecutter_makes_the_same(tmp_path: Path) -> None:
    """The verb adds nothing but the schema."""
    cookiecutter = shutil.which("cookiecutter", path=str(ROOT / ".venv/bin")) or "cookiecutter"
    subprocess.run(
        [cookiecutter, "--default-config", "--no-input", "-o", str(tmp_path), str(TEMPLATE)],
        check=True,
    )
    (tmp_path / "other").mkdir()
    ours = _made(tmp_path / "other")

    def files(folder: Path) -> dict[str, Any]:
        return {
            str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()
        }

    assert files(tmp_path / "acme-ml") == files(ours)
