"""The simulator: what it keeps of a program, and what it answers."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from support.programs import HEADER, NETWORK, named, refusal, simulate

from bedplate.engine.plan import Plan

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:pulumi_aws.*")


def test_resources_are_kept_whole(program: Path) -> None:
    """A Plan has URN, parent, provider, dependencies, spec path and source of each resource."""
    plan = simulate(program, NETWORK)
    prefix = "urn:pulumi:dev::bedplate-foundation::"
    parent = f"{prefix}bedplate:foundation:Network::network"
    vpc = f"{prefix}bedplate:foundation:Network$aws:ec2/vpc:Vpc::main"
    home = named(plan, "home")
    subnet = named(plan, "a")

    assert subnet.urn == f"{prefix}bedplate:foundation:Network$aws:ec2/subnet:Subnet::a"
    assert subnet.parent == parent
    assert subnet.provider == f"{home.urn}::{home.id}"
    assert subnet.dependencies == (vpc,)
    assert subnet.property_dependencies == {"vpcId": (vpc,)}
    assert subnet.inputs == {"vpcId": named(plan, "main").id}
    assert subnet.spec_path == "network"
    assert subnet.source is not None
    assert (subnet.source.file, subnet.source.line) == (str(program), 9)
    assert plan.exports == {
        "vpc": named(plan, "main").id,
        "bucket": "arn:aws:s3:::acme-own",
    }


def test_parents_come_before_children_and_the_stack_is_left_out(program: Path) -> None:
    """Resources stand in the order of their dependencies."""
    plan = simulate(program, NETWORK)
    names = [resource.name for resource in plan.resources]

    assert set(names) == {"home", "network", "main", "a", "own"}
    assert names.index("network") < names.index("main") < names.index("a") < names.index("own")


def test_a_teams_own_resource(program: Path) -> None:
    """A resource outside every component has no spec path, and points at the team's line."""
    own = named(simulate(program, NETWORK), "own")

    assert own.spec_path is None
    assert own.source is not None
    assert own.source.line == 14


def test_options(program: Path) -> None:
    """Options have the names of Pulumi's policy runtime, with all keys present."""
    own = named(simulate(program, NETWORK), "own")
    aliases = own.options.pop("aliases")

    assert all(alias["type"] == "aws:s3/bucketV2:BucketV2" for alias in aliases)
    assert own.options == {
        "additionalSecretOutputs": [],
        "aliasURNs": [],
        "customTimeouts": {"create": 5400.0},
        "deleteBeforeReplace": False,
        "ignoreChanges": ["tags"],
        "parent": "",
        "protect": True,
        "retainOnDelete": True,
    }


def test_a_components_outputs(program: Path) -> None:
    """A component's outputs are its inputs and what it registers."""
    plan = simulate(program, NETWORK)

    assert named(plan, "network").outputs == {
        "specPath": "network",
        "vpcId": named(plan, "main").id,
    }
    assert not named(plan, "network").custom


def test_provider_decides_region_and_tags(program: Path) -> None:
    """A resource takes the default tags of its own provider."""
    plan = simulate(program, NETWORK)

    assert named(plan, "main").outputs["tagsAll"] == {"team": "ml"}
    assert named(plan, "own").outputs["tagsAll"] == {}


def test_secrets_are_marked_wherever_they_flow(program: Path) -> None:
    """A secret, what is built from it, and an output declared secret never show."""
    plan = simulate(
        program,
        HEADER
        + """
password = pulumi.Output.secret("hunter2")
database = aws.rds.Instance("db", instance_class="db.t4g.micro", password=password)
note = aws.s3.Bucket("note", bucket=pulumi.Output.concat("pw=", password))
copy = aws.s3.Bucket("copy", bucket=note.bucket)
nested = aws.s3.Bucket("nested", tags={"pw": password, "plain": "x"})
pulumi.export("password", database.password)
pulumi.export("mixed", {"pw": password, "plain": 1})
""",
    )
    secret = {"$secret": True}

    assert named(plan, "db").inputs["password"] == secret
    assert named(plan, "db").outputs["password"] == secret
    assert named(plan, "note").inputs["bucket"] == secret
    assert named(plan, "copy").inputs["bucket"] == secret
    assert named(plan, "nested").inputs["tags"] == {"pw": secret, "plain": "x"}
    assert plan.exports["password"] == secret
    assert "hunter2" not in Plan("dev", (plan,)).dumps()


READS_FOUNDATION = (
    HEADER
    + """
foundation = pulumi.StackReference("organization/bedplate-foundation/dev")
for key in ("one", "two"):
    aws.s3.Bucket(key, bucket=foundation.get_output(key))
"""
)


