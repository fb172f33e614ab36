"""The shipped policies keep to the part of Rego that means the same in every engine."""

from __future__ import annotations

import json
import re
import subprocess
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import regorus
from support.plans import POLICIES, ROOT, shipped

from bedplate.governance.policy_set import admission_policies
from bedplate.policy import metadata
from bedplate.policy.engine import HELD, Job, Outcome, Task
from bedplate.policy.regorus_engine import RegorusEngine

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKS = ("admission", "deploy")
TESTS = ROOT / "tests" / "policies"
MODULES = sorted(file for pack in PACKS for file in (POLICIES / pack).rglob("*.rego"))
RULES = [file for file in MODULES if file.parent.name != "lib"]
WIDEST = 1024
"""Columns that the embedded engine reads."""
LONGEST_RULE = 110
"""Lines of a rule's file, its METADATA included."""

UNSUPPORTED = (
    "crypto.", "io.jwt.", "graphql.", "uri.", "net.cidr_merge", "net.cidr_intersects",
    "net.cidr_contains_matches", "net.lookup_ip_addr", "rego.metadata", "rego.parse_module",
    "array.flatten", "strings.split_n", "strings.render_template", "regex.globs_match",
    "providers.aws", "http.send", "opa.runtime",
)  # fmt: skip
"""Builtins that one of the engines lacks, or that reach out of it."""
DIVERGING = (
    "regex.split", "strings.count", "strings.replace_n", "upper", "indexof", "time.add_date",
    "json.marshal", "yaml.unmarshal", "yaml.marshal", "json.match_schema", "json.verify_schema",
    "semver.compare", "print", "trace", "walk",
)  # fmt: skip
"""Builtins whose results differ between the engines in corners, or that show data."""
BAD_IN_REGEX = re.compile(r"\\[dwsbQEuDWSB<]|\(\?x\)|\{,|&&|~~|[*+?}][*+?]{2,}")
"""What the engines' regular expressions disagree on."""


def _code(file: Path) -> str:
    """Return a module without its comments."""
    lines = file.read_text().splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith("#"))


def _id(file: Path) -> str:
    return str(file.relative_to(POLICIES))


@pytest.mark.parametrize("file", MODULES, ids=_id)
def test_a_module_begins_like_all_others(file: Path) -> None:
    """One package, the import that Pulumi's parser needs, a description, no wide line."""
    text, pack = file.read_text(), file.relative_to(POLICIES).parts[0]
    head = f"package bedplate_{pack}\n\nimport rego.v1\n\n# METADATA\n# title: "

    assert text.startswith(head)
    assert [n for n, line in enumerate(text.splitlines(), 1) if len(line) >= WIDEST] == []


@pytest.mark.parametrize("file", RULES, ids=_id)
def test_a_rule_file_holds_one_policy_and_has_tests(file: Path) -> None:
    """Code, concern and test share a path; only a warning may stand beside its rule."""
    text = file.read_text()
    policies = (*shipped().policies, *admission_policies().policies)
    found = {policy.id for policy in policies if Path(policy.file) == file}
    test = TESTS / file.relative_to(POLICIES).parent / f"{file.stem}_test.rego"
    prefix = next(iter(found)).lower().replace("-", "_")
    cases = re.findall(r"^test_(\w+)", test.read_text(), re.MULTILINE)

    assert len(found) == 1
    assert len(text.splitlines()) <= LONGEST_RULE
    assert [case for case in cases if not case.startswith(prefix)] == []
    assert any("pass" in case for case in cases)
    assert any("fail" in case for case in cases)


def test_only_rules_are_named_like_rules() -> None:
    """Helpers must not be taken for policies."""
    libraries = [file for file in MODULES if file not in RULES]

    assert [file.name for file in libraries if metadata.heads(file.read_text())] == []


@pytest.mark.parametrize("file", MODULES, ids=_id)
def test_a_module_calls_only_what_means_the_same_everywhere(file: Path) -> None:
    """Builtins that are missing, differ, reach out or print data are not called."""
    code = _code(file)
    names = [name if name.endswith(".") else f"{name}(" for name in (*UNSUPPORTED, *DIVERGING)]
    called = [name for name in names if re.search(rf"(?<![\w.]){re.escape(name)}", code)]

    assert called == []


@pytest.mark.parametrize("file", MODULES, ids=_id)
def test_patterns_and_formats_are_plain(file: Path) -> None:
    """Regular expressions spell classes out; formats have as many arguments as places."""
    code = _code(file)
    patterns = re.findall(r"regex\.match\(`([^`]*)`", code)
    formats = re.findall(r'sprintf\("((?:[^"\\]|\\.)*)", \[', code)

    assert code.count("regex.") == len(patterns)
    assert [pattern for pattern in patterns if BAD_IN_REGEX.search(pattern)] == []
    assert code.count("sprintf(") == len(formats)
    assert [text for text in formats if re.sub(r"%[sdv]", "", text).count("%")] == []


