"""Identities of a team: its pipelines, and what serves its models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedplate.components.foundation.identities_access import (
    ADD_OBJECTS,
    READ_OBJECTS,
    REMOVE_OBJECTS,
    Access,
    Identity,
)

if TYPE_CHECKING:
    import pulumi

    from bedplate.spec.teams import TeamSpec

WORKLOAD_ACCOUNT = "workload"
"""Service account of a team's pipelines, in each of its namespaces."""

SERVING_ACCOUNT = "model-reader"
"""Service account of a team's predictors, in each of its namespaces."""


REQUESTS_FOLDER = "requests"
"""Folder of the request log in its bucket; below it lies one for each team."""


def workload(access: Access, team: str, spec: TeamSpec, images: pulumi.Output[str]) -> Identity:
    """Return the identity of a team's pipelines: its own data, models, images and secrets.

    Its monitors read what the team's models were asked and said.
    """
    logged = access.scope.spec.serving.request_log.enabled
    own_requests = access.objects("requests", READ_OBJECTS, f"{REQUESTS_FOLDER}/{team}")
    return Identity(
        part=f"workload-{team}",
        namespaces=spec.namespaces,
        service_accounts=(WORKLOAD_ACCOUNT,),
        grants={
            "objects": (
                *access.objects("datasets", [*READ_OBJECTS, *ADD_OBJECTS, *REMOVE_OBJECTS], team),
                *access.objects("models", [*READ_OBJECTS, *ADD_OBJECTS], team),
                # Lineage events are added, and neither read back nor removed.
                *access.objects("lineage", ADD_OBJECTS, team),
                *(own_requests if logged else ()),
            ),
            "images": access.images(images),
            "secrets": (access.tagged_secrets(team=team),),
            "keys": (
                access.key_for_objects("data", "models", write=True),
                access.key_for_secrets(),
            ),
        },
    )


def serving(access: Access, team: str, spec: TeamSpec) -> Identity:
    """Return the identity of a team's predictors: reads the team's models, and nothing else."""
    return Identity(
        part=f"serving-{team}",
        namespaces=spec.namespaces,
        service_accounts=(SERVING_ACCOUNT,),
        grants={
            "objects": access.objects("models", READ_OBJECTS, team),
            "keys": (access.key_for_objects("models", write=False),),
        },
    )
