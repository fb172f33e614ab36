"""How long the objects of each store are kept: rules of the buckets' lifecycle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bedplate.spec.platform import PlatformSpec

Rule = dict[str, Any]
"""One rule, as `aws.s3.BucketLifecycleConfiguration` takes it."""

_REMOVED_DAYS = 1
"""Days that what Loki removed can still be brought back."""
_ABANDONED_UPLOAD_DAYS = 7
"""Days after which the parts of an upload that nobody finished are removed."""


def models(spec: PlatformSpec) -> tuple[Rule, ...]:
    """Return the rules of models: they stay, what was overwritten goes."""
    return _rules(spec.stores.noncurrent_days)


def datasets(spec: PlatformSpec) -> tuple[Rule, ...]:
    """Return the rules of datasets: personal data goes when its retention ends.

    An expired object stays as an older version for `noncurrent_days` more, or for as long again as
    the retention where that is shorter.
    """
    personal = spec.governance.personal_data
    kept = spec.stores.noncurrent_days
    if personal is None:
        return _rules(kept)
    return _rules(min(kept, personal.retention_days), expire_after=personal.retention_days)


def lineage(spec: PlatformSpec) -> tuple[Rule, ...]:
    """Return the rules of lineage events: they go when their retention ends."""
    stores = spec.stores
    return _rules(stores.noncurrent_days, expire_after=stores.lineage_retention_days)


def requests(spec: PlatformSpec) -> tuple[Rule, ...]:
    """Return the rules of requests and predictions: they go when their retention ends."""
    kept = spec.serving.request_log.retention_days
    return _rules(min(spec.stores.noncurrent_days, kept), expire_after=kept)


def telemetry() -> tuple[Rule, ...]:
    """Return the rules of logs: Loki removes what is too old, and no older version is kept long."""
    return _rules(_REMOVED_DAYS)


def evidence(spec: PlatformSpec) -> tuple[Rule, ...]:
    """Return the rules of evidence: it stays, and older versions outlive their lock."""
    stores = spec.stores
    return _rules(max(stores.noncurrent_days, stores.evidence_retention_days))


def _rules(noncurrent_days: int, *, expire_after: int | None = None) -> tuple[Rule, ...]:
    # A rule that expires objects by age can't also remove the markers of deleted ones.
    expiration: Rule = (
        {"expired_object_delete_marker": True} if expire_after is None else {"days": expire_after}
    )
    return (
        {
            "id": "retention",
            "status": "Enabled",
            "filter": {"prefix": ""},
            "expiration": expiration,
            "noncurrent_version_expiration": {"noncurrent_days": noncurrent_days},
            "abort_incomplete_multipart_upload": {
                "days_after_initiation": _ABANDONED_UPLOAD_DAYS,
            },
        },
    )
