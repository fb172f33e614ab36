"""Write how pulumi-aws's types and properties are called in Terraform, for Checkov.

python tools/terraform_names.py [PYTHON]

Types: pulumi-aws derives its tokens from Terraform's names by rules with exceptions. Each candidate
that the rules allow is looked up among the types that the installed Checkov knows; PYTHON is that
Checkov's interpreter. Properties: the SDK's argument classes say which values are blocks.
"""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pulumi_aws

from bedplate.operate.checkov.names import DATA, snake

ROOT = Path(__file__).resolve().parents[1]
"""The project's root."""
DEEPEST = 5
"""Levels of blocks that are followed; deeper ones occur in web firewalls only."""
KNOWN = """
import json
from checkov.terraform.plan_runner import resource_registry
from checkov.common.checks_infra.registry import get_graph_checks_registry
graph = get_graph_checks_registry("terraform")
graph.load_checks()
types = {*resource_registry.checks, *resource_registry.wildcard_checks}
types |= {str(name) for check in graph.checks for name in check.resource_types or ()}
print(json.dumps(sorted(name for name in types if name.startswith("aws_"))))
"""
"""Asks Checkov which types it knows."""
MODULES = {
    "alb": "lb",
    "apigateway": "api_gateway",
    "cfg": "config_configuration",
    "cloudhsmv2": "cloudhsm_v2",
    "ec2": "",
    "ec2clientvpn": "ec2_client_vpn",
    "ec2transitgateway": "ec2_transit_gateway",
    "elasticloadbalancing": "",
    "elasticloadbalancingv2": "lb",
    "lb": "",
    "mskconnect": "mskconnect",
    "rds": "db",
    "servicediscovery": "service_discovery",
}
"""Modules whose name is not that of the Terraform prefix."""
UNPREFIXED = ("ec2", "ec2transitgateway", "elb", "lb")
"""Modules of which some types have no prefix, or that of another."""
EXCEPTIONS = {
    "aws:alb/loadBalancer:LoadBalancer": "aws_lb",
    "aws:cfg/deliveryChannel:DeliveryChannel": "aws_config_delivery_channel",
    "aws:cfg/rule:Rule": "aws_config_config_rule",
    "aws:cloudtrail/trail:Trail": "aws_cloudtrail",
    "aws:codepipeline/pipeline:Pipeline": "aws_codepipeline",
    "aws:ec2/elasticIp:ElasticIp": "aws_eip",
    "aws:ec2/tag:Tag": "aws_ec2_tag",
    "aws:elasticloadbalancing/loadBalancer:LoadBalancer": "aws_elb",
    "aws:lb/loadBalancer:LoadBalancer": "aws_lb",
    "aws:mq/broker:Broker": "aws_mq_broker",
    "aws:rds/cluster:Cluster": "aws_rds_cluster",
    "aws:rds/clusterInstance:ClusterInstance": "aws_rds_cluster_instance",
    "aws:rds/globalCluster:GlobalCluster": "aws_rds_global_cluster",
    "aws:secretsmanager/secret:Secret": "aws_secretsmanager_secret",
}
"""Types that no rule derives."""
_CLASS = re.compile(r"ForwardRef\('(\w+Args)'\)")


def known(python: str) -> set[str]:
    """Return the Terraform types that Checkov knows."""
    done = subprocess.run([python, "-c", KNOWN], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


def terraform_type(token: str, types: set[str]) -> str | None:
    """Return the Terraform type of a token, where a rule finds one that Checkov knows."""
    if token in EXCEPTIONS:
        return EXCEPTIONS[token] if EXCEPTIONS[token] in types else None
    module, name = token.split(":")[1].partition("/")[0], token.rpartition(":")[2]
    prefix = MODULES.get(module, module)
    words = snake(name[0].lower() + name[1:])
    parts = [(prefix, words), (module, words)]
    parts += [("", words), ("vpc", words), ("ec2", words)] if module in UNPREFIXED else []
    for part in parts:
        candidate = "_".join(word for word in ("aws", *part) if word)
        if candidate in types:
            return candidate
    return None


def tokens() -> dict[str, type]:
    """Return the argument class of every resource of the SDK."""
    source = Path(pulumi_aws.__file__).read_text(encoding="utf-8")
    match = re.search(r'resource_modules\s*=\s*"""(.*?)"""', source, re.DOTALL)
    if match is None:
        raise SystemExit("pulumi-aws lists its resources in another way now")
    found: dict[str, type] = {}
    for module in json.loads(match[1]):
        for token, name in module["classes"].items():
            home = importlib.import_module(module["fqn"])
            # A block of that name makes the resource's own class give way.
            arguments = getattr(home, f"{name}InitArgs", getattr(home, f"{name}Args", None))
            if arguments is not None:
                found[token] = arguments
    return found


def blocks(arguments: type, depth: int = 0) -> dict[str, Any]:
    """Return the properties that are blocks, with theirs, by camelCase name."""
    if depth == DEEPEST:
        return {}
    module, names = sys.modules[arguments.__module__], _names(arguments)
    found: dict[str, Any] = {}
    for python, hint in vars(arguments)["__init__"].__annotations__.items():
        # The classes of blocks stand in hints as forward references.
        if classes := _CLASS.findall(str(hint)):
            found[names[python]] = blocks(getattr(module, min(classes)), depth + 1)
    return found


def _names(arguments: type) -> dict[str, str]:
    """Return the camelCase names of an argument class's properties by their Python names."""
    return {
        python: getattr(value.fget, "_pulumi_name", python)
        for python, value in vars(arguments).items()
        if isinstance(value, property)
    }


def main() -> None:
    """Write the data file."""
    python = sys.argv[1] if len(sys.argv) > 1 else str(ROOT / ".tools/checkov/bin/python")
    types = known(python)
    found: dict[str, Any] = {}
    for token, arguments in sorted(tokens().items()):
        name = terraform_type(token, types)
        if name is not None:
            found[token] = [name, blocks(arguments)]
    document = {"pulumi-aws": version("pulumi-aws"), "types": found}
    DATA.write_text(_lines(document), encoding="utf-8")
    missed = sorted(types - {name for name, _ in found.values()})
    print(f"{len(found)} tokens, {DATA.stat().st_size} bytes; without one: {len(missed)}")


def _lines(document: dict[str, Any]) -> str:
    """Return JSON with one line a type, so that an update shows what changed."""
    lines = [f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in document["types"].items()]
    head = f'{{"pulumi-aws": {json.dumps(document["pulumi-aws"])}, "types": {{'
    return "\n".join([head, ",\n".join(lines), "}}"]) + "\n"


if __name__ == "__main__":
    main()
