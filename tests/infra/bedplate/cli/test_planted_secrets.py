"""Secrets that are planted in a program never appear in any output, or in the cache."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest
from support.plans import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., Any]

PLANTED = "PLANTED-7f3c91"
"""Begins every planted secret."""

FOUNDATION = f"""
import pulumi
import pulumi_aws as aws

account = aws.Provider(
    "planted",
    region="us-east-1",
    access_key=pulumi.Output.secret("{PLANTED}-access"),
    secret_key=pulumi.Output.secret("{PLANTED}-provider"),
)
hidden = pulumi.ResourceOptions(provider=account)
aws.s3.Bucket("planted", bucket=pulumi.Output.secret("{PLANTED}-input"), opts=hidden)
aws.s3.Bucket("tagged", tags={{"owner": pulumi.Output.secret("{PLANTED}-tag")}}, opts=hidden)
aws.kms.Key(
    "key",
    policy=pulumi.Output.secret('{{"Statement": [{{"Sid": "{PLANTED}-policy"}}]}}'),
    opts=hidden,
)
aws.eks.NodeGroup(
    "group",
    cluster_name="c",
    node_role_arn="r",
    subnet_ids=["s"],
    scaling_config={{"min_size": 0, "max_size": 1, "desired_size": 0}},
    instance_types=[pulumi.Output.secret("{PLANTED}-type")],
    opts=hidden,
)
pulumi.export("planted", pulumi.Output.secret("{PLANTED}-export"))
"""
"""Secrets in inputs, tags, documents, lists, a provider's configuration and an export."""

PLATFORM = f"""
import pulumi
import pulumi_kubernetes as kubernetes

kubernetes.core.v1.Secret("planted", string_data={{"token": "{PLANTED}-data"}})
kubernetes.core.v1.ConfigMap(
    "annotated",
    metadata={{"annotations": {{"note": pulumi.Output.secret("{PLANTED}-annotation")}}}},
)
"""
"""Secrets in an object's data and in an annotation."""

CALLS = (
    *(("check", "dev", "--format", name) for name in (
        "table", "json", "sarif", "junit", "github", "gitlab", "markdown", "oscal"
    )),
    ("check", "dev", "--format", "json", "--all", "--no-cache"),
    ("check", "dev", "--debug", "--no-cache"),
    ("preview", "dev"),
    ("preview", "dev", "--format", "json"),
    ("cost", "dev", "--format", "json"),
    ("report", "dev", "--output", "cache/report.html"),
)  # fmt: skip
"""Every command that shows what a plan holds, in every form."""


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that the programs with secrets lie in."""
    folder = tmp_path_factory.mktemp("programs")
    for layer, text in (("foundation", FOUNDATION), ("platform", PLATFORM)):
        shutil.copytree(ROOT / "infra" / layer, folder / layer)
        program = folder / layer / "__main__.py"
        program.write_text(f"{program.read_text()}\n{text}")
    return folder


def test_no_output_shows_a_planted_secret(run: Run, project: Path, planted: Path) -> None:
    """Neither does the cache: what a rule, a format or a traceback says never holds one."""
    shutil.copytree(planted, project / "infra")
    shown = {words: run(*words) for words in CALLS}
    leaks = [" ".join(words) for words, done in shown.items() if PLANTED in done.out + done.err]
    kept = [
        str(file.relative_to(project))
        for file in (project / "cache").rglob("*")
        if file.is_file() and PLANTED in file.read_text(encoding="utf-8", errors="replace")
    ]

    # The programs did run, and their resources were judged.
    assert '"planted"' in shown["preview", "dev", "--format", "json"].out
    assert "::planted" in shown["check", "dev", "--format", "json"].out
    assert (leaks, kept) == ([], [])
