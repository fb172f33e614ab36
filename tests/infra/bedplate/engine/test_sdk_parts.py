"""Services of the AWS SDK are loaded in parts, and hold what they hold when loaded whole."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import bedplate
from bedplate.governance import preload

LIBRARY = str(Path(bedplate.__file__).parents[1])

START = """
import json, sys
import pulumi_aws as aws
from bedplate.engine.sdk_parts import load_services_in_parts
load_services_in_parts()
loaded = lambda: sorted(name for name in sys.modules if name.startswith("pulumi_aws.ec2."))
"""


def said(code: str) -> Any:
    """Return what a fresh process prints as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", START + code],
        env={**os.environ, "PYTHONPATH": LIBRARY},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def test_a_class_loads_its_own_module_only() -> None:
    """Neither its neighbours nor the service's own list of all of them."""
    code = "aws.ec2.Vpc, aws.ec2.VpcArgs; print(json.dumps(loaded()))"

    assert said(code) == ["pulumi_aws.ec2.vpc"]


def test_names_are_found_wherever_they_live() -> None:
    """A class, its arguments, nested ones, a data source, its result and a module of results."""
    code = """
names = ("Repository", "RepositoryArgs", "get_image_output", "get_image", "GetImageResult",
         "RepositoryEncryptionConfigurationArgs", "outputs", "LifecyclePolicy")
found = {name: getattr(aws.ecr, name) for name in names}
dir(aws.ecr)
print(json.dumps([name for name in names if getattr(aws.ecr, name) is not found[name]]))
"""
    assert said(code) == []


def test_everything_may_be_asked_for_at_once() -> None:
    """`import *`, `dir` and a name that no module bears load the service as Pulumi does."""
    code = """
from pulumi_aws.ec2 import *
star = Vpc is aws.ec2.Vpc and "LaunchTemplateIamInstanceProfileArgs" in globals()
bucket = aws.s3.Bucket
print(json.dumps([star, len(loaded()) > 100, "Subnet" in dir(aws.ec2), len(dir(aws.s3)) > 100]))
"""
    assert said(code) == [True, True, True, True]


def test_a_name_that_is_none_is_refused() -> None:
    """As Python refuses it, with a suggestion where it has one."""
    code = """
try:
    aws.ec2.Vpcc
except AttributeError as error:
    print(json.dumps(str(error)))
"""
    assert said(code) == "module 'pulumi_aws.ec2' has no attribute 'Vpcc'"


def test_what_is_loaded_stays() -> None:
    """A service that was named before is left alone, and asking twice changes nothing."""
    code = """
import pulumi_aws.s3
kept = aws.ec2.Vpc
load_services_in_parts()
print(json.dumps([kept is aws.ec2.Vpc, aws.s3.Bucket.__module__]))
"""
    assert said(code) == [True, "pulumi_aws.s3.bucket"]


def test_workers_preload_what_components_use() -> None:
    """Every class that a component names is one of the SDK's."""
    names = preload.aws_names()

    assert ("eks", "Cluster") in names
    assert len({service for service, _ in names}) > 15


def test_what_components_use_loads_no_service_whole() -> None:
    """Arguments written as dictionaries are found too: no name is looked for in vain."""
    code = """
from bedplate.governance.preload import aws_names
services = sorted({service for service, _ in aws_names()})
whole = [name for name in services if "__getattr__" not in vars(getattr(aws, name))]
print(json.dumps(whole))
"""
    assert said(code) == []
