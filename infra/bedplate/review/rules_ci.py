"""Rules on continuous integration and on container images."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from bedplate.review.rule import Fault, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bedplate.review.repository import Repository

_WORKFLOWS: Final = (".github/workflows/*.yml", ".github/workflows/*.yaml")
_OTHER_CI: Final = (".gitlab-ci.yml", "azure-pipelines.yml", "Jenkinsfile", ".circleci/config.yml")
_SHA: Final = re.compile(r"@[0-9a-f]{40}\b")
_USES: Final = re.compile(r"^\s*(?:-\s*)?uses:\s*([^\s#]+)")
_FROM: Final = re.compile(r"^FROM\s+(?:--platform=\S+\s+)?(\S+)(?:\s+AS\s+(\S+))?", re.IGNORECASE)
_AUDITS: Final = (
    "pip-audit", "uv audit", "trivy", "grype", "osv-scanner", "snyk", "dependency-review-action",
    "cyclonedx", "syft", "safety check", "ops.dependencies",
)  # fmt: skip


def _ci(repository: Repository) -> Iterator[Fault]:
    """Every change is tested by a machine."""
    files = repository.matching(*_WORKFLOWS, *_OTHER_CI)
    tests = re.compile(r"pytest|make (?:test|check)|tox|nox|ops\.step")
    if not files:
        yield Fault("", 0, "No pipeline tests a change.")
    elif not any(tests.search(repository.text(name)) for name in files):
        yield Fault(files[0], 0, "The pipeline runs no tests.")


def _pinned_actions(repository: Repository) -> Iterator[Fault] | None:
    """An action is what it was when it was chosen: pinned by its commit."""
    files = repository.matching(*_WORKFLOWS)
    return _unpinned(repository, files) if files else None


def _unpinned(repository: Repository, files: tuple[str, ...]) -> Iterator[Fault]:
    for name in files:
        for number, line in enumerate(repository.text(name).splitlines(), 1):
            found = _USES.match(line)
            if not found or found[1].startswith("./") or _SHA.search(found[1]):
                continue
            if not found[1].startswith("docker://") or "@sha256:" not in found[1]:
                yield Fault(name, number, f"`{found[1]}` is not pinned by its commit.")


def _permissions(repository: Repository) -> Iterator[Fault] | None:
    """A workflow gets only the rights that it states."""
    files = repository.matching(*_WORKFLOWS)
    return _broad(repository, files) if files else None


def _broad(repository: Repository, files: tuple[str, ...]) -> Iterator[Fault]:
    for name in files:
        documents = repository.documents(name)
        workflow = documents[0] if documents and isinstance(documents[0], dict) else {}
        jobs = workflow.get("jobs")
        parts: list[Any] = [workflow, *(jobs.values() if isinstance(jobs, dict) else ())]
        if any(isinstance(p, dict) and p.get("permissions") == "write-all" for p in parts):
            line = repository.line_of(name, "write-all")
            yield Fault(name, line, "The workflow may write everything.")
        stated = [isinstance(part, dict) and "permissions" in part for part in parts]
        if not stated[0] and not (len(stated) > 1 and all(stated[1:])):
            yield Fault(name, 0, "The workflow states no permissions and gets the default ones.")


def _audited(repository: Repository) -> Iterator[Fault] | None:
    """Known weaknesses of the dependencies are looked for by a machine."""
    files = repository.matching(*_WORKFLOWS, *_OTHER_CI)
    if not files:
        return None
    everything = [*files, *repository.matching("Makefile", "justfile", "noxfile.py", "tox.ini")]
    if any(audit in repository.text(name) for name in everything for audit in _AUDITS):
        return iter(())
    return iter([Fault(files[0], 0, "Nothing audits the dependencies.")])


def _user(repository: Repository) -> Iterator[Fault] | None:
    """A container does not run as root."""
    files = _dockerfiles(repository)
    return _roots(repository, files) if files else None


def _dockerfiles(repository: Repository) -> tuple[str, ...]:
    return repository.matching("Dockerfile", "*.Dockerfile", "Dockerfile.*", "Containerfile")


def _roots(repository: Repository, files: tuple[str, ...]) -> Iterator[Fault]:
    for name in files:
        lines = repository.text(name).splitlines()
        starts = [number for number, line in enumerate(lines) if _FROM.match(line)]
        last = lines[starts[-1] :] if starts else lines
        users = [line.split()[1] for line in last if re.match(r"USER\s+\S+", line)]
        if not users:
            yield Fault(name, 0, "The image names no user and runs as root.")
        elif users[-1].split(":", maxsplit=1)[0] in ("root", "0"):
            line = repository.line_of(name, f"USER {users[-1]}")
            yield Fault(name, line, "The image runs as root.")


def _base_images(repository: Repository) -> Iterator[Fault] | None:
    """A base image is what it was when it was chosen: pinned by its digest."""
    files = _dockerfiles(repository)
    return _moving(repository, files) if files else None


def _moving(repository: Repository, files: tuple[str, ...]) -> Iterator[Fault]:
    for name in files:
        stages: set[str] = set()
        values = dict(re.findall(r"^ARG\s+(\w+)=(\S+)", repository.text(name), re.MULTILINE))
        for number, line in enumerate(repository.text(name).splitlines(), 1):
            found = _FROM.match(line)
            if not found:
                continue
            image = _filled(found[1], values)
            pinned = "@sha256:" in f"{image}{found[1]}" or _refused(found[1], repository.text(name))
            if image not in stages and not pinned:
                yield Fault(name, number, f"`{found[1]}` is not pinned by its digest.")
            stages.add(found[2] or "")


def _filled(image: str, values: dict[str, str]) -> str:
    """Return an image with its build arguments put in."""
    return re.sub(r"\$\{?(\w+)\}?", lambda name: values.get(name[1], ""), image)


def _refused(image: str, dockerfile: str) -> bool:
    """Tell whether a build stops where the argument that names its image has no digest."""
    argument = re.fullmatch(r"\$\{?(\w+)\}?", image)
    holds = argument and rf"^RUN case \S*\$\{{?{argument[1]}\b[^\n]* \*@sha256:\*\)"
    return bool(holds and re.search(holds, dockerfile, re.MULTILINE))


RULES: Final = (
    Rule("MR-010", "Every change is tested by a machine", "high",
         "Run the tests in a workflow on each pull request.", _ci),
    Rule("MR-011", "Actions are pinned by their commit", "medium",
         "Write `uses: owner/action@<40 hex digits>  # v1.2.3`.", _pinned_actions),
    Rule("MR-012", "Workflows state the rights they need", "medium",
         "Put `permissions: {contents: read}` at the top, and more at the job that needs it.",
         _permissions),
    Rule("MR-013", "Dependencies are audited", "medium",
         "Run pip-audit, and write an SBOM with cyclonedx-py, in the pipeline.", _audited),
    Rule("MR-014", "Containers do not run as root", "high",
         "End the Dockerfile with `USER 10001`.", _user),
    Rule("MR-015", "Base images are pinned by their digest", "medium",
         "Write `FROM image:tag@sha256:…`.", _base_images),
)  # fmt: skip
"""Rules of this module."""
