"""Answers Pulumi's engine: of each resource before it is deployed, then of the whole stack."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, TypeAlias

from google.protobuf import empty_pb2
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc, plugin_pb2

from bedplate.errors import BedplateError
from bedplate.governance.policy_set import admission_policies, joined, shipped_policies
from bedplate.policy.finding import stack_urn
from bedplate.policy.pulumi_pack.answers import (
    SAID,
    diagnostic,
    information,
    policy_names,
    refusal,
)
from bedplate.policy.pulumi_pack.bench import Bench
from bedplate.policy.pulumi_pack.observed import layer_of, observed, provider_of
from bedplate.policy.pulumi_pack.project import config_of, find_project
from bedplate.policy.pulumi_pack.simulation import start_simulation
from bedplate.versions import BEDPLATE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from bedplate.engine.plan import Resource
    from bedplate.policy.decision import Decision
    from bedplate.policy.finding import Finding

Diagnostic: TypeAlias = analyzer_pb2.AnalyzeDiagnostic
"""What Pulumi shows of one finding."""


class Analyzer(analyzer_pb2_grpc.AnalyzerServicer):
    """The pack for one run of the CLI."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._run = _Run.of_process()

    def close(self) -> None:
        """End what judges, once it has answered."""
        with self._lock:
            self._run.close()

    def Handshake(  # noqa: N802 - the protocol's name
        self, _request: analyzer_pb2.AnalyzerHandshakeRequest, _context: object
    ) -> analyzer_pb2.AnalyzerHandshakeResponse:
        """Greet the engine."""
        return analyzer_pb2.AnalyzerHandshakeResponse()

    def GetPluginInfo(  # noqa: N802 - the protocol's name
        self, _request: empty_pb2.Empty, _context: object
    ) -> plugin_pb2.PluginInfo:
        """Tell the version."""
        return plugin_pb2.PluginInfo(version=BEDPLATE)

    def GetAnalyzerInfo(  # noqa: N802 - the protocol's name
        self, _request: empty_pb2.Empty, _context: object
    ) -> analyzer_pb2.AnalyzerInfo:
        """Tell all policies; those of the stack's repository where it is known already."""
        with self._lock:
            bench = self._run.bench()
            if bench:
                return information(bench.catalogue)
            return information(joined(shipped_policies(), admission_policies()))

    def Configure(  # noqa: N802 - the protocol's name
        self, _request: analyzer_pb2.ConfigureAnalyzerRequest, _context: object
    ) -> empty_pb2.Empty:
        """Take no configuration: what blocks is decided by files that are reviewed."""
        return empty_pb2.Empty()

    def ConfigureStack(  # noqa: N802 - the protocol's name
        self, request: analyzer_pb2.AnalyzerStackConfigureRequest, _context: object
    ) -> analyzer_pb2.AnalyzerStackConfigureResponse:
        """Learn which stack it is; a new run begins."""
        with self._lock:
            self._run.close()
            config = dict(request.config)
            self._run = _Run(request.stack, request.project, config, is_preview=request.dry_run)
        return analyzer_pb2.AnalyzerStackConfigureResponse()

    def Cancel(  # noqa: N802 - the protocol's name
        self, _request: empty_pb2.Empty, _context: object
    ) -> empty_pb2.Empty:
        """Stop: nothing is left running."""
        self.close()
        return empty_pb2.Empty()

    def Remediate(  # noqa: N802 - the protocol's name
        self, _request: analyzer_pb2.AnalyzeRequest, _context: object
    ) -> analyzer_pb2.RemediateResponse:
        """Change nothing: what is wrong is mended in the environment's file."""
        return analyzer_pb2.RemediateResponse()

    def Analyze(  # noqa: N802 - the protocol's name
        self, request: analyzer_pb2.AnalyzeRequest, _context: object
    ) -> analyzer_pb2.AnalyzeResponse:
        """Judge one resource before it is deployed."""
        with self._lock:
            return analyzer_pb2.AnalyzeResponse(diagnostics=self._run.on_resource(request))

    def AnalyzeStack(  # noqa: N802 - the protocol's name
        self, request: analyzer_pb2.AnalyzeStackRequest, _context: object
    ) -> analyzer_pb2.AnalyzeResponse:
        """Judge the stack, once all of its resources are known."""
        with self._lock:
            return self._run.on_stack(request)


