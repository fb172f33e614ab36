"""What is recorded of an account, and what watches it.

AWS allows one recorder, one hub and one detector per account and region. Each is `managed` by the
environment, or `existing`: then nothing of it is created.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bedplate.components.component import Component
from bedplate.components.foundation.audit_account_defaults import (
    AccountDefaults,
    AccountDefaultsArgs,
)
from bedplate.components.foundation.audit_archive import archive, configuration
from bedplate.components.foundation.audit_detectors import (
    AccessAnalyzer,
    DetectorsArgs,
    SecurityHub,
    ThreatDetector,
)
from bedplate.components.foundation.audit_recorder import Recorder, RecorderArgs
from bedplate.components.foundation.audit_trail import Trail, TrailArgs
from bedplate.components.foundation.bucket import Bucket

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pulumi

    from bedplate.components.foundation.keys import Keys
    from bedplate.components.scope import Scope


@dataclass(frozen=True, kw_only=True)
class AuditArgs:
    """What the audit is made from."""

    scope: Scope
    """The environment."""
    keys: Keys
    """Keys, of which `logs` encrypts all records."""
    data_buckets: Sequence[pulumi.Input[str]]
    """ARNs of the buckets in which each access to an object is recorded."""


class Audit(Component):
    """Trail, archive, recorder and detectors, each unless it exists already."""

    trail_log_group_name: pulumi.Output[str] | None
    """Log group of the trail, for alarms; None where the trail exists already."""
    archive: Bucket | None
    """Bucket of the trail, under Object Lock; None where the trail exists already."""

    def __init__(
        self, name: str, args: AuditArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Create what is managed."""
        super().__init__("bedplate:foundation:Audit", name, "audit", opts)
        self._name, self._args, self._spec = name, args, args.scope.spec.audit
        self._record_calls()
        self._record_configuration()
        self._detect()
        self._set_defaults()
        self.register_outputs(
            {
                "trail_log_group_name": self.trail_log_group_name,
                "archive": self.archive.bucket_name if self.archive else None,
            }
        )

    def _record_calls(self) -> None:
        self.archive = None
        self.trail_log_group_name = None
        if self._spec.trail == "existing":
            return
        scope, keys = self._args.scope, self._args.keys
        self.archive = Bucket(f"{self._name}-archive", archive(scope, keys), self.child)
        args = TrailArgs(
            scope=scope,
            keys=keys,
            archive=self.archive,
            data_buckets=self._args.data_buckets,
        )
        self.trail_log_group_name = Trail(f"{self._name}-trail", args, self.child).log_group_name

    def _record_configuration(self) -> None:
        if self._spec.config == "existing":
            return
        scope, keys = self._args.scope, self._args.keys
        history = configuration(scope, keys)
        bucket = Bucket(f"{self._name}-configuration", history, self.child)
        args = RecorderArgs(scope=scope, keys=keys, bucket=bucket)
        Recorder(f"{self._name}-config", args, self.child)

    def _detect(self) -> None:
        args = DetectorsArgs(scope=self._args.scope)
        if self._spec.guardduty == "managed":
            ThreatDetector(f"{self._name}-guardduty", args, self.child)
        if self._spec.security_hub == "managed":
            SecurityHub(f"{self._name}-security-hub", args, self.child)
        if self._spec.access_analyzer == "managed":
            AccessAnalyzer(f"{self._name}-access", args, self.child)

    def _set_defaults(self) -> None:
        if self._spec.account_defaults == "managed":
            defaults = AccountDefaultsArgs(keys=self._args.keys)
            AccountDefaults(f"{self._name}-defaults", defaults, self.child)
