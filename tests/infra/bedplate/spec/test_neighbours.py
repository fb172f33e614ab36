"""Environments that share an account must be told apart by how their names begin."""

from __future__ import annotations

from pathlib import Path

import pytest

from bedplate.errors import SpecError
from bedplate.governance import fingerprint
from bedplate.governance.assessment import Options
from bedplate.spec.resolve import resolve

BLUEPRINTS = Path(__file__).parent / "blueprints"
EU = "environment: prod-eu\naws: {account_id: '111122223333', region: me-central-1}\n"
PROD = "environment: prod\n"
CLASH = (
    "stacks/{0}.yaml:1:14: environment: `{1}-prod-` begins the names of `{2}` as well, which lies "
    "in the same account (111122223333): who may deploy `prod` could change both. "
    "Fix: give one of them another name, or an account of its own."
)


@pytest.fixture
def stacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with `prod` and `prod-eu` in one account, which common.yaml names."""
    monkeypatch.chdir(tmp_path)
    folder = Path("stacks")
    folder.mkdir()
    account = "aws: {account_id: '111122223333', region: me-central-1}\n"
    (folder / "common.yaml").write_text(f"blueprint: base\nplatform: acme\n{account}")
    (folder / "prod.yaml").write_text(PROD)
    (folder / "prod-eu.yaml").write_text(EU)
    return folder


def refused(environment: str, stacks: Path) -> str:
    """Return what is wrong with an environment, "" for nothing."""
    try:
        resolve(environment, stacks, BLUEPRINTS)
    except SpecError as error:
        return error.message
    return ""


@pytest.mark.parametrize(("one", "other"), [("prod", "prod-eu"), ("prod-eu", "prod")])
def test_each_says_that_it_can_be_taken_for_the_other(one: str, other: str, stacks: Path) -> None:
    """Whichever is checked: the shorter name is the one whose deployer reaches both."""
    assert refused(one, stacks) == CLASH.format(one, "acme", other)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        pytest.param("prod-eu", EU.replace("111122223333", "444455556666"), id="other-account"),
        pytest.param("prod-eu", f"{EU}platform: other\n", id="other-platform"),
        pytest.param("prod-eu", "environment: [", id="unreadable"),
        pytest.param("production", "environment: production\n", id="no-hyphen"),
        pytest.param("eu-prod", "environment: eu-prod\n", id="other-beginning"),
    ],
)
def test_what_can_be_told_apart_is_no_fault(file: str, text: str, stacks: Path) -> None:
    """Another account, another platform's name, another beginning; a broken file tells itself."""
    (stacks / "prod-eu.yaml").unlink()
    (stacks / f"{file}.yaml").write_text(text)

    assert refused("prod", stacks) == ""


def test_a_platform_without_a_name_has_the_default_one(stacks: Path) -> None:
    """Two that state none are called the same."""
    common = stacks / "common.yaml"
    common.write_text(common.read_text().replace("platform: acme\n", ""))

    assert refused("prod", stacks) == CLASH.format("prod", "ml", "prod-eu")


def test_a_change_of_a_neighbour_is_seen(stacks: Path) -> None:
    """What was found out before is not read again from the cache once a neighbour has moved."""
    options = Options(stacks)
    before = fingerprint.of("prod", options, "")
    (stacks / "other.yaml").write_text("environment: other\n")
    beside = fingerprint.of("prod", options, "")
    (stacks / "prod-eu.yaml").write_text(EU.replace("111122223333", "444455556666"))

    assert before == beside != fingerprint.of("prod", options, "")
