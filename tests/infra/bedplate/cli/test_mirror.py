"""Verb `mirror list`: the copies as a table and as JSON, from the real program."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bedplate.versions import CHARTS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_the_group_and_its_verb_explain_themselves_alike(run: Callable[..., Any]) -> None:
    """Both help pages end with the same command lines."""
    group, verb = run("mirror", "--help"), run("mirror", "list", "--help")

    assert (group.code, verb.code) == (0, 0)
    end = group.out.partition("Examples:\n")[2]
    assert end == (
        "    bedplate mirror list prod\n"
        "    bedplate mirror list prod --format json --output copies.json\n"
    )
    assert verb.out.endswith(end)


def test_prod_of_the_reference_platform(run: Callable[..., Any], root: Path) -> None:
    """Every chart that is installed is listed once; nothing is its own source."""
    done = run("mirror", "list", "prod", "--stacks", str(root / "stacks"), "--format", "json")
    document = json.loads(done.out)
    listed = document["copies"]
    charts = {copy["source"].rpartition("/")[2]: copy for copy in listed if copy["kind"] == "chart"}

    assert (done.code, document["schema"]) == (0, "bedplate.mirror/v1")
    assert len({copy["source"] for copy in listed}) == len(listed)
    assert all(copy["source"] != copy["target"] for copy in listed)
    assert set(charts) <= set(CHARTS)
    assert charts["karpenter"] == {
        "kind": "chart",
        "source": "oci://public.ecr.aws/karpenter/karpenter",
        "target": "oci://registry.acme.example/charts/karpenter",
        "version": CHARTS["karpenter"].version,
        "digest": "",
    }
    assert [copy["digest"][:14] for copy in listed if "karpenter/controller" in copy["source"]] == [
        "sha256:7231309"
    ]


def test_an_open_environment_copies_nothing(run: Callable[..., Any], project: Path) -> None:
    """Without a mirror and with a way out the list is one sentence."""
    done = run("mirror", "list", "dev", "--stacks", str(project / "stacks"))

    assert (done.code, done.err) == (0, "")
    assert done.out == ("Nothing needs to be copied: dev pulls from where things are published.\n")
