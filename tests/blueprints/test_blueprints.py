"""The shipped blueprints and the reference platform hold what their READMEs promise."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from bedplate.spec.platform import PlatformSpec
from bedplate.spec.resolve import Resolved, blueprint_names, environments, resolve
from bedplate.spec.schema import blueprint_schema, environment_schema

ROOT = Path(__file__).resolve().parents[2]
BLUEPRINTS = sorted(path.parent for path in (ROOT / "blueprints").glob("*/blueprint.yaml"))
STACKS = sorted((ROOT / "stacks").glob("*.yaml"))
EXAMPLES = sorted((ROOT / "blueprints").glob("*/example/*.yaml"))
ENVIRONMENTS = [path for path in [*STACKS, *EXAMPLES] if path.stem != "common"]

MAX_LINES = 29
"""An environment file stays under thirty lines."""


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _read(path: Path) -> Any:
    """Return a file's values as an editor sees them: a date is text."""
    return json.loads(json.dumps(YAML(typ="safe").load(path), default=str))


def _resolved(blueprint: str) -> Resolved:
    folder = ROOT / "blueprints" / blueprint / "example"
    (environment,) = environments(folder)
    return resolve(environment, folder)


def test_the_blueprints_are_those_of_the_readmes() -> None:
    """Each blueprint has a README and one example; there is no other folder."""
    assert blueprint_names() == (
        "enterprise",
        "eu-gdpr",
        "llm-serving",
        "starter",
        "uae-regulated",
    )
    assert [path.name for path in BLUEPRINTS if (path / "README.md").is_file()] == list(
        blueprint_names()
    )
    assert [path.parents[1].name for path in EXAMPLES] == list(blueprint_names())


@pytest.mark.parametrize("folder", BLUEPRINTS, ids=_name)
def test_a_blueprint_fits_its_schema(folder: Path) -> None:
    """An editor finds nothing wrong with a blueprint, and its header names the schema."""
    path = folder / "blueprint.yaml"
    schema = "../../docs/reference/blueprint.schema.json"

    assert list(Draft202012Validator(blueprint_schema()).iter_errors(_read(path))) == []
    assert path.read_text().splitlines()[0] == f"# yaml-language-server: $schema={schema}"
    assert (folder / schema).is_file()


@pytest.mark.parametrize("path", [*STACKS, *EXAMPLES], ids=_name)
def test_an_environment_fits_its_schema(path: Path) -> None:
    """An editor finds nothing wrong with an environment, and its header names the schema."""
    prefix, _, schema = path.read_text().splitlines()[0].partition("=")

    assert list(Draft202012Validator(environment_schema()).iter_errors(_read(path))) == []
    assert prefix == "# yaml-language-server: $schema"
    assert (path.parent / schema).resolve() == ROOT / "docs/reference/environment.schema.json"


@pytest.mark.parametrize("path", ENVIRONMENTS, ids=_name)
def test_an_environment_resolves_and_is_short(path: Path) -> None:
    """An environment resolves without any conflict, from a file of under thirty lines."""
    resolved = resolve(path.stem, path.parent)

    assert (resolved.spec.environment, resolved.judged) == (path.stem, ())
    assert len(path.read_text().splitlines()) <= MAX_LINES


@pytest.mark.parametrize("path", ENVIRONMENTS, ids=_name)
def test_the_schema_takes_all_that_resolves(path: Path) -> None:
    """Written out in full, a resolved environment fits the schema and resolves to itself."""
    spec = resolve(path.stem, path.parent).spec
    whole = spec.model_dump_json()

    assert list(Draft202012Validator(environment_schema()).iter_errors(json.loads(whole))) == []
    assert PlatformSpec.model_validate_json(whole) == spec


@pytest.mark.parametrize(
    ("blueprint", "regimes"),
    [
        ("starter", ("iso27001",)),
        ("enterprise", ("iso27001", "nist-800-207")),
        ("uae-regulated", ("uae-pdpl", "iso27001", "nist-800-207")),
        ("eu-gdpr", ("gdpr", "eu-ai-act", "iso27001")),
        ("llm-serving", ("iso27001", "nist-800-207")),
    ],
)
def test_a_blueprint_chooses_its_regimes(blueprint: str, regimes: tuple[str, ...]) -> None:
    """The regimes are the blueprint's, not the example's."""
    resolved = _resolved(blueprint)

    assert resolved.spec.governance.regimes == regimes
    assert resolved.origin("governance.regimes").layer == "blueprint"


@pytest.mark.parametrize("blueprint", ["enterprise", "uae-regulated", "eu-gdpr", "llm-serving"])
def test_production_blueprints_keep_the_guards_up(blueprint: str) -> None:
    """Whatever extends `enterprise` is protected, private, redundant and approved by two."""
    spec = _resolved(blueprint).spec

    assert (
        spec.tier,
        spec.protect,
        spec.cluster.endpoint_access,
        spec.network.zones,
        spec.stores.database.multi_az,
        spec.zero_trust.mtls,
        spec.governance.approvals.required,
    ) == ("production", True, "private", 3, True, "strict", 2)


@pytest.mark.parametrize("blueprint", ["uae-regulated", "eu-gdpr"])
def test_regulated_blueprints_have_no_internet_path(blueprint: str) -> None:
    """Restricted data has no way out, and no name outside AWS resolves."""
    network = _resolved(blueprint).spec.network

    assert (network.egress, network.block_public_access) == ("isolated", "block-bidirectional")
    assert network.dns_firewall.model_dump() == {"enabled": True, "allowed_domains": ()}


def test_the_starter_can_be_destroyed() -> None:
    """Nothing of a trial is locked in a way that outlives it."""
    spec = _resolved("starter").spec

    assert (
        spec.protect,
        spec.audit.log_archive.mode,
        spec.stores.evidence_lock,
        spec.stores.backup.vault_lock,
    ) == (False, "GOVERNANCE", "GOVERNANCE", "off")


def test_llm_serving_replaces_the_general_pools() -> None:
    """The pools are for language models only, on GPUs with 48 GB at least."""
    spec = _resolved("llm-serving").spec
    types = {name for pool in spec.gpu_pools.values() for name in pool.instance_types}

    assert list(spec.gpu_pools) == ["llm-small", "llm-medium", "llm-large"]
    assert {name.split(".")[0] for name in types} == {"g6e"}
    assert spec.serving.kserve.runtimes == ("vllm", "huggingface")


def test_the_reference_platforms_environments_never_meet() -> None:
    """Each environment has its own account and address block."""
    specs = [resolve(name, ROOT / "stacks").spec for name in environments(ROOT / "stacks")]

    assert [spec.environment for spec in specs] == ["dev", "prod", "staging"]
    assert {spec.blueprint for spec in specs} == {"uae-regulated"}
    assert len({spec.aws.account_id for spec in specs}) == len(specs)
    assert len({spec.network.cidr for spec in specs}) == len(specs)


def test_the_reference_platform_marks_its_prices_as_its_own() -> None:
    """Nobody takes the planning figures for AWS prices."""
    prices = resolve("prod", ROOT / "stacks").spec.prices

    assert prices is not None
    assert prices.source == "Acme's own planning figures; not AWS prices, replace with your own"
