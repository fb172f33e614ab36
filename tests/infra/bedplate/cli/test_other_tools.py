"""What the command line gives other tools, and how it asks an OPA server."""

from __future__ import annotations

import json
import sys
import urllib.error
import urllib.request
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from support.opa_server import free_port, opa_server, stand_in

from bedplate.assets import asset

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.opa_server import Answer

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:pulumi_aws.*")


def _check(run: Callable[..., Any], address: str) -> tuple[int, dict[str, Any]]:
    done = run("check", "dev", "--opa", address, "--format", "json")
    (environment,) = json.loads(done.out)["environments"]
    return done.code, environment


@pytest.mark.usefixtures("project")
@pytest.mark.needs("opa")
def test_an_opa_server_judges(run: Callable[..., Any]) -> None:
    """The findings are those of the built-in engine."""
    with opa_server() as (address, _):
        code, environment = _check(run, address)
    built_in = run("check", "dev", "--no-cache", "--format", "json")

    assert code == built_in.code
    assert [environment] == json.loads(built_in.out)["environments"]


@pytest.mark.usefixtures("project")
def test_a_server_that_is_not_there_blocks(run: Callable[..., Any]) -> None:
    """Even where an earlier check of the same files was clean and is in the cache."""
    run("check", "dev")
    address = f"http://127.0.0.1:{free_port()}"

    code, environment = _check(run, address)

    assert code == 1
    assert environment["refusal"] == (
        f"The OPA server {address} can't be reached (it refuses the connection); nothing counts "
        "as judged. Fix: check that it is a running OPA server and try again, or leave out --opa."
    )


@pytest.mark.usefixtures("project")
@pytest.mark.needs("opa")
def test_killing_the_server_in_mid_check_blocks(run: Callable[..., Any]) -> None:
    """The real server is killed while it is asked; what it said before counts for nothing."""
    with opa_server() as (real, process):

        def forward(method: str, path: str, body: bytes) -> Answer | None:
            if method == "POST":
                process.kill()
                process.wait()
            request = urllib.request.Request(  # noqa: S310 - loopback
                real + path, data=body or None, method=method
            )
            try:
                with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                    return answer.status, answer.read()
            except urllib.error.URLError:
                return None

        with stand_in(forward) as address:
            code, environment = _check(run, address)

    assert code == 1
    assert environment["refusal"] == (
        f"The OPA server {address} can't be reached (it broke off the connection); nothing counts "
        "as judged. Fix: check that it is a running OPA server and try again, or leave out --opa."
    )


def test_packs_are_found(run: Callable[..., Any]) -> None:
    """Both are folders that Pulumi takes for policy packs."""
    python = run("policies", "--pack", "python").out
    opa = run("policies", "--pack", "opa").out

    assert opa == f"{asset('policies') / 'deploy'}\n"
    marker = yaml.safe_load((Path(python.strip()) / "PulumiPolicy.yaml").read_text())
    assert marker["runtime"]["options"] == {"toolchain": "pip", "virtualenv": sys.prefix}
    assert run("policies", "--pack", "python").out == python
    for folder in (python, opa):
        assert (Path(folder.strip()) / "PulumiPolicy.yaml").is_file()


@pytest.mark.usefixtures("project")
def test_the_configuration_of_the_plain_pack(run: Callable[..., Any]) -> None:
    """Facts of each rule, what blocks, and what is not for the environment."""
    config = json.loads(run("policies", "--config", "dev").out)
    levels = {rule: values["enforcementLevel"] for rule, values in config.items()}

    assert set(levels.values()) == {"advisory", "mandatory", "disabled"}
    assert levels["stack_deny_apr_001"] == "disabled"  # asked when deploying
    assert config["deny_res_001"]["allowed_regions"]


@pytest.mark.usefixtures("project")
def test_an_environment_that_is_not_there(run: Callable[..., Any]) -> None:
    """The near miss is named."""
    done = run("policies", "--config", "prd")

    assert done.code == 2
    assert done.err == ("There is no environment `prd` in stacks. Fix: did you mean `prod`?\n")


@pytest.mark.usefixtures("project")
def test_input_for_opa(run: Callable[..., Any]) -> None:
    """Every question names its policy, its rule and one of the documents."""
    document = json.loads(run("preview", "dev", "--format", "opa").out)

    assert (document["schema"], document["environment"]) == ("bedplate.opa/v1", "dev")
    rules = defaultdict(set)
    for task in document["tasks"]:
        rules[task["package"]].add(task["rule"])
    assert set(rules) == {"bedplate_admission", "bedplate_deploy"}
    assert {task["input"] for task in document["tasks"]} == set(range(len(document["inputs"])))
    assert rules["bedplate_deploy"] <= set(document["config"])