class _Run:
    """One preview or update of one stack."""

    def __init__(
        self, stack: str, project: str, config: Mapping[str, str], *, is_preview: bool
    ) -> None:
        self._stack, self._project, self._config = stack, project, config
        self._is_preview = is_preview
        self._bench: Bench | None = None
        self._refusal = ""
        self._seen: dict[str, Resource] = {}
        self._told: set[tuple[str, str, str, str]] = set()

    @classmethod
    def of_process(cls) -> _Run:
        """Return the run that Pulumi describes in the variables of this process."""
        given = os.environ
        preview = given.get("PULUMI_DRY_RUN", "").lower() == "true"
        stack, project = given.get("PULUMI_STACK", ""), given.get("PULUMI_PROJECT", "")
        return cls(stack, project, config_of(given), is_preview=preview)

    def bench(self) -> Bench | None:
        """Return what judges the environment; None where it can't be read."""
        if self._bench is None and not self._refusal:
            try:
                found = find_project(
                    self._stack, self._project, self._config, is_preview=self._is_preview
                )
                self._bench = Bench(found, start_simulation(found))
            except BedplateError as error:
                self._refusal = error.message
        return self._bench

    def close(self) -> None:
        """End what judges."""
        if self._bench is not None:
            self._bench.close()
            self._bench = None

    def on_resource(self, request: analyzer_pb2.AnalyzeRequest) -> Sequence[Diagnostic]:
        """Return what is wrong with one resource."""
        resource, provider = observed(request), provider_of(request)
        self._seen[resource.urn] = resource
        judged = self._judged(lambda bench: bench.on_resource(resource, provider))
        if isinstance(judged, str):
            # A preview is refused once, for the stack; nothing may be deployed before that.
            return [] if self._is_preview else [refusal(judged, resource.urn)]
        bench, decision = judged
        # What is open may become known with the resources around it.
        closed = [one for one in decision.findings if one.verdict != "unresolved"]
        return self._diagnostics(bench, closed)

    def on_stack(self, request: analyzer_pb2.AnalyzeStackRequest) -> analyzer_pb2.AnalyzeResponse:
        """Return what is wrong with the stack, save what was said of its resources before."""
        layer = layer_of(self._stack, self._project, request.resources, self._seen)
        urn = stack_urn(self._stack, self._project)
        judged = self._judged(lambda bench: bench.on_layer(layer))
        if isinstance(judged, str):
            return analyzer_pb2.AnalyzeResponse(diagnostics=[refusal(judged, urn)])
        bench, decision = judged
        names = policy_names(bench.catalogue)
        return analyzer_pb2.AnalyzeResponse(
            diagnostics=[
                *(refusal(str(problem), urn) for problem in decision.problems),
                *(refusal(str(note), urn, "advisory") for note in decision.notes),
                *self._diagnostics(bench, decision.findings),
            ],
            not_applicable=[
                analyzer_pb2.PolicyNotApplicable(
                    policy_name=names[one.policy, one.level], reason=one.message
                )
                for one in decision.findings
                if one.verdict == "not_applicable"
            ],
        )

    def _judged(self, judge: Callable[[Bench], Decision]) -> tuple[Bench, Decision] | str:
        """Return what the bench decides; a sentence where nothing can be judged."""
        bench = self.bench()
        if bench is None:
            return self._refusal
        try:
            return bench, judge(bench)
        except BedplateError as error:
            return error.message

    def _diagnostics(self, bench: Bench, findings: Iterable[Finding]) -> list[Diagnostic]:
        """Return what was not said yet."""
        names = policy_names(bench.catalogue)
        titles = {(one.id, one.level): one.title for one in bench.catalogue.policies}
        said: list[Diagnostic] = []
        for finding in findings:
            key = (finding.policy, finding.level, finding.urn, finding.verdict)
            if finding.verdict in SAID and key not in self._told:
                self._told.add(key)
                said.append(diagnostic(finding, titles[finding.policy, finding.level], names))
        return said
