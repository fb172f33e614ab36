"""What the Pulumi CLI said when it failed, trimmed to what a user can act on."""

from __future__ import annotations

import json
import re
from typing import Final

from bedplate.errors import EngineError

_MAXIMUM_MESSAGES: Final = 5
"""A provider that can't log in fails for every resource in the same way; five say it all."""
_FRAME: Final = re.compile(r'^\s*File "(?P<file>[^"]+)", line (?P<line>\d+)')
_SECTION: Final = re.compile(r"^(Outputs|Policies|Resources|Duration)\b")
_LOCKED: Final = "the stack is currently locked by "
"""What the CLI says of a state in a bucket or folder that another run has, or had when it died."""
_ABSENT: Final = re.compile(r"ModuleNotFoundError: No module named '([\w.]+)'")
_UNHANDLED: Final = "Program failed with an unhandled exception:"


def failure(verb: str, stack: str, project: str, output: str) -> EngineError:
    """Return the error for a failed run of the CLI, from all that it printed."""
    missing = f"no stack named '{stack}' found"
    if missing in output:
        return EngineError(
            f'Pulumi has no stack "{stack}" of the project {project}. '
            f"Fix: create it with `pulumi stack init {stack}` in the project's folder."
        )
    folder = f"infra/{project.removeprefix('bedplate-')}"
    if _LOCKED in output:
        cancel = f"pulumi -C {folder} cancel {stack} --yes"
        return EngineError(
            f"pulumi {verb} of {project}, stack {stack}, failed: another run holds its state.\n"
            f"Fix: wait for it. Where none runs, one was killed: `{cancel}` frees the state "
            f"(in the sandbox `bedplate sandbox -- {cancel}`), and `bedplate drift {stack}` says "
            "what it left."
        )
    absent = _ABSENT.search(output)
    if absent:
        return EngineError(
            f"pulumi {verb} of {project}, stack {stack}, failed: "
            f"the program's Python has no module {absent[1]}.\n"
            f"Fix: install your lock in the virtual environment that {folder}/Pulumi.yaml names; "
            "where it is missing, make it."
        )
    messages = list(dict.fromkeys(_without_traceback(text) for text in _messages(output)))
    shown = messages[:_MAXIMUM_MESSAGES] or ["it gave no reason"]
    if len(messages) > len(shown):
        shown.append(f"… and {len(messages) - len(shown)} more")
    what = "\n  ".join(shown)
    return EngineError(
        f"pulumi {verb} of {project}, stack {stack}, failed: {what}\n"
        "Fix: correct what it names, then run the same command again."
    )


def _messages(output: str) -> list[str]:
    """Return the error diagnostics, from JSON output where there is any, else from text."""
    start = output.find("{\n")
    if start >= 0:
        try:
            digest, _ = json.JSONDecoder().raw_decode(output, start)
        except ValueError:
            digest = {}
        diagnostics = digest.get("diagnostics") or []
        found = [item["message"] for item in diagnostics if item.get("severity") == "error"]
        if found:
            return found
    return _messages_of_text(output)


def _messages_of_text(output: str) -> list[str]:
    lines = output.splitlines()
    if "Diagnostics:" in lines:
        # Above it stand progress lines, which repeat the first line of each message.
        lines = lines[lines.index("Diagnostics:") + 1 :]
    messages: list[list[str]] = []
    is_open = False
    for line in lines:
        text = line.strip()
        if text.startswith("error:"):
            messages.append([])
            is_open = True
        elif not text or text.startswith("warning:") or _SECTION.match(line):
            is_open = False
        if is_open:
            messages[-1].append(line)
    return ["\n".join(message) for message in messages]


def _without_traceback(message: str) -> str:
    """Return a message in one line: of a Python traceback only its last file, line and error."""
    where = ""
    kept: list[str] = []
    is_inside = False
    indent = 0
    for line in message.splitlines():
        text = line.strip()
        if text.startswith("Traceback (most recent call last):"):
            is_inside, indent = True, len(line) - len(line.lstrip())
            continue
        frame = _FRAME.match(line)
        if is_inside and frame:
            where = f"{frame['file']}:{frame['line']}: "
        if is_inside and text and len(line) - len(line.lstrip()) > indent:
            continue
        is_inside = is_inside and not text
        kept.append(text)
    text = " ".join(" ".join(kept).split()).removeprefix("error: ")
    return where + text.removeprefix(_UNHANDLED).strip()
