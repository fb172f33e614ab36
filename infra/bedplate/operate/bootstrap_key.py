"""The key of the state: it encrypts the bucket, and the secrets within the state."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bedplate.errors import BedplateError
from bedplate.operate.bootstrap_steps import Setting, Step, check_owner, found, same

if TYPE_CHECKING:
    from bedplate.operate.bootstrap_steps import Clients, Hand
    from bedplate.operate.deployer import Deployer

_ADMINISTER = (
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
)
"""Everything about the key but using it."""

_USE = (
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
)
"""What Pulumi and S3 do with the key."""

Tags = dict[str, str]
"""Tags by key."""

_MARKS = ("platform", "environment", "managed_by")
"""Tags by which a key is found again that has no alias yet."""


class StateKey:
    """The key of an environment's state."""

    def __init__(self, clients: Clients, hand: Hand, deployer: Deployer, tags: Tags) -> None:
        """Prepare to look at the key."""
        self._kms, self._hand, self._deployer, self._tags = clients.kms, hand, deployer, tags

    def step(self) -> tuple[Step, str | None]:
        """Make the key, or mend what differs; return its ARN, None where a dry run made none.

        Raises BedplateError for a key that is not this environment's, or that can't be used.
        """
        alias = self._deployer.alias
        arn = self._by_alias() or self._orphan()
        if arn is None:
            if self._hand.dry:
                return Step("key", alias, "made", ("rotation", "alias")), None
            arn = self._make()
            return self._hand.step("key", alias, self._settings(arn), made=True), arn
        return self._hand.step("key", alias, self._settings(arn)), arn

    def _by_alias(self) -> str | None:
        alias = self._deployer.alias
        answer = found(lambda: self._kms.describe_key(KeyId=alias), "NotFoundException")
        if answer is None:
            return None
        key = answer["KeyMetadata"]
        check_owner(f"Key {alias}", self._tags_of(key["KeyId"]), self._tags)
        if key["KeyState"] != "Enabled":
            raise BedplateError(
                f"Key {alias} is {key['KeyState']}; the state could not be read. Fix: enable it, "
                "or cancel its deletion; without it, what it encrypted is lost."
            )
        arn: str = key["Arn"]
        return arn

    def _orphan(self) -> str | None:
        """Return the key of a run that ended before it could name it."""
        for page in self._kms.get_paginator("list_keys").paginate():
            for key in page["Keys"]:
                tags = self._tags_of(key["KeyId"])
                if all(tags.get(each) == self._tags[each] for each in _MARKS):
                    answer = self._kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
                    if answer["KeyState"] == "Enabled":
                        return key["KeyArn"]
        return None

    def _tags_of(self, key_id: str) -> Tags:
        # A key whose policy does not let the account's administrators look is somebody's own.
        answer = found(lambda: self._kms.list_resource_tags(KeyId=key_id), "AccessDeniedException")
        return {each["TagKey"]: each["TagValue"] for each in answer["Tags"]} if answer else {}

    def _make(self) -> str:
        prefix = self._deployer.names.prefix
        made = self._kms.create_key(
            Description=f"{prefix}: state of the deployments, and secrets within it",
            Policy=json.dumps(key_policy(self._deployer)),
            Tags=[{"TagKey": key, "TagValue": value} for key, value in self._tags.items()],
        )
        arn: str = made["KeyMetadata"]["Arn"]
        return arn

    def _settings(self, arn: str) -> list[Setting]:
        return [self._tagging(arn), self._policing(arn), self._turning(arn), self._naming(arn)]

    def _tagging(self, arn: str) -> Setting:
        def missing() -> Tags:
            tags = self._tags_of(arn)
            return {key: value for key, value in self._tags.items() if tags.get(key) != value}

        def write() -> object:
            tags: Any = [{"TagKey": key, "TagValue": value} for key, value in missing().items()]
            return self._kms.tag_resource(KeyId=arn, Tags=tags)

        return Setting("tags", {}, missing, write)

    def _policing(self, arn: str) -> Setting:
        policy = key_policy(self._deployer)

        def read() -> str:
            answer = self._kms.get_key_policy(KeyId=arn, PolicyName="default")
            return same(json.loads(answer["Policy"]))

        def write() -> object:
            return self._kms.put_key_policy(
                KeyId=arn, PolicyName="default", Policy=json.dumps(policy)
            )

        return Setting("policy", same(policy), read, write)

    def _turning(self, arn: str) -> Setting:
        def read() -> bool:
            return self._kms.get_key_rotation_status(KeyId=arn)["KeyRotationEnabled"]

        def write() -> object:
            return self._kms.enable_key_rotation(KeyId=arn)

        return Setting("rotation", wanted=True, read=read, write=write)

    def _naming(self, arn: str) -> Setting:
        alias = self._deployer.alias

        def read() -> bool:
            return (
                found(lambda: self._kms.describe_key(KeyId=alias), "NotFoundException") is not None
            )

        def write() -> object:
            return self._kms.create_alias(AliasName=alias, TargetKeyId=arn)

        return Setting("alias", wanted=True, read=read, write=write)


def key_policy(deployer: Deployer) -> dict[str, Any]:
    """Return the key's policy: the account's administrators look after it, the deployer uses it."""
    principal = {"AWS": deployer.names.account_root}
    deployers = {"ArnEquals": {"aws:PrincipalArn": deployer.role_arn}}
    return {
        "Version": "2012-10-17",
        "Statement": [
            _allow("Administer", principal, _ADMINISTER),
            _allow("UseByDeployer", principal, _USE) | {"Condition": deployers},
        ],
    }


def _allow(sid: str, principal: dict[str, str], actions: tuple[str, ...]) -> dict[str, Any]:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": principal,
        "Action": list(actions),
        "Resource": "*",
    }
