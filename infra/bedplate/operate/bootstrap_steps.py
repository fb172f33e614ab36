"""What every step of a bootstrap is made of: looking, comparing, and writing only what differs."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    TokenRetrievalError,
)

from bedplate.errors import BedplateError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from mypy_boto3_iam import IAMClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sts import STSClient

MANAGED_BY = "bedplate-bootstrap"
"""Tag `managed_by` of everything that bootstrap made, and may change."""

Did = Literal["made", "changed", "kept"]
"""What a step did, or would do."""


@dataclass(frozen=True, slots=True)
class Clients:
    """Connections to AWS."""

    iam: IAMClient
    """Identities."""
    kms: KMSClient
    """Keys, in the state's region."""
    s3: S3Client
    """Buckets, in the state's region."""
    sts: STSClient
    """Who the caller is."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was looked at, and what was done about it."""

    kind: str
    """What it is, such as ``bucket``."""
    name: str
    """Its name or ARN."""
    did: Did
    """What was done, or would be."""
    settings: tuple[str, ...] = ()
    """Settings that were set, in the order of their setting."""

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "kind": self.kind,
            "name": self.name,
            "did": self.did,
            "settings": list(self.settings),
        }


@dataclass(frozen=True, slots=True)
class Setting:
    """One property of a thing that exists."""

    name: str
    """What the property is called."""
    wanted: Any
    """Value that it must have."""
    read: Callable[[], Any]
    """Returns the value that it has, in the same form; None where it has none."""
    write: Callable[[], object]
    """Gives it the wanted value."""


@dataclass(frozen=True, slots=True)
class Hand:
    """Writes, or in a dry run does not."""

    dry: bool
    """Whether nothing is written."""

    def settle(self, settings: Sequence[Setting]) -> tuple[str, ...]:
        """Write the settings that differ; return their names."""
        differing = [each for each in settings if each.read() != each.wanted]
        for each in differing:
            self.write(each.write)
        return tuple(each.name for each in differing)

    def step(
        self, kind: str, name: str, settings: Sequence[Setting], *, made: bool = False
    ) -> Step:
        """Settle a thing that exists, or was made just now; return what was done."""
        settled = self.settle(settings)
        changed: Did = "changed" if settled else "kept"
        return Step(kind, name, "made" if made else changed, settled)

    def write(self, action: Callable[[], object]) -> None:
        """Do it, unless this is a dry run."""
        if not self.dry:
            action()


def found(read: Callable[[], Any], *absent: str) -> Any:
    """Return what AWS answers, or None where it says that the thing is absent."""
    try:
        return read()
    except ClientError as error:
        if error.response["Error"]["Code"] in absent:
            return None
        raise


@contextmanager
def told(doing: str) -> Iterator[None]:
    """Turn what AWS refuses, or can't be asked, into a sentence."""
    try:
        yield
    except ClientError as error:
        raise BedplateError(_refusal(doing, error.response, error.operation_name)) from None
    except (NoCredentialsError, PartialCredentialsError, ProfileNotFound, TokenRetrievalError):
        raise BedplateError(
            "There are no AWS credentials. Fix: sign in as an administrator of the environment's "
            "account, for example by `aws sso login`, and set AWS_PROFILE."
        ) from None
    except BotoCoreError as error:
        reason = " ".join(str(error).split())
        raise BedplateError(
            f"{doing}: AWS can't be asked: {reason}. Fix: see to the connection, and run it "
            "again; it goes on where it stopped."
        ) from None


def _refusal(doing: str, response: Mapping[str, Any], operation: str) -> str:
    code, message = response["Error"]["Code"], " ".join(response["Error"]["Message"].split())
    if code in {"ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId"}:
        return f"The AWS credentials are not valid ({code}). Fix: sign in again."
    end = message if message.endswith(".") else f"{message}."
    return (
        f"{doing}: AWS refused {operation} ({code}): {end} Fix: see to that, and run it again; "
        "it goes on where it stopped."
    )


def as_tags(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Return tags in the form that S3 and IAM take."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def as_mapping(tags: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Return tags of S3 and IAM as a mapping; AWS' own are left out."""
    return {each["Key"]: each["Value"] for each in tags if not each["Key"].startswith("aws:")}


def check_owner(thing: str, tags: Mapping[str, str], wanted: Mapping[str, str]) -> None:
    """Raise BedplateError unless bootstrap made a thing, for this environment."""
    marks = ("platform", "environment", "managed_by")
    if all(tags.get(key) == wanted[key] for key in marks):
        return
    stated = ", ".join(f"{key}={wanted[key]}" for key in marks)
    if tags.get("managed_by") == MANAGED_BY:
        other = f"{tags.get('platform')}-{tags.get('environment')}"
        raise BedplateError(
            f"{thing} belongs to {other}. Fix: give each environment its own, in sections "
            "`state` and `aws` of its file."
        )
    raise BedplateError(
        f"{thing} exists, and bootstrap did not make it. Fix: name another one in the "
        f"environment file, or hand it over by these tags: {stated}."
    )


def same(document: Any) -> str:
    """Return a policy document in one form: AWS may order lists anew, and unwrap lists of one."""
    return json.dumps(_plain(document), sort_keys=True)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        parts = sorted((_plain(each) for each in value), key=json.dumps)
        return parts[0] if len(parts) == 1 else parts
    return value
