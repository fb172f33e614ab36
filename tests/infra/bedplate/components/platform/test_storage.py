"""The default storage class is encrypted with the environment's key."""

from __future__ import annotations

from support.platforms import objects, platform_plan

from bedplate.components.platform.storage import Storage


def test_volumes_are_encrypted_and_made_where_the_pod_runs() -> None:
    """With the platform's key, in the zone of the first pod."""
    plan = platform_plan(lambda args: Storage("storage", args))
    (made,) = objects(plan, "StorageClass").values()

    assert made["parameters"]["encrypted"] == "true"
    assert made["parameters"]["kmsKeyId"].endswith("key/platform")
    assert made["volumeBindingMode"] == "WaitForFirstConsumer"
    assert made["metadata"]["annotations"] == {
        "storageclass.kubernetes.io/is-default-class": "true"
    }
