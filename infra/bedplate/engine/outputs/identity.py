"""Outputs of identity, key and secret resources: IAM, KMS, Secrets Manager, Organizations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bedplate.engine.outputs.kind import CREATED_AT, Kind, regional, worldwide

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bedplate.engine.outputs.model import Subject


def _iam_path(subject: Subject, resource: str, key: str = "name") -> dict[str, Any]:
    """Return the ARN of a named IAM resource, whose path is part of it."""
    path = subject.text("path", "/")
    arn = subject.global_arn("iam", f"{resource}{path}{subject.physical_name(key)}")
    return {"arn": arn, "path": path}


def _role(subject: Subject, _identifier: str) -> dict[str, Any]:
    defaults = {"maxSessionDuration": subject.inputs.get("maxSessionDuration", 3600)}
    return _iam_path(subject, "role") | defaults


def _instance_profile(subject: Subject, _identifier: str) -> dict[str, Any]:
    return _iam_path(subject, "instance-profile")


def _user(subject: Subject, _identifier: str) -> dict[str, Any]:
    return _iam_path(subject, "user")


def _group(subject: Subject, _identifier: str) -> dict[str, Any]:
    return _iam_path(subject, "group")


def _policy(subject: Subject, _identifier: str) -> dict[str, Any]:
    computed = _iam_path(subject, "policy")
    return computed | {"id": computed["arn"]}


_SERVICE_ROLES = {"autoscaling": "AutoScaling", "spot": "EC2Spot"}
"""How AWS spells the service in a role's name, where capitals do not follow from its DNS name."""


def _service_linked_role(subject: Subject, _identifier: str) -> dict[str, Any]:
    service = subject.text("awsServiceName", "unknown.amazonaws.com")
    first = service.split(".")[0]
    name = f"AWSServiceRoleFor{_SERVICE_ROLES.get(first, first.title().replace('-', ''))}"
    path = f"/aws-service-role/{service}/"
    arn = subject.global_arn("iam", f"role{path}{name}")
    return {"id": arn, "name": name, "path": path, "arn": arn}


def _oidc_provider(subject: Subject, _identifier: str) -> dict[str, Any]:
    host = subject.text("url", "").removeprefix("https://")
    arn = subject.global_arn("iam", f"oidc-provider/{host}")
    return {"id": arn, "arn": arn}


def _alias(subject: Subject, _identifier: str) -> dict[str, Any]:
    key = subject.text("targetKeyId", subject.uuid())
    is_arn = key.startswith("arn:")
    name = subject.text("name", f"alias/{subject.name}-{subject.hex(7)}")
    return {
        "id": name,
        "name": name,
        "arn": subject.arn("kms", name),
        "targetKeyArn": key if is_arn else subject.arn("kms", f"key/{key}"),
    }


def _organization_policy(subject: Subject, identifier: str) -> dict[str, Any]:
    kind = subject.text("type", "SERVICE_CONTROL_POLICY").lower()
    resource = f"policy/o-{subject.hex(10, 'organization')}/{kind}/{identifier}"
    return {"arn": subject.global_arn("organizations", resource)}


TABLE: Final[Mapping[str, Kind]] = {
    "aws:iam/role:Role": Kind(
        id="{name}",
        name_key="name",
        tagged=True,
        code=_role,
        computed={"uniqueId": "AROA{letters}", "createDate": CREATED_AT},
    ),
    "aws:iam/rolePolicy:RolePolicy": Kind(id="{role}:{name}", name_key="name"),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": Kind(id="{role}/{policyArn}"),
    "aws:iam/rolePoliciesExclusive:RolePoliciesExclusive": Kind(id="{roleName}"),
    "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive": Kind(id="{roleName}"),
    "aws:iam/policy:Policy": Kind(
        id=worldwide("iam", "policy/{name}"),
        name_key="name",
        tagged=True,
        code=_policy,
        computed={"policyId": "ANPA{letters}", "attachmentCount": 0},
    ),
    "aws:iam/instanceProfile:InstanceProfile": Kind(
        id="{name}",
        name_key="name",
        tagged=True,
        code=_instance_profile,
        computed={"uniqueId": "AIPA{letters}", "createDate": CREATED_AT},
    ),
    "aws:iam/user:User": Kind(
        id="{name}",
        name_key="name",
        tagged=True,
        code=_user,
        computed={"uniqueId": "AIDA{letters}"},
    ),
    "aws:iam/group:Group": Kind(
        id="{name}", name_key="name", code=_group, computed={"uniqueId": "AGPA{letters}"}
    ),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": Kind(
        id=worldwide("iam", "oidc-provider/{url}"), tagged=True, code=_oidc_provider
    ),
    "aws:iam/serviceLinkedRole:ServiceLinkedRole": Kind(
        id=worldwide("iam", "role/aws-service-role/{awsServiceName}"),
        tagged=True,
        code=_service_linked_role,
        computed={"uniqueId": "AROA{letters}", "createDate": CREATED_AT},
    ),
    "aws:iam/accountPasswordPolicy:AccountPasswordPolicy": Kind(
        id="iam-account-password-policy", computed={"expirePasswords": False}
    ),
    "aws:iam/accountAlias:AccountAlias": Kind(id="{accountAlias}"),
    "aws:kms/key:Key": Kind(
        id="{uuid}",
        arn=regional("kms", "key/{id}"),
        tagged=True,
        computed={"keyId": "{id}"},
        defaults={
            "customerMasterKeySpec": "SYMMETRIC_DEFAULT",
            "isEnabled": True,
            "keyUsage": "ENCRYPT_DECRYPT",
            "multiRegion": False,
        },
    ),
    "aws:kms/keyPolicy:KeyPolicy": Kind(id="{keyId}"),
    "aws:kms/alias:Alias": Kind(id="{name}", code=_alias),
    "aws:kms/grant:Grant": Kind(
        id="{keyId}:{hex32}", computed={"grantId": "{hex32}", "grantToken": "{hex32_token}"}
    ),
    "aws:secretsmanager/secret:Secret": Kind(
        id=regional("secretsmanager", "secret:{name}-{hex_suffix}"),
        arn=regional("secretsmanager", "secret:{name}-{hex_suffix}"),
        name_key="name",
        tagged=True,
    ),
    "aws:secretsmanager/secretVersion:SecretVersion": Kind(
        id="{secretId}|{uuid}", computed={"secretArn": "{secretId}", "versionId": "{uuid}"}
    ),
    "aws:secretsmanager/secretPolicy:SecretPolicy": Kind(id="{secretArn}"),
    "aws:secretsmanager/secretRotation:SecretRotation": Kind(id="{secretId}"),
    "aws:ssm/parameter:Parameter": Kind(
        id="{name}",
        arn=regional("ssm", "parameter/{name}"),
        name_key="name",
        tagged=True,
        computed={"version": 1},
    ),
    "aws:ssm/serviceSetting:ServiceSetting": Kind(
        id="{settingId}",
        arn=regional("ssm", "servicesetting/{settingId}"),
        computed={"status": "Customized"},
    ),
    "aws:organizations/policy:Policy": Kind(
        id="p-{hex}", name_key="name", tagged=True, code=_organization_policy
    ),
    "aws:organizations/policyAttachment:PolicyAttachment": Kind(id="{targetId}:{policyId}"),
    "aws:account/alternativeContact:AlternativeContact": Kind(id="{alternateContactType}"),
}
"""How the outputs of each identity type look."""