@pytest.mark.parametrize("file", MODULES, ids=_id)
def test_nothing_prints_a_whole_document(file: Path) -> None:
    """A message names a resource, never its properties."""
    dumps = re.findall(r"sprintf\([^\n]*\b(?:input|__properties)\b(?!\))[^\n]*", _code(file))

    assert dumps == []


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for item in value.values():
            yield from _nodes(item)
    elif isinstance(value, list):
        for item in value:
            yield from _nodes(item)


def _tree(file: Path) -> dict[str, Any]:
    command = ["opa", "parse", "--format", "json", "--json-include", "locations", str(file)]
    tree: dict[str, Any] = json.loads(
        subprocess.run(command, capture_output=True, check=True).stdout
    )
    return tree


@pytest.mark.needs("opa")
@pytest.mark.parametrize("file", MODULES, ids=_id)
def test_negations_are_over_bound_values(file: Path) -> None:
    """`not f(g(x))` is silently true in one engine where g(x) is undefined."""
    lines = file.read_text().splitlines()
    nested = []
    for node in _nodes(_tree(file)):
        if node.get("negated"):
            terms = node["terms"] if isinstance(node["terms"], list) else [node["terms"]]
            arguments = list(_nodes(terms[1:]))
            if any(argument.get("type") == "call" for argument in arguments):
                nested.append(lines[node["location"]["row"] - 1].strip())

    assert nested == []


@pytest.mark.needs("opa")
@pytest.mark.parametrize("file", RULES, ids=_id)
def test_a_policys_head_holds_a_variable(file: Path) -> None:
    """An expression in a head that is undefined is dropped by one engine and not by another."""
    heads = [rule["head"] for rule in _tree(file)["rules"]]
    policies = [head for head in heads if metadata.HEAD.match(head["name"])]

    assert {head["key"]["type"] for head in policies} == {"var"}


@pytest.mark.needs("opa")
def test_opa_finds_no_fault() -> None:
    """Strict checks, and one way of writing."""
    folders = [str(POLICIES), str(ROOT / "tests" / "policies")]
    check = subprocess.run(
        ["opa", "check", "--strict", *folders], capture_output=True, text=True, check=False
    )
    style = subprocess.run(
        ["opa", "fmt", "--list", *folders], capture_output=True, text=True, check=False
    )

    assert (check.stdout + check.stderr, style.stdout + style.stderr) == ("", "")


@pytest.mark.needs("opa")
def test_opa_passes_the_policies_tests() -> None:
    """Every Rego test passes in the engine that Pulumi runs."""
    folders = [str(POLICIES), str(ROOT / "tests" / "policies")]
    done = subprocess.run(["opa", "test", *folders], capture_output=True, text=True, check=False)

    assert re.fullmatch(r"PASS: (\d+)/\1\n", done.stdout), done.stdout


@pytest.mark.parametrize(("pack", "fewest"), [("admission", 140), ("deploy", 200)])
def test_the_embedded_engine_passes_the_policies_tests(pack: str, fewest: int) -> None:
    """Every Rego test passes in the default engine too."""
    engine = regorus.Engine()
    names: list[str] = []
    for folder in (POLICIES / pack, TESTS / pack):
        names += _tests_of(engine, sorted(folder.rglob("*.rego")))
    package = f"data.bedplate_{pack}_test"
    broken = [name for name in names if engine.eval_rule(f"{package}.{name}") is not True]

    assert len(names) >= fewest
    assert broken == []


def _tests_of(engine: regorus.Engine, files: list[Path]) -> list[str]:
    """Let an engine read modules; return the tests in them."""
    names: list[str] = []
    for file in files:
        engine.add_policy(str(file), file.read_text())
        names += re.findall(r"^(test_\w+)", file.read_text(), re.MULTILINE)
    return names


@pytest.mark.parametrize("pack", PACKS)
def test_every_rule_can_be_asked_for_by_its_path(pack: str) -> None:
    """An engine that does not know a rule would be silent about it."""
    catalogue = shipped() if pack == "deploy" else admission_policies()
    tasks = [Task(0, policy.path) for policy in catalogue.policies]
    with closing(RegorusEngine()) as engine:
        outcomes = engine.run(Job(catalogue.modules, {}, ['{"resources":[],"__type":"x"}'], tasks))
        (unknown,) = engine.run(
            Job(catalogue.modules, {}, ["{}"], [Task(0, f"bedplate_{pack}.deny_no_000")])
        )

    assert [outcome.error for outcome in outcomes] == [None] * len(tasks)
    assert unknown not in (HELD, Outcome())
