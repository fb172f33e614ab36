"""What a plan's policies are asked: which rule about which resource, and with which input.

A narrow rule sees only what it reads. So it is asked about one of several resources that agree in
that, and about the others only where it does not hold on the first.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from bedplate.policy.engine import Job, Task
from bedplate.policy.layer_view import LayerView, matching
from bedplate.policy.rego_input import tree_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bedplate.engine.plan import Plan, Resource
    from bedplate.policy.catalogue import Module, Policy
    from bedplate.policy.engine import Outcome
    from bedplate.policy.rego_input import Tree


@dataclass(slots=True)
class Question:
    """One policy asked about one resource, or about one layer."""

    policy: Policy
    """The policy."""
    layer: LayerView
    """The layer."""
    resource: Resource | None
    """The resource; None for a stack rule."""
    place: int
    """Its number in the order of the plan."""
    alike: list[Question] = field(default_factory=list)
    """Questions of the same policy about resources that agree in all that it reads."""


@dataclass(slots=True)
class Batch:
    """Questions, and what an engine needs to answer them."""

    modules: tuple[Module, ...]
    """The Rego files."""
    config: Mapping[str, Mapping[str, Any]]
    """Facts by rule name."""
    questions: list[Question] = field(default_factory=list)
    """One a task."""
    _documents: list[str] = field(default_factory=list)
    _tasks: list[Task] = field(default_factory=list)

    def add(self, questions: Iterable[Question], document: str) -> None:
        """Add questions that share one input document."""
        for question in questions:
            self.questions.append(question)
            self._tasks.append(Task(len(self._documents), question.policy.path))
        self._documents.append(document)

    @property
    def job(self) -> Job:
        """What an engine has to evaluate."""
        return Job(self.modules, self.config, self._documents, self._tasks)


@dataclass(frozen=True, slots=True)
class _OnType:
    """The rules on one resource of a type."""

    wide: tuple[Policy, ...]
    """Those that may look at anything."""
    narrow: tuple[tuple[tuple[str, ...], tuple[Policy, ...]], ...]
    """The others, by the paths that they read."""


class Questions:
    """The questions that policies ask of one plan."""

    def __init__(
        self,
        plan: Plan,
        policies: Sequence[Policy],
        modules: tuple[Module, ...],
        config: Mapping[str, Mapping[str, Any]],
    ) -> None:
        self._policies = policies
        self._modules = modules
        self._config = config
        self._by_type: dict[str, _OnType] = {}
        self._made = 0
        # A resource's properties stand in its input twice; most rules look at one place only.
        self._whole = any("__properties" in module.text for module in modules)
        self.layers = [LayerView(layer) for layer in plan.layers]
        """The layers of the plan."""

    def each(self) -> Batch:
        """Return every question by itself, each with the whole input of its resource."""
        batch = self._batch()
        alone = [policy for policy in self._policies if policy.scope == "resource"]
        for layer in self.layers:
            for resource in layer.resources:
                if policies := matching(alone, resource.type):
                    document = layer.document(resource, whole=True)
                    batch.add(self._asked(policies, layer, resource), document)
            self._add_stack(batch, layer, whole=True)
        return batch

    @property
    def nothing(self) -> Batch:
        """No question: what an engine needs before the first."""
        return self._batch()

    def on_layers(self) -> Batch:
        """Return the questions about whole layers."""
        batch = self._batch()
        for layer in self.layers:
            self._add_stack(batch, layer, whole=self._whole)
        return batch

    def on_resources(self, batch: Batch | None = None) -> Batch:
        """Return the questions about single resources that have to be asked in any case.

        They are added to a batch that is given.
        """
        batch = batch or self._batch()
        groups: dict[tuple[tuple[str, ...], str], list[Question]] = {}
        for layer in self.layers:
            for resource in layer.resources:
                on_type = self._on_type(resource.type)
                for reads, policies in on_type.narrow:
                    questions, tree = self._asked(policies, layer, resource), _tree(reads)
                    like = groups.setdefault((reads, layer.seen(resource, tree)), questions)
                    if like is questions:
                        batch.add(questions, layer.narrow_document(resource, tree))
                        continue
                    for one, other in zip(like, questions, strict=True):
                        one.alike.append(other)
                if on_type.wide:
                    questions = self._asked(on_type.wide, layer, resource)
                    batch.add(questions, layer.document(resource, whole=self._whole))
        return batch

    def again(self, answers: Iterable[tuple[Question, Outcome]]) -> Batch:
        """Return the questions that are left to ask: those like one whose rule fired."""
        batch = self._batch()
        for question, outcome in answers:
            for one in question.alike if outcome.hits else ():
                if one.resource is not None:
                    tree = _tree(one.policy.reads)
                    batch.add([one], one.layer.narrow_document(one.resource, tree))
        return batch

    def _batch(self) -> Batch:
        return Batch(self._modules, self._config)

    def _on_type(self, token: str) -> _OnType:
        if token not in self._by_type:
            on_resources = [policy for policy in self._policies if policy.scope == "resource"]
            narrow: dict[tuple[str, ...], list[Policy]] = {}
            wide: list[Policy] = []
            for policy in matching(on_resources, token):
                (narrow.setdefault(policy.reads, []) if policy.narrow else wide).append(policy)
            by_reads = tuple((reads, tuple(policies)) for reads, policies in narrow.items())
            self._by_type[token] = _OnType(tuple(wide), by_reads)
        return self._by_type[token]

    def _asked(
        self, policies: Iterable[Policy], layer: LayerView, resource: Resource | None
    ) -> list[Question]:
        self._made += 1
        return [Question(policy, layer, resource, self._made) for policy in policies]

    def _add_stack(self, batch: Batch, layer: LayerView, *, whole: bool) -> None:
        asked = [
            policy
            for policy in self._policies
            if policy.scope == "stack" and (not policy.resource_types or layer.subjects(policy))
        ]
        if asked:
            batch.add(self._asked(asked, layer, None), layer.stack_document(whole=whole))


@cache
def _tree(reads: tuple[str, ...]) -> Tree:
    """Return the paths that a narrow rule sees, as one tree; the same one for the same paths."""
    return tree_of(reads)
