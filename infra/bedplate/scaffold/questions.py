"""What a template asks, and whether an answer is one that it takes."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final

from bedplate.errors import BedplateError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LONGEST: Final = 200
"""Characters of an answer; names and addresses are far shorter."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a template's `cookiecutter.json`."""

    key: str
    """Name of the answer."""
    help: str
    """What to answer, in one line."""
    default: str
    """Answer where nothing is said; may be made from earlier answers (Jinja)."""
    choices: tuple[str, ...]
    """The only answers there are; none: any text."""


def questions(template: Path) -> tuple[Question, ...]:
    """Return what a template asks, in order; keys with a leading underscore are its own.

    Raises BedplateError where its `cookiecutter.json` can't be read.
    """
    file = template / "cookiecutter.json"
    try:
        raw = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        problem = f"{file} can't be read: {error}."
        raise BedplateError(f"{problem} Fix: name a cookiecutter template.") from error
    prompts = raw.get("__prompts__", {})
    return tuple(
        _question(key, value, prompts.get(key, key))
        for key, value in raw.items()
        if not key.startswith("_")
    )


def _question(key: str, value: Any, prompt: Any) -> Question:
    # A prompt with wording for its choices is a mapping; `__prompt__` is the question itself.
    text = prompt.get("__prompt__", key) if isinstance(prompt, dict) else str(prompt)
    if isinstance(value, list):
        choices = tuple(str(each) for each in value)
        return Question(key, text, choices[0], choices)
    return Question(key, text, str(value), ())


def check(asked: tuple[Question, ...], answers: Mapping[str, str]) -> None:
    """Refuse answers to what is not asked, and choices that do not exist; all at once.

    What a template demands of free text its own hook tells. Raises UsageError.
    """
    known = {question.key: question for question in asked}
    problems: list[str] = []
    for key, answer in answers.items():
        question = known.get(key)
        if question is None:
            problems.append(f"The template does not ask for `{key}`. Fix: {_nearest(key, known)}")
        elif question.choices and answer not in question.choices:
            fix = _nearest(answer, dict.fromkeys(question.choices))
            problems.append(f"`{answer}` is no choice for {key}. Fix: {fix}")
        elif len(answer) > LONGEST or not answer.isprintable():
            fix = f"answer with at most {LONGEST} printable characters."
            problems.append(f"The answer for {key} is too long or holds a line break. Fix: {fix}")
        elif _leads_away(answer):
            # Answers name folders and files: none may lie outside the new repository.
            problems.append(
                f"`{answer}` for {key} leads out of the folder. Fix: answer with a name."
            )
    if problems:
        raise UsageError("\n".join(problems))


def _leads_away(answer: str) -> bool:
    """Tell whether an answer, taken for a path, would lie elsewhere."""
    return answer.startswith(("/", "~", "\\")) or ".." in re.split(r"[/\\]", answer)


def _nearest(text: str, known: Mapping[str, object]) -> str:
    close = get_close_matches(text, list(known), n=1, cutoff=0.6)
    return f"did you mean `{close[0]}`?" if close else f"use one of {', '.join(known)}."
