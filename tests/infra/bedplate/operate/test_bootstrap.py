"""Bootstrap on moto: made once, kept, mended, resumed; what is not its own is left alone."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from support.goldens import PRODUCTION, golden_plan
from support.plans import plan

from bedplate.errors import BedplateError
from bedplate.operate.bootstrap import advice, connect
from bedplate.operate.deployer_policy import documents

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.aws_account import Account

ACCOUNT = "123456789012"
BUCKET = f"acme-prod-state-{ACCOUNT}"
ALIAS = "alias/acme-prod-state"
IAM = f"arn:aws:iam::{ACCOUNT}"
ROLE = "acme-prod-deployer"
POLICY = f"{IAM}:policy/bedplate/acme-prod-deployer-1"
GITHUB = "token.actions.githubusercontent.com"
PROVIDER = f"{IAM}:oidc-provider/{GITHUB}"
KEPT = [
    f"kept key {ALIAS}",
    f"kept bucket {BUCKET}",
    f"kept OIDC provider {GITHUB}",
    "kept policy acme-prod-deployer-ceiling",
    "kept policy acme-prod-deployer-1",
    f"kept role {ROLE}",
]
MADE = [
    f"made key {ALIAS}: rotation, alias",
    f"made bucket {BUCKET}: tags, public access block, versioning, encryption, policy, history",
    f"made OIDC provider {GITHUB}",
    "made policy acme-prod-deployer-ceiling",
    "made policy acme-prod-deployer-1",
    f"made role {ROLE}: policies",
]
MARKS = [
    {"Key": "platform", "Value": "acme"},
    {"Key": "environment", "Value": "prod"},
    {"Key": "managed_by", "Value": "bedplate-bootstrap"},
]
NOTHING = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}],
    }
)


def refusal(run: Callable[[], object]) -> str:
    """Return the sentence of a refusal."""
    with pytest.raises(BedplateError) as refused:
        run()
    return refused.value.message


def test_an_empty_account(account: Account) -> None:
    """Everything is made, each with its settings, in an order that needs nothing from later."""
    outcome = account.run()

    assert account.steps == MADE
    assert (outcome.changed, outcome.deployer.role_arn) == (True, f"{IAM}:role/bedplate/{ROLE}")


def test_a_whole_plan(account: Account) -> None:
    """Production's policies are made, and kept by a second run."""
    real = golden_plan(PRODUCTION)
    count = len(documents(real, account.run(made=real).deployer))
    attached = account.clients.iam.list_attached_role_policies(RoleName=ROLE)["AttachedPolicies"]

    assert [each["PolicyName"] for each in attached] == [f"{ROLE}-{n}" for n in range(1, count + 1)]
    assert (account.run(made=real).changed, account.writes) == (False, [])


def test_a_dry_run_writes_nothing_and_says_the_same(account: Account) -> None:
    """In an empty account, what a dry run says is what a run does then."""
    account.run(dry=True)
    said = [each.partition(":")[0] for each in account.steps]

    assert account.writes == []
    account.run()
    assert said == [each.partition(":")[0] for each in account.steps]


def test_a_dry_run_sees_what_was_changed_by_hand(account: Account) -> None:
    """It names the setting and leaves it."""
    account.run()
    account.clients.s3.delete_bucket_policy(Bucket=BUCKET)
    account.clients.iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=PROVIDER)

    account.run(dry=True)

    assert account.writes == []
    assert account.steps[1:3] == [
        f"changed bucket {BUCKET}: policy",
        f"made OIDC provider {GITHUB}",
    ]


def test_whatever_write_fails_the_next_run_goes_on_from_there(account: Account) -> None:
    """Every run is cut short at its second write: each makes one thing more, and none twice."""
    made: list[str] = []
    said: set[str] = set()
    account.fails_at = 2
    while True:
        try:
            account.run()
        except BedplateError as error:
            first, second = account.writes
            made.append(first)
            said.add(error.message.partition(f"AWS refused {second} ")[2])
        else:
            made += account.writes
            break

    end = "Fix: see to that, and run it again; it goes on where it stopped."
    assert said == {f"(ServiceUnavailable): try later. {end}"}
    assert (account.run().changed, account.steps) == (False, KEPT)
    assert made == [
        "CreateKey",
        "EnableKeyRotation",
        "CreateAlias",
        "CreateBucket",
        "PutBucketTagging",
        "PutPublicAccessBlock",
        "PutBucketVersioning",
        "PutBucketEncryption",
        "PutBucketPolicy",
        "PutBucketLifecycleConfiguration",
        "CreateOpenIDConnectProvider",
        "CreatePolicy",
        "CreatePolicy",
        "CreateRole",
        "AttachRolePolicy",
    ]


