"""Rules on serving manifests, releases and monitoring."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bedplate.contracts.images import texts_of
from bedplate.contracts.objects import object_faults
from bedplate.review.rule import Fault, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bedplate.review.repository import Repository

_SERVING: Final = "serving.kserve.io/"
_WORKLOADS: Final = frozenset(
    {"Deployment", "StatefulSet", "Job", "CronJob", "InferenceService", "Pod"}
)


def manifests(repository: Repository) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every Kubernetes object of the repository with the file that it stands in."""
    for name in repository.matching("*.yml", "*.yaml"):
        if name.startswith((".github/", ".gitlab")):
            continue
        for document in repository.documents(name):
            if isinstance(document, dict) and {"apiVersion", "kind"} <= document.keys():
                yield name, document


def _contracts(repository: Repository) -> Iterator[Fault] | None:
    """Serving manifests hold only what the pinned KServe version takes."""
    found = [
        (name, each)
        for name, each in manifests(repository)
        if str(each["apiVersion"]).startswith(_SERVING)
    ]
    return _refused(repository, found) if found else None


def _refused(repository: Repository, found: list[tuple[str, dict[str, Any]]]) -> Iterator[Fault]:
    for name, each in found:
        for fault in object_faults(each):
            if fault.path == "metadata.namespace":
                continue  # an overlay or the GitOps engine puts it in
            line = repository.line_of(name, fault.path.rpartition(".")[2])
            message = f"{each['kind']}: {fault.path}: {fault.problem}."
            yield Fault(name, line, message)


def _digests(repository: Repository) -> Iterator[Fault] | None:
    """An image is what was tested: named by its digest."""
    found = [(n, e) for n, e in manifests(repository) if e["kind"] in _WORKLOADS]
    return _tagged(repository, found) if found else None


def _tagged(repository: Repository, found: list[tuple[str, dict[str, Any]]]) -> Iterator[Fault]:
    for name, each in found:
        for named in texts_of(each):
            if named.key == "image" and "@sha256:" not in named.text:
                line = repository.line_of(name, named.text)
                yield Fault(name, line, f"The image `{named.text}` is not named by its digest.")


def _releases(repository: Repository) -> Iterator[Fault] | None:
    """Git says what is live: one file an environment, which a reviewed change moves."""
    if not any(each["kind"] == "InferenceService" for _, each in manifests(repository)):
        return None
    if repository.matching("deploy/releases/*.yaml", "releases/*.yaml"):
        return iter(())
    return iter([Fault("", 0, "Nothing in git says which release is live in an environment.")])


def _alerts(repository: Repository) -> Iterator[Fault] | None:
    """Alerts exist, and a test makes each fire."""
    served = any(each["kind"] == "InferenceService" for _, each in manifests(repository))
    rules = [n for n in repository.matching("*.yml", "*.yaml") if _holds(repository, n, "groups")]
    if not rules:
        return iter([Fault("", 0, "No alert watches the model.")]) if served else None
    tested = "".join(
        repository.text(name)
        for name in repository.matching("*.yml", "*.yaml")
        if _holds(repository, name, "rule_files")
    )
    return _untested(repository, rules, tested)


def _holds(repository: Repository, name: str, key: str) -> bool:
    # Looking first saves parsing every YAML file of the repository.
    if f"{key}:" not in repository.text(name):
        return False
    return any(isinstance(each, dict) and key in each for each in repository.documents(name))


def _untested(repository: Repository, rules: list[str], tested: str) -> Iterator[Fault]:
    for name in rules:
        for document in repository.documents(name):
            for group in document.get("groups") or ():
                for rule in group.get("rules") or ():
                    alert = rule.get("alert")
                    if alert and alert not in tested:
                        line = repository.line_of(name, f"alert: {alert}")
                        yield Fault(name, line, f"No test makes the alert {alert} fire.")


RULES: Final = (
    Rule("MR-020", "Serving manifests hold only what KServe takes", "high",
         "Mend the field; `bedplate` knows the fields of the pinned version.", _contracts),
    Rule("MR-021", "Images are named by their digest", "high",
         "Write `image: registry/name@sha256:…`; the release step puts it in.", _digests),
    Rule("MR-022", "Git says what is live", "medium",
         "Keep deploy/releases/<env>.yaml as the only pointer; a revert is the way back.",
         _releases),
    Rule("MR-023", "Alerts exist and are tested", "medium",
         "Write a promtool unit test for each alert.", _alerts),
)  # fmt: skip
"""Rules of this module."""
