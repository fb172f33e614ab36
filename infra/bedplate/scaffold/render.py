"""Bakes a template into a new folder: the whole of it, or nothing."""

from __future__ import annotations

import logging
import os
import re
import shutil
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bedplate.errors import BedplateError, UsageError
from bedplate.scaffold.questions import check, questions
from bedplate.scaffold.settled import settle

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import IO

    from bedplate.scaffold.questions import Question

_CACHES: Final = ("__pycache__", "*.pyc", ".*_cache")
"""Names of what is left beside a template's files."""
_COPIED: Final = "_copy_without_render"
"""Where cookiecutter looks for patterns of files that it only copies."""


def render(
    template: Path,
    answers: Mapping[str, str],
    target: Path,
    files: Mapping[str, str] | None = None,
) -> None:
    """Make the folder `target` from a template; what is not answered takes its default.

    ``files`` are texts by path that replace what the template made in their folders. The template
    is baked beside the target and moved there when it is whole, so that nothing half-made is left.
    Raises UsageError where the target exists or can't be written, or where the template refuses an
    answer.
    """
    check(questions(template), answers)
    if target.exists() or target.is_symlink():
        raise UsageError(f"{target} exists already. Fix: name a folder that does not exist yet.")
    parent = target.resolve().parent
    if not parent.is_dir():
        raise UsageError(f"There is no folder {parent}. Fix: make it, or name another.")
    try:
        with tempfile.TemporaryDirectory(dir=parent, prefix=f".{target.name}.") as workshop:
            made = _baked(template, answers, Path(workshop))
            _replace(made, files or {})
            made.rename(target)
    except OSError as error:
        reason = _reason(error)
        fix = "name a folder that you may write to, on a disk with room"
        raise UsageError(f"{target} can't be made: {reason}. Fix: {fix}.") from error


def _reason(error: OSError) -> str:
    """Return why something could not be written; copying a folder tells all its faults at once."""
    told = re.search(r"\[Errno \d+\] ([^:\]]+)", str(error))
    return (error.strerror or (told[1] if told else str(error))).lower()


def _replace(made: Path, files: Mapping[str, str]) -> None:
    """Put texts in place; of a folder of environments only those that are given stay."""
    folders = {(made / name).parent for name in files if name.startswith("deploy/environments/")}
    for folder in folders:
        for old in folder.glob("*.yaml"):
            old.unlink()
    for name, text in files.items():
        # A part that the answers leave out, such as serving, needs no addresses.
        if (made / name).parent.is_dir():
            (made / name).write_text(text, encoding="utf-8")


def _baked(template: Path, answers: Mapping[str, str], workshop: Path) -> Path:
    """Return the folder that cookiecutter made; no file outside the workshop is touched.

    The parts of cookiecutter used here read no settings of the user's and keep no replay file.
    """
    from cookiecutter.exceptions import CookiecutterException  # noqa: PLC0415 - slow to import
    from cookiecutter.generate import generate_context, generate_files  # noqa: PLC0415
    from cookiecutter.prompt import prompt_for_config  # noqa: PLC0415

    # What the user has to know is in the hook's own words.
    logging.getLogger("cookiecutter").addHandler(logging.NullHandler())
    context = generate_context(str(template / "cookiecutter.json"), extra_context=dict(answers))
    # Cookiecutter names the context after the file; its own command does the same as here.
    context["cookiecutter"] = prompt_for_config(context, no_input=True)
    context["cookiecutter"]["_template"] = template.name
    # An installer compiles what it installs, and tools leave caches: none of it is the template's.
    source = workshop / "source" / template.name
    shutil.copytree(template, source, ignore=shutil.ignore_patterns(*_CACHES))
    known = context["cookiecutter"]
    copied = list(known.get(_COPIED, ()))
    for folder in source.glob("*cookiecutter*/"):
        copied += settle(folder, known, tuple(copied))
    known[_COPIED] = copied
    with _hooks_heard() as heard, _private(workshop):
        try:
            return Path(generate_files(str(source), context, str(workshop / "made")))
        except CookiecutterException as error:
            heard.seek(0)
            raise _refusal(heard.read().strip(), error) from error


def _refusal(said: str, error: Exception) -> Exception:
    """Return what to raise where a hook failed: its own sentence, or why it broke off."""
    last = said.splitlines()[-1] if said else ""
    system = re.search(r"\[Errno (\d+)\] ([^:]+)", last)
    if system:  # the disk, as anywhere else
        return OSError(int(system[1]), system[2])
    if not said.startswith("Traceback"):
        return UsageError(said) if said else BedplateError(f"The template can't be baked: {error}.")
    return BedplateError(f"The template can't be baked: {last}. Fix: report it.")


@contextmanager
def _hooks_heard() -> Iterator[IO[str]]:
    """Collect what hooks, which are processes of their own, write to standard error."""
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as heard:
        sys.stderr.flush()
        kept = os.dup(2)
        os.dup2(heard.fileno(), 2)
        try:
            yield heard
        finally:
            os.dup2(kept, 2)
            os.close(kept)


@contextmanager
def _private(workshop: Path) -> Iterator[None]:
    """Have hooks lie in a folder of our own.

    Cookiecutter writes them into the folder for temporary files, and Python looks there first for
    what they import: anybody's `json.py` in it would be run.
    """
    hooks = workshop / "hooks"
    hooks.mkdir()
    kept, tempfile.tempdir = tempfile.tempdir, str(hooks)
    try:
        yield
    finally:
        tempfile.tempdir = kept


def default_of(question: Question, answers: Mapping[str, str]) -> str:
    """Return a question's default, which may be made from what was answered before."""
    from cookiecutter.environment import StrictEnvironment  # noqa: PLC0415 - slow to import
    from cookiecutter.prompt import render_variable  # noqa: PLC0415

    environment = StrictEnvironment(context={"cookiecutter": dict(answers)})
    return str(render_variable(environment, question.default, dict(answers)))
