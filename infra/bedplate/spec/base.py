"""The base of every section of an environment file, and the value types that sections share."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Name = Annotated[str, StringConstraints(pattern=r"^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$")]
"""Lower-case letters, digits and hyphens, at most 30: fits AWS, Kubernetes and DNS alike."""

Arn = Annotated[str, StringConstraints(pattern=r"^arn:aws(-cn|-us-gov)?:[a-z0-9-]+:[^\s]*$")]
"""An Amazon Resource Name."""

RoleArn = Annotated[
    str, StringConstraints(pattern=r"^arn:aws(-cn|-us-gov)?:iam::[0-9]{12}:role/[\w+=,.@/-]+$")
]
"""The ARN of an IAM role."""

Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254)]
"""A mail address."""

Domain = Annotated[
    str, StringConstraints(pattern=r"^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$", max_length=253)
]
"""A DNS name in lower case."""

HttpsUrl = Annotated[str, StringConstraints(pattern=r"^https://[^\s]+$", max_length=2048)]
"""An address that is reached over TLS."""

NonEmpty = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
"""Text that says something."""

TagText = Annotated[str, StringConstraints(pattern=r"^[\w +=.:/@-]{1,256}$", strip_whitespace=True)]
"""Text that AWS accepts as a tag value: letters, digits, spaces and + - = . _ : / @."""

Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
"""ISO 3166-1 alpha-2 code, or EU."""


class Spec(BaseModel):
    """A section: frozen, typed strictly, and refusing keys that it does not know."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True
    )