def test_another_layers_exports(program: Path) -> None:
    """A reference tells plain from secret exports of an earlier layer."""
    exports = {"one": "vpc-1", "two": {"$secret": True}}
    references = {"organization/bedplate-foundation/dev": exports}
    plan = simulate(program, READS_FOUNDATION, stack_references=references)

    assert list(exports.values()) == [named(plan, key).inputs["bucket"] for key in exports]


def test_unknown_exports_of_another_layer(program: Path) -> None:
    """An export that is not known yet is refused: the SDK would silently drop it."""
    exports = {"one": "vpc-1", "two": [{"$unknown": True}]}
    references = {"organization/bedplate-foundation/dev": exports}

    assert refusal(program, READS_FOUNDATION, stack_references=references) == (
        'The stack "organization/bedplate-foundation/dev" exports values that are not known yet '
        "(two). Fix: deploy that layer first, or simulate it too."
    )


def test_missing_stack_reference(program: Path) -> None:
    """Reading a stack that was not simulated names it and the ones there are."""
    message = refusal(program, "import pulumi\npulumi.StackReference('organization/x/dev')")

    assert message == (
        'The program reads the stack "organization/x/dev", which is not simulated before it '
        "(known: none). Fix: name an earlier layer of the same environment."
    )


def test_functions_are_answered_for_the_provider(program: Path) -> None:
    """A data source, plain or as an output, answers for the region of its provider."""
    plan = simulate(
        program,
        HEADER
        + """
home = aws.Provider("home", region="eu-west-1")
zones = aws.get_availability_zones(opts=pulumi.InvokeOptions(provider=home))
pulumi.export("zones", zones.names)
pulumi.export("account", aws.get_caller_identity_output().account_id)
""",
    )

    assert plan.exports == {
        "zones": ["eu-west-1a", "eu-west-1b", "eu-west-1c"],
        "account": "111122223333",
    }


def test_config_and_stack_are_the_requests(program: Path) -> None:
    """The program reads the request's config, stack and project."""
    plan = simulate(
        program,
        """
        import pulumi
        pulumi.export("stacks", pulumi.Config("bedplate").require("stacks"))
        pulumi.export("where", f"{pulumi.get_project()}/{pulumi.get_stack()}")
        """,
        config={"bedplate:stacks": "/repo/stacks"},
    )

    assert plan.exports == {"stacks": "/repo/stacks", "where": "bedplate-foundation/dev"}


def test_program_given_by_a_relative_path(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The project's root is absolute, however the program's path was written."""
    text = "import pulumi\npulumi.export('root', pulumi.runtime.get_root_directory())"
    monkeypatch.chdir(program.parent.parent)
    relative = Path(program.parent.name) / program.name
    plan = simulate(program, text, program=relative)

    assert plan.exports == {"root": str(program.parent)}


def test_an_asynchronous_program(program: Path) -> None:
    """A program may hand its main function to pulumi.run."""
    plan = simulate(
        program,
        """
        import asyncio
        import pulumi

        async def main():
            await asyncio.sleep(0)
            return {"done": True}

        pulumi.run(main)
        """,
    )

    assert plan.exports == {"done": True}


def test_repeated_runs_are_equal_and_read_the_program_anew(program: Path) -> None:
    """The same program gives the same Plan; a changed helper module is seen at once."""
    (program.parent / "helper.py").write_text("CIDR = '10.1.0.0/16'", encoding="utf-8")
    text = HEADER + "import helper\naws.ec2.Vpc('main', cidr_block=helper.CIDR)"
    first, second = simulate(program, text), simulate(program, text)
    (program.parent / "helper.py").write_text("CIDR = '10.222.0.0/16'", encoding="utf-8")
    third = simulate(program, text)

    assert first == second
    assert named(third, "main").inputs["cidrBlock"] == "10.222.0.0/16"


def test_plan_does_not_depend_on_hash_order(program: Path) -> None:
    """Processes with different hash seeds write the same Plan."""
    program.write_text(NETWORK, encoding="utf-8")
    script = program.parent / "run.py"
    script.write_text(
        textwrap.dedent(
            """
            import sys
            from pathlib import Path
            from bedplate.engine.plan import Plan
            from bedplate.engine.simulator import LayerRequest, simulate_layer

            layer = simulate_layer(LayerRequest(
                layer="foundation", project="p", stack="dev", program=Path(sys.argv[1]),
                config={}, account_id="111122223333", region="me-central-1"))
            print(Plan("dev", (layer,)).dumps())
            """
        ),
        encoding="utf-8",
    )
    library = str(Path(__file__).parents[4] / "infra")
    texts = {
        subprocess.run(
            [sys.executable, str(script), str(program)],
            env={**os.environ, "PYTHONPATH": library, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }

    assert len(texts) == 1
