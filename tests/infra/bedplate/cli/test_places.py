"""Which environments there are, and where results are kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from bedplate.cli.parameters import complete_environment
from bedplate.cli.places import cache_folder, chosen, environment_names, suggestion
from bedplate.errors import UsageError, shown


@pytest.mark.usefixtures("project")
def test_environments_are_files_but_the_common_one() -> None:
    """`common.yaml` is no environment; what is named twice is taken once, in the order given."""
    stacks = Path("stacks")

    assert environment_names(stacks) == ("dev", "prod")
    assert chosen((), stacks) == ("dev", "prod")
    assert chosen(("prod", "dev", "prod"), stacks) == ("prod", "dev")


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("named", "stacks", "message"),
    [
        (
            ("prdo",),
            "stacks",
            "There is no environment `prdo` in stacks. Fix: did you mean `prod`?",
        ),
        (
            ("common",),
            "stacks",
            "There is no environment `common` in stacks. Fix: use one of dev, prod.",
        ),
        (
            (),
            "stack",
            "stack is not a folder. Fix: name a folder of environment files with --stacks.",
        ),
        ((), "empty", "empty holds no environment. Fix: add one, such as dev.yaml."),
    ],
)
def test_what_is_not_there_is_wrong_usage(
    named: tuple[str, ...], stacks: str, message: str
) -> None:
    """A name or folder that does not exist exits 2 with a suggestion."""
    Path("empty").mkdir()
    with pytest.raises(UsageError) as caught:
        chosen(named, Path(stacks))

    assert (caught.value.message, caught.value.exit_code) == (message, 2)


def test_a_long_list_is_not_recited() -> None:
    """Beyond thirty names, a message gives examples."""
    names = [f"n{number:02}" for number in range(31)]

    assert suggestion("zebra", names) == (
        "use one of the 31 that there are, such as n00, n01, n02, n03."
    )


@pytest.mark.usefixtures("project")
def test_the_shell_completes_environments() -> None:
    """A word is completed to the environments of the folder that the line names."""

    class Line:
        params = {"stacks": Path("stacks")}  # noqa: RUF012 - as typer has it

    class Elsewhere:
        params = {"stacks": Path("nowhere")}  # noqa: RUF012 - as typer has it

    assert complete_environment(Line(), "p") == ["prod"]  # type: ignore[arg-type]
    assert complete_environment(Line(), "") == ["dev", "prod"]  # type: ignore[arg-type]
    assert complete_environment(Elsewhere(), "") == []  # type: ignore[arg-type]


def test_results_are_kept_where_the_system_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """XDG_CACHE_HOME wins over the home folder; without either there is no cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert cache_folder() == Path("/somewhere/bedplate")

    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "/home/ada")
    assert cache_folder() == Path("/home/ada/.cache/bedplate")

    def homeless() -> Path:
        raise RuntimeError

    monkeypatch.setattr(Path, "home", homeless)
    assert cache_folder() is None


def test_paths_are_shown_as_typed_from_here(project: Path) -> None:
    """A file below the working folder is shown relative to it, another one whole."""
    assert shown(project / "stacks" / "dev.yaml") == "stacks/dev.yaml"
    assert shown("/elsewhere/dev.yaml") == "/elsewhere/dev.yaml"
