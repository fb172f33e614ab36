"""Who deploys: the pipeline's OIDC provider, the deployer's policies, and the role with them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bedplate.operate.bootstrap_steps import (
    Setting,
    Step,
    as_mapping,
    as_tags,
    check_owner,
    found,
    same,
)
from bedplate.operate.deployer_trust import AUDIENCE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bedplate.operate.bootstrap_steps import Clients, Hand
    from bedplate.operate.deployer import Deployer
    from bedplate.operate.deployer_trust import Issuer

_ABSENT = "NoSuchEntity"
_MOST_VERSIONS = 5
"""Versions of a managed policy (IAM quotas)."""
_LONGEST_SESSION = 7200
"""Seconds for which a pipeline may have the role: a first deployment takes about an hour."""

Tags = dict[str, str]
"""Tags by key."""


class Provider:
    """The OIDC provider of a pipeline; an account has one for each issuer, for whoever needs it."""

    def __init__(self, clients: Clients, hand: Hand, deployer: Deployer, tags: Tags) -> None:
        """Prepare to look at the provider."""
        self._iam, self._hand, self._deployer, self._tags = clients.iam, hand, deployer, tags

    def step(self, issuer: Issuer) -> Step:
        """Make the provider, or add the audience to one that exists."""
        arn = issuer.arn(self._deployer)

        def read() -> Any:
            ask = self._iam.get_open_id_connect_provider
            return found(lambda: ask(OpenIDConnectProviderArn=arn), _ABSENT)

        if read() is None:
            self._hand.write(lambda: self._make(issuer))
            return Step("OIDC provider", issuer.host, "made")

        def heard() -> bool:
            return AUDIENCE in read()["ClientIDList"]

        def add() -> object:
            return self._iam.add_client_id_to_open_id_connect_provider(
                OpenIDConnectProviderArn=arn, ClientID=AUDIENCE
            )

        audience = Setting("audience", wanted=True, read=heard, write=add)
        return self._hand.step("OIDC provider", issuer.host, [audience])

    def _make(self, issuer: Issuer) -> object:
        tags: Any = as_tags(self._tags)
        return self._iam.create_open_id_connect_provider(
            Url=issuer.url, ClientIDList=[AUDIENCE], Tags=tags
        )


class Policies:
    """Managed policies that bootstrap keeps."""

    def __init__(self, clients: Clients, hand: Hand, tags: Tags) -> None:
        """Prepare to look at policies."""
        self._iam, self._hand, self._tags = clients.iam, hand, tags

    def step(self, arn: str, document: Mapping[str, Any], about: str) -> Step:
        """Make a policy, or give it a new version where its document differs.

        Raises BedplateError for a policy of that name that is not this environment's.
        """
        path, _, name = arn.partition(":policy")[2].rpartition("/")
        stated = found(lambda: self._iam.get_policy(PolicyArn=arn), _ABSENT)
        if stated is None:
            self._hand.write(lambda: self._make(f"{path}/", name, document, about))
            return Step("policy", name, "made")
        check_owner(f"Policy {name}", as_mapping(stated["Policy"].get("Tags", ())), self._tags)

        def read() -> str:
            version = self._iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
            answer = self._iam.get_policy_version(PolicyArn=arn, VersionId=version)
            return same(answer["PolicyVersion"]["Document"])

        setting = Setting("document", same(document), read, lambda: self._renew(arn, document))
        return self._hand.step("policy", name, [setting])

    def is_foreign(self, arn: str) -> bool:
        """Tell whether a policy exists that bootstrap did not make, and leaves as it is."""
        stated = found(lambda: self._iam.get_policy(PolicyArn=arn), _ABSENT)
        tags = as_mapping(stated["Policy"].get("Tags", ())) if stated else self._tags
        return tags.get("managed_by") != self._tags["managed_by"]

    def remove(self, arn: str) -> Step:
        """Remove a policy that is not needed any more."""

        def write() -> object:
            for version in self._versions(arn):
                if not version["IsDefaultVersion"]:
                    self._iam.delete_policy_version(PolicyArn=arn, VersionId=version["VersionId"])
            return self._iam.delete_policy(PolicyArn=arn)

        self._hand.write(write)
        return Step("policy", arn.rpartition("/")[2], "changed", ("removed",))

    def _make(self, path: str, name: str, document: Mapping[str, Any], about: str) -> object:
        tags: Any = as_tags(self._tags)
        text = json.dumps(document, separators=(",", ":"))
        return self._iam.create_policy(
            PolicyName=name, Path=path, PolicyDocument=text, Description=about, Tags=tags
        )

    def _renew(self, arn: str, document: Mapping[str, Any]) -> object:
        others = [each for each in self._versions(arn) if not each["IsDefaultVersion"]]
        if len(others) == _MOST_VERSIONS - 1:
            oldest = min(others, key=lambda each: each["CreateDate"])
            self._iam.delete_policy_version(PolicyArn=arn, VersionId=oldest["VersionId"])
        text = json.dumps(document, separators=(",", ":"))
        return self._iam.create_policy_version(
            PolicyArn=arn, PolicyDocument=text, SetAsDefault=True
        )

    def _versions(self, arn: str) -> list[Any]:
        return list(self._iam.list_policy_versions(PolicyArn=arn)["Versions"])


class Role:
    """The deploy role."""

    def __init__(self, clients: Clients, hand: Hand, deployer: Deployer, tags: Tags) -> None:
        """Prepare to look at the role."""
        self._iam, self._hand, self._deployer, self._tags = clients.iam, hand, deployer, tags
        self._name = deployer.role_name

    def step(self, trust: Mapping[str, Any], ceiling: str, policies: Sequence[str]) -> Step:
        """Make the role with exactly these policies, or mend what differs.

        Raises BedplateError for a role of that name that is not this environment's.
        """
        stated = self._read()
        if stated is None:
            self._hand.write(lambda: self._make(trust, ceiling))
        else:
            check_owner(f"Role {self._name}", as_mapping(stated.get("Tags", ())), self._tags)
        if stated is None and self._hand.dry:
            return Step("role", self._name, "made", ("policies",))
        settings = [self._trusting(trust), self._bounding(ceiling), self._session()]
        settings += [self._attaching(policies), self._bare()]
        return self._hand.step("role", self._name, settings, made=stated is None)

    def attached(self) -> list[str]:
        """Return the ARNs of the policies that the role has, sorted."""
        pages = self._iam.get_paginator("list_attached_role_policies")
        found_pages = pages.paginate(RoleName=self._name)
        return sorted(
            each["PolicyArn"] for page in found_pages for each in page["AttachedPolicies"]
        )

    def _read(self) -> Any:
        answer = found(lambda: self._iam.get_role(RoleName=self._name), _ABSENT)
        return answer and answer["Role"]

    def _make(self, trust: Mapping[str, Any], ceiling: str) -> object:
        tags: Any = as_tags(self._tags)
        return self._iam.create_role(
            RoleName=self._name,
            Path=self._deployer.role_path,
            Description=f"Deploys {self._deployer.names.prefix}",
            AssumeRolePolicyDocument=json.dumps(trust),
            PermissionsBoundary=ceiling,
            MaxSessionDuration=_LONGEST_SESSION,
            Tags=tags,
        )

    def _trusting(self, trust: Mapping[str, Any]) -> Setting:
        def read() -> str:
            return same(self._read()["AssumeRolePolicyDocument"])

        def write() -> object:
            return self._iam.update_assume_role_policy(
                RoleName=self._name, PolicyDocument=json.dumps(trust)
            )

        return Setting("trust", same(trust), read, write)

    def _bounding(self, ceiling: str) -> Setting:
        def read() -> Any:
            return self._read().get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")

        def write() -> object:
            return self._iam.put_role_permissions_boundary(
                RoleName=self._name, PermissionsBoundary=ceiling
            )

        return Setting("boundary", ceiling, read, write)

    def _session(self) -> Setting:
        def read() -> Any:
            return self._read()["MaxSessionDuration"]

        def write() -> object:
            return self._iam.update_role(RoleName=self._name, MaxSessionDuration=_LONGEST_SESSION)

        return Setting("session", _LONGEST_SESSION, read, write)

    def _attaching(self, policies: Sequence[str]) -> Setting:
        def write() -> None:
            have = self.attached()
            for arn in policies:
                if arn not in have:
                    self._iam.attach_role_policy(RoleName=self._name, PolicyArn=arn)
            for arn in have:
                if arn not in policies:
                    self._iam.detach_role_policy(RoleName=self._name, PolicyArn=arn)

        return Setting("policies", sorted(policies), self.attached, write)

    def _bare(self) -> Setting:
        """Return the setting that nothing is granted beside the policies."""

        def read() -> list[str]:
            return list(self._iam.list_role_policies(RoleName=self._name)["PolicyNames"])

        def write() -> None:
            for name in read():
                self._iam.delete_role_policy(RoleName=self._name, PolicyName=name)

        return Setting("inline policies removed", [], read, write)
