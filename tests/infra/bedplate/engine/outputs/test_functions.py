"""Answers to data sources."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bedplate.engine.outputs import Account
from bedplate.engine.outputs.functions import answer

BEIJING = Account("111122223333", "cn-north-1", "aws-cn", {"team": "ml"})


@pytest.mark.parametrize(
    ("token", "arguments", "expected"),
    [
        (
            "aws:index/getPartition:getPartition",
            {},
            {
                "id": "aws-cn",
                "partition": "aws-cn",
                "dnsSuffix": "amazonaws.com.cn",
                "reverseDnsPrefix": "cn.com.amazonaws",
            },
        ),
        (
            "aws:index/getAvailabilityZones:getAvailabilityZones",
            {"state": "available", "excludeNames": ["cn-north-1c"]},
            {
                "id": "cn-north-1",
                "region": "cn-north-1",
                "names": ["cn-north-1a", "cn-north-1b"],
                "zoneIds": ["cnn1-az1", "cnn1-az2"],
                "groupNames": ["cn-north-1"],
            },
        ),
        (
            "aws:index/getArn:getArn",
            {"arn": "arn:aws:s3:::models/a:b"},
            {
                "id": "arn:aws:s3:::models/a:b",
                "arn": "arn:aws:s3:::models/a:b",
                "partition": "aws",
                "service": "s3",
                "region": "",
                "account": "",
                "resource": "models/a:b",
            },
        ),
        (
            "aws:index/getDefaultTags:getDefaultTags",
            {},
            {"id": "aws-cn", "tags": {"team": "ml"}},
        ),
        ("aws:new/getThing:getThing", {}, None),
    ],
)
def test_answer(token: str, arguments: dict[str, Any], expected: dict[str, Any] | None) -> None:
    """The answer follows from the account and the arguments; an unknown function has none."""
    assert answer(token, arguments, BEIJING) == expected


def test_policy_document() -> None:
    """A policy document is written as IAM reads it, and later statements override by name."""
    arguments = {
        "policyId": "models",
        "statements": [
            {
                "sid": "Read",
                "actions": ["s3:GetObject"],
                "resources": ["a", "b"],
                "principals": [{"type": "Service", "identifiers": ["x.amazonaws.com"]}],
                "conditions": [{"test": "Bool", "variable": "aws:Secure", "values": ["true"]}],
            },
            {
                "effect": "Deny",
                "notActions": ["s3:*"],
                "principals": [{"type": "*", "identifiers": ["*"]}],
            },
        ],
        "sourcePolicyDocuments": ['{"Statement": {"Sid": "Old", "Effect": "Allow"}}'],
        "overridePolicyDocuments": ['{"Statement": [{"Sid": "Old", "Effect": "Deny"}]}'],
    }
    answered = answer("aws:iam/getPolicyDocument:getPolicyDocument", arguments, BEIJING) or {}

    expected = {
        "Version": "2012-10-17",
        "Id": "models",
        "Statement": [
            {"Sid": "Old", "Effect": "Deny"},
            {
                "Sid": "Read",
                "Effect": "Allow",
                "Principal": {"Service": "x.amazonaws.com"},
                "Action": "s3:GetObject",
                "Resource": ["a", "b"],
                "Condition": {"Bool": {"aws:Secure": "true"}},
            },
            {"Effect": "Deny", "Principal": "*", "NotAction": "s3:*"},
        ],
    }
    assert expected == json.loads(answered["json"])
    assert expected == json.loads(answered["minifiedJson"])


def test_secret_answers() -> None:
    """A cluster's token and a private parameter are secret; a machine image is not."""
    auth = answer("aws:eks/getClusterAuth:getClusterAuth", {"name": "ml"}, BEIJING) or {}
    private = answer("aws:ssm/getParameter:getParameter", {"name": "/db/password"}, BEIJING) or {}
    image = {"name": "/aws/service/eks/optimized-ami/1.35/image_id"}
    public = answer("aws:ssm/getParameter:getParameter", image, BEIJING) or {}

    assert auth["token"] == {"$secret": True}
    assert private["value"] == {"$secret": True}
    assert public["value"].startswith("ami-")
