"""Environments resolve from three layers, and every fault has a position and a remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from bedplate.errors import SpecError, UsageError
from bedplate.spec.resolve import Resolved, resolve

HERE = Path(__file__).parent
BLUEPRINTS = HERE / "blueprints"
CASES = sorted((HERE / "cases").glob("*.yaml"))
EXPECT = "#! "


@pytest.fixture(autouse=True)
def _in_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Show paths as a user in the project's folder would see them."""
    monkeypatch.chdir(tmp_path)


def _resolve(text: str | bytes, common: str | None = None) -> Resolved:
    stacks = Path("stacks")
    stacks.mkdir(exist_ok=True)
    data = text if isinstance(text, bytes) else text.encode()
    (stacks / "prod.yaml").write_bytes(data)
    if common is not None:
        (stacks / "common.yaml").write_text(common)
    return resolve("prod", stacks, BLUEPRINTS)


def _faults(text: str | bytes, common: str | None = None) -> str:
    with pytest.raises(SpecError) as caught:
        _resolve(text, common)
    return caught.value.message


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_case_has_the_verdict_of_its_name(case: Path) -> None:
    """A file `<topic>.happy.yaml` resolves; `<topic>.error.<reason>.yaml` fails as it says."""
    text = case.read_text()
    expected = [line[len(EXPECT) :] for line in text.splitlines() if line.startswith(EXPECT)]
    if ".happy." in case.name:
        assert _resolve(text).judged == ()
        return

    assert _faults(text).splitlines() == expected


def test_later_layers_win_and_null_removes() -> None:
    """Blueprint, then common, then environment; mappings merge, lists replace, null removes."""
    common = "owner: {team: common-team}\nregistry: {repositories: [a, b], untagged_days: 3}\n"
    own = (
        "blueprint: base\nenvironment: prod\nowner: {cost_center: '9'}\n"
        "registry: {repositories: [c], untagged_days: null}\n"
    )

    spec = _resolve(own, common).spec

    assert (spec.owner.team, spec.owner.email, spec.owner.cost_center) == (
        "common-team",
        "ml@acme.example",
        "9",
    )
    assert (spec.registry.repositories, spec.registry.untagged_days) == (("c",), 14)


def test_every_value_knows_its_file_and_line() -> None:
    """A value points at the file that set it last; a default at the nearest section above it."""
    resolved = _resolve(
        "blueprint: base\nenvironment: prod\nnetwork:\n  zones: 2\n", "platform: acme\n"
    )

    origins = {
        path: (Path(o.file).name, o.line, o.column, o.layer)
        for path in ("network.zones", "network.cidr", "network.egress", "platform", "tier")
        for o in [resolved.origin(path)]
    }

    assert origins == {
        "network.zones": ("prod.yaml", 4, 10, "environment"),
        "network.cidr": ("blueprint.yaml", 6, 17, "blueprint"),
        "network.egress": ("prod.yaml", 3, 1, "environment"),
        "platform": ("common.yaml", 1, 11, "common"),
        "tier": ("blueprint.yaml", 2, 7, "blueprint"),
    }


def test_judged_conflicts_do_not_stop_a_check() -> None:
    """What a mandatory policy judges too is reported, and the environment still resolves."""
    own = "blueprint: base\nenvironment: prod\naws: {region: eu-west-1}\n"

    assert [str(problem) for problem in _resolve(own).judged] == [
        (
            "stacks/prod.yaml:3:15: aws.region: `eu-west-1` lies in IE, outside "
            "governance.jurisdictions (AE). Fix: choose a region within them (me-central-1)."
        )
    ]


def test_unknown_environment_is_a_usage_error() -> None:
    """The name of an environment that does not exist gets a suggestion."""
    _resolve("blueprint: base\nenvironment: prod\n")

    with pytest.raises(UsageError) as caught:
        resolve("prd", Path("stacks"), BLUEPRINTS)

    assert (caught.value.message, caught.value.exit_code) == (
        "There is no environment `prd` in stacks. Fix: did you mean `prod`?",
        2,
    )


def test_missing_folder_is_a_usage_error() -> None:
    """A folder that does not exist is named."""
    with pytest.raises(UsageError) as caught:
        resolve("prod", Path("stack"), BLUEPRINTS)

    assert caught.value.message == (
        "stack is not a folder. Fix: name a folder of environment files with --stacks."
    )


def test_blueprints_in_a_circle() -> None:
    """Blueprints that extend each other are refused with the circle."""
    text = _faults("blueprint: circle-a\nenvironment: prod\n")

    assert text.endswith(
        "blueprints/circle-b/blueprint.yaml:2:10: extends: blueprints extend each other in a "
        "circle (circle-a → circle-b → circle-a). Fix: remove one `extends`."
    )


def test_huge_file_is_refused_unread() -> None:
    """A file of 50 MB is refused without parsing it."""
    assert _faults(b"a: b\n" * 10_000_000) == (
        "stacks/prod.yaml:1:1: the file is larger than 1 MiB. "
        "Fix: keep environment files to a few kilobytes."
    )


def test_bytes_that_are_not_utf8() -> None:
    """A file in another encoding is refused at the first bad byte."""
    assert _faults("blueprint: base\nowner: {team: Größe}\n".encode("latin-1")) == (
        "stacks/prod.yaml:2:17: the file is not UTF-8 text. Fix: save it as UTF-8."
    )


def test_anchors_that_expand_without_end() -> None:
    """Anchors that multiply are refused before they fill the memory."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 8)]

    text = _faults("\n".join(lines))

    assert "anchors expand too far. Fix: write them out." in text


def test_bad_input_changes_no_file() -> None:
    """Resolving never writes."""
    _faults("blueprint: nope\nenvironment: prod\n")

    assert [path.name for path in Path().rglob("*") if path.is_file()] == ["prod.yaml"]
