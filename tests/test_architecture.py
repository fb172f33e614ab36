"""The house holds: who imports whom, one noun per concept, sizes, docstrings."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "infra" / "bedplate"
MODULES = sorted(PACKAGE.rglob("*.py"))

ORDER = (
    {"errors", "names", "versions", "assets", "dsse", "plain_yaml"},
    {"contracts"},
    {"spec"},
    {"components"},
    {"program"},
    {"engine"},
    {"policy", "operate"},
    {"governance"},
    {"review", "scaffold", "report"},
    {"cli", "pulumi_pack"},
    {"__main__"},
)
"""Who may import whom: a group may import those before it, and itself."""

HANDS_ON = PACKAGE / "engine/child.py"
"""Reads the environment to hand it on, whole, to a program that it starts."""

MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 40

SHARED = {"cluster_access", "component", "foundation_outputs", "scope"}
"""What components of the platform layer share; no part of an environment file of its own."""

PULUMI_FREE = (
    "contracts",
    "spec",
    "policy",
    "errors",
    "names",
    "versions",
    "assets",
    "dsse",
    "plain_yaml",
)
"""Parts that must work without importing Pulumi."""


def _group(module: Path) -> str:
    """Return the part of the house that a module belongs to.

    The policy pack lies among the policies, where a user looks for it. It is a program of its own,
    which Pulumi starts: it reads that process's environment and stands above all it calls.
    """
    parts = module.relative_to(PACKAGE).parts
    if parts[:2] == ("policy", "pulumi_pack"):
        return "pulumi_pack"
    return parts[0].removesuffix(".py")


def _imports(module: Path) -> set[str]:
    """Return the names of the modules that a module imports, wherever the import stands."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _own_groups(module: Path) -> set[str]:
    parts = (name.split(".") for name in _imports(module) if name.startswith("bedplate."))
    return {part[1] for part in parts}


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_one_way(module: Path) -> None:
    """A module imports its own group or those before it, so that there is no cycle."""
    group = _group(module)
    if group == "__init__":
        assert _own_groups(module) == set()
        return
    level = next(i for i, names in enumerate(ORDER) if group in names)
    allowed = {group}.union(*ORDER[:level])
    if level == 0:
        allowed |= ORDER[0]

    assert _own_groups(module) - allowed == set()


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_the_command_line_prints_exits_and_reads_the_environment(module: Path) -> None:
    """`print`, `sys.exit`, `os.environ` stay in `cli`; a process of our own may end itself."""
    if (
        module == HANDS_ON
        or _group(module) in {"cli", "pulumi_pack"}
        or '__name__ == "__main__"' in module.read_text()
    ):
        return
    tree = ast.parse(module.read_text())
    calls = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    reads = {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}

    assert (calls & {"print", "exit", "sys.exit"}) | (reads & {"os.environ"}) == set()


@pytest.mark.parametrize(
    "module",
    [m for m in MODULES if _group(m) in PULUMI_FREE],
    ids=lambda path: str(path.relative_to(PACKAGE)),
)
def test_pulumi_stays_out_of_spec_and_policy(module: Path) -> None:
    """What is pure data is read without Pulumi."""
    assert not {name for name in _imports(module) if name.split(".")[0].startswith("pulumi")}


def test_the_command_line_starts_without_pulumi() -> None:
    """`import bedplate.cli` loads neither Pulumi nor pydantic nor the YAML reader."""
    code = (
        "import sys, bedplate.cli\n"
        "heavy = {'pulumi', 'pulumi_aws', 'pydantic', 'ruamel', 'regorus'}\n"
        "print(sorted(heavy & {name.split('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT / "infra"
    )

    assert done.stdout == "[]\n"


@pytest.mark.parametrize(("layer", "least"), [("foundation", 9), ("platform", 17)])
def test_one_noun_for_one_thing(layer: str, least: int) -> None:
    """A top-level component of a layer has a spec and a test of the same name."""
    program = (PACKAGE / "program" / f"{layer}_layer.py").read_text()
    components = (PACKAGE / "components" / layer).glob("*.py")
    names = {f.stem for f in components if f"{layer}.{f.stem} import" in program} - SHARED
    specs = {file.stem for file in (PACKAGE / "spec").glob("*.py")}
    folder = ROOT / "tests/infra/bedplate/components" / layer
    tests = {file.stem.removeprefix("test_") for file in folder.glob("test_*.py")}

    assert (names - specs, names - tests) == (set(), set())
    assert len(names) >= least


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_files_and_functions_stay_small(module: Path) -> None:
    """A file fits a few screens, a function one."""
    text = module.read_text()
    long = {
        node.name: node.end_lineno - node.lineno + 1
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno
    }

    assert {name: size for name, size in long.items() if size > MAX_FUNCTION_LINES} == {}
    assert len(text.splitlines()) <= MAX_FILE_LINES


def _undocumented(body: list[ast.stmt]) -> set[str]:
    """Return the annotated public attributes that no docstring follows."""
    followed = zip(body, [*body[1:], None], strict=True)
    return {
        node.target.id
        for node, after in followed
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and not node.target.id.startswith("_")
        and not (
            isinstance(after, ast.Expr)
            and isinstance(after.value, ast.Constant)
            and isinstance(after.value.value, str)
        )
    }


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_public_things_are_described(module: Path) -> None:
    """Every module, public class, public function and field of a class says what it is."""
    tree = ast.parse(module.read_text())
    missing = set() if ast.get_docstring(tree) or not tree.body else {"module"}
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            missing |= {f"{node.name}.{name}" for name in _undocumented(node.body)}
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_"):
            missing |= set() if ast.get_docstring(node) else {node.name}

    assert missing == set()


@pytest.mark.parametrize(
    "program",
    sorted(file for file in (ROOT / "infra").glob("*/__main__.py") if file.parent != PACKAGE),
    ids=lambda path: path.parent.name,
)
def test_programs_are_a_few_lines(program: Path) -> None:
    """A layer's program calls the library and holds no logic of its own."""
    assert len(ast.parse(program.read_text()).body) <= 4