def test_credentials_of_another_account_are_refused(account: Account) -> None:
    """Before anything is written, both accounts are named."""
    message = refusal(lambda: account.run({"aws": {"account_id": "111122223333", "deployers": []}}))

    assert account.writes == []
    assert message == (
        "The AWS credentials are of account 123456789012, the environment is in 111122223333. "
        "Fix: sign in to 111122223333, or mend aws.account_id."
    )


def test_no_credentials_are_one_sentence(monkeypatch: pytest.MonkeyPatch, account: Account) -> None:
    """Nothing of boto's own is shown."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    bare = replace(account, clients=connect("me-central-1"))

    assert refusal(bare.run) == (
        "There are no AWS credentials. Fix: sign in as an administrator of the environment's "
        "account, for example by `aws sso login`, and set AWS_PROFILE."
    )


def test_an_unknown_profile_is_the_same_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """A profile that no file has is no credentials either."""
    monkeypatch.setenv("AWS_PROFILE", "nobody")

    assert refusal(lambda: connect("me-central-1")).startswith("There are no AWS credentials. Fix:")


def test_an_expired_session_is_one_sentence(account: Account) -> None:
    """What AWS calls it stands in brackets."""
    answer: Any = {"Error": {"Code": "ExpiredToken", "Message": "The security token has expired"}}

    def expired(**_: Any) -> None:
        raise account.clients.sts.exceptions.ClientError(answer, "GetCallerIdentity")

    events = account.clients.sts.meta.events
    events.register("before-call.sts.GetCallerIdentity", expired)
    try:
        message = refusal(account.run)
    finally:
        events.unregister("before-call.sts.GetCallerIdentity", expired)

    assert message == "The AWS credentials are not valid (ExpiredToken). Fix: sign in again."


def _elsewhere() -> Any:
    """Return a connection to S3 of another account."""
    sts = boto3.client("sts", region_name="me-central-1")
    role = "arn:aws:iam::999999999999:role/other"
    given = sts.assume_role(RoleArn=role, RoleSessionName="other")["Credentials"]
    return boto3.client(
        "s3",
        region_name="me-central-1",
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )


def _bucket(s3: Any, region: str = "me-central-1") -> None:
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": region})


def test_a_bucket_of_another_account_is_refused(account: Account) -> None:
    """Names of buckets are taken worldwide."""
    _bucket(_elsewhere())

    assert refusal(account.run) == (
        f"Bucket {BUCKET} belongs to another account. Fix: name another one in state.backend, "
        f"such as {BUCKET}."
    )


def test_a_bucket_in_another_region_is_refused(account: Account) -> None:
    """Its region is named."""
    _bucket(boto3.client("s3", region_name="eu-west-1"), "eu-west-1")

    assert refusal(account.run) == (
        f"Bucket {BUCKET} lies in eu-west-1, not in me-central-1. "
        "Fix: state its region in state.backend, or name another bucket."
    )


def test_an_empty_bucket_without_tags_is_taken_over(account: Account) -> None:
    """A run may have ended before it could tag what it made."""
    _bucket(account.clients.s3)
    account.run()

    assert account.steps[1].startswith(f"changed bucket {BUCKET}: tags, ")


def test_a_bucket_with_something_in_it_is_left_alone(account: Account) -> None:
    """What is to be done to hand it over is said."""
    _bucket(account.clients.s3)
    account.clients.s3.put_object(Bucket=BUCKET, Key="x", Body=b"")

    assert refusal(account.run) == (
        f"Bucket {BUCKET} exists, and bootstrap did not make it. Fix: name another one in the "
        "environment file, or hand it over by these tags: platform=acme, environment=prod, "
        "managed_by=bedplate-bootstrap."
    )
    assert "PutBucketTagging" not in account.writes


def test_environments_do_not_share_a_bucket(account: Account) -> None:
    """Another environment's deployer would read this one's secrets."""
    _bucket(account.clients.s3)
    other: Any = [*MARKS[:1], {"Key": "environment", "Value": "dev"}, *MARKS[2:]]
    account.clients.s3.put_bucket_tagging(Bucket=BUCKET, Tagging={"TagSet": other})

    assert refusal(account.run) == (
        f"Bucket {BUCKET} belongs to acme-dev. Fix: give each environment its own, in sections "
        "`state` and `aws` of its file."
    )


def test_a_role_that_was_there_is_left_alone(account: Account) -> None:
    """A role is not taken over by its name."""
    account.clients.iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=NOTHING)

    assert refusal(account.run).startswith(f"Role {ROLE} exists, and bootstrap did not make it.")


def test_a_key_that_is_going_is_not_used(account: Account) -> None:
    """State under it would be lost."""
    account.run()
    kms = account.clients.kms
    kms.schedule_key_deletion(KeyId=kms.describe_key(KeyId=ALIAS)["KeyMetadata"]["KeyId"])

    assert refusal(account.run) == (
        f"Key {ALIAS} is PendingDeletion; the state could not be read. Fix: enable it, or cancel "
        "its deletion; without it, what it encrypted is lost."
    )


def test_policies_of_an_earlier_plan_are_removed(account: Account) -> None:
    """A smaller plan needs fewer; what is left over goes, with all its versions."""
    real = golden_plan(PRODUCTION)
    count = len(documents(real, account.run(made=real).deployer))

    account.run(made=plan())

    assert account.steps[-count:] == [
        f"changed role {ROLE}: policies",
        *(f"changed policy {ROLE}-{n}: removed" for n in range(2, count + 1)),
    ]
    assert account.run(made=plan()).changed is False


def test_a_policy_may_change_more_often_than_it_has_versions(account: Account) -> None:
    """The oldest version makes room."""
    for number in range(6):
        account.run({"aws": {"deploy_role_arn": f"{IAM}:role/bedplate/deployer-{number}"}})
    versions = account.clients.iam.list_policy_versions(PolicyArn=POLICY)["Versions"]

    assert [each["VersionId"] for each in versions if each["IsDefaultVersion"]] == ["v6"]
    assert len(versions) == 5


def test_a_boundary_that_the_environment_names_is_kept(account: Account) -> None:
    """Bootstrap makes it of the document that the foundation would make, and keeps it."""
    arn = f"{IAM}:policy/bedplate/acme-prod-boundary"
    changes = {"identities": {"permissions_boundary_arn": arn}}

    account.run(changes)

    iam = account.clients.iam
    version: Any = iam.get_policy_version(PolicyArn=arn, VersionId="v1")["PolicyVersion"]
    sids = [each["Sid"] for each in version["Document"]["Statement"]]
    assert account.steps[4] == "made policy acme-prod-boundary"
    assert "DenyEscalation" in sids
    assert account.run(changes).changed is False


def test_a_boundary_of_the_organisation_is_left_alone(account: Account) -> None:
    """It exists, and somebody else answers for it."""
    made = account.clients.iam.create_policy(PolicyName="org-limit", PolicyDocument=NOTHING)
    arn = made["Policy"]["Arn"]

    account.run({"identities": {"permissions_boundary_arn": arn}})

    assert account.steps[4] == "kept policy org-limit: somebody else's"


def test_a_provider_that_serves_others_gets_the_audience(account: Account) -> None:
    """An account has one provider for GitHub; its other audiences stay."""
    iam = account.clients.iam
    iam.create_open_id_connect_provider(Url=f"https://{GITHUB}", ClientIDList=["others"])

    account.run()

    assert account.steps[2] == f"changed OIDC provider {GITHUB}: audience"
    provider = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=PROVIDER)
    assert provider["ClientIDList"] == ["others", "sts.amazonaws.com"]


def test_people_alone_need_no_provider(account: Account) -> None:
    """Without a repository there is no pipeline to trust."""
    account.run({"aws": {"deploy_repository": None}})
    role = account.clients.iam.get_role(RoleName=ROLE)["Role"]
    statements: Any = role["AssumeRolePolicyDocument"]

    assert [each["Sid"] for each in statements["Statement"]] == ["PeopleAndItself"]
    assert account.clients.iam.list_open_id_connect_providers()["OpenIDConnectProviderList"] == []


def test_what_the_environment_file_should_say(account: Account) -> None:
    """State, role and boundary, where the file does not say them; then nothing is left to say."""
    outcome = account.run()
    said = advice(account.spec(), outcome)

    assert said == {
        "state": {
            "backend": f"s3://{BUCKET}?region=me-central-1&awssdk=v2",
            "secrets_provider": f"awskms://{ALIAS}?region=me-central-1",
        },
        "aws": {"deploy_role_arn": f"{IAM}:role/bedplate/{ROLE}"},
        "identities": {"permissions_boundary_arn": f"{IAM}:policy/bedplate/acme-prod-boundary"},
    }
    account.run(said)
    assert account.run(said).changed is False
    assert advice(account.spec(said), account.run(said)) == {}


def test_names_come_from_the_environment_file(account: Account) -> None:
    """Bucket, alias and role that it states are made under these names."""
    account.run(
        {
            "state": {"backend": "s3://acme-states/prod", "secrets_provider": "passphrase"},
            "aws": {"deploy_role_arn": f"{IAM}:role/ci/deploy-prod"},
        }
    )

    assert [each.partition(":")[0] for each in account.steps] == [
        f"made key {ALIAS}",
        "made bucket acme-states",
        f"made OIDC provider {GITHUB}",
        "made policy acme-prod-deployer-ceiling",
        "made policy acme-prod-deployer-1",
        "made role deploy-prod",
    ]
    assert account.clients.iam.get_role(RoleName="deploy-prod")["Role"]["Path"] == "/ci/"
