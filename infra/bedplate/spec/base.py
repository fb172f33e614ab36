"""The base of every section of an environment file, and the value types that sections share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from bedplate.spec.docstrings import docstring_of

if TYPE_CHECKING:
    from pydantic import GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema

_NAME = r"^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$"
_ARN = r"^arn:aws(-cn|-us-gov)?:[a-z0-9-]+:[^\s]*$"
_ROLE = r"^arn:aws(-cn|-us-gov)?:iam::[0-9]{12}:role/[\w+=,.@/-]+$"
_EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"
_DOMAIN = r"^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$"
_HTTPS = r"^https://[^\s]+$"
_SERVICE = r"^(https://[^\s?#@]+|http://(localhost|127\.0\.0\.1)(:[0-9]+)?(/[^\s?#@]*)?)$"
_TAG = r"^[\w +=.:/@-]+$"
_COUNTRY = r"^[A-Z]{2}$"
_SHORT = r"^[a-z](-?[a-z0-9])*$"
_REPOSITORY = r"^[a-z0-9]+([._/-][a-z0-9]+)*$"

FORMS = {
    _NAME: "lower-case letters, digits and hyphens, at most 30, beginning with a letter",
    _ARN: "an ARN",
    _ROLE: "the ARN of an IAM role, such as `arn:aws:iam::111122223333:role/name`",
    _EMAIL: "a mail address",
    _DOMAIN: "a DNS name in lower case, such as `models.acme.example`",
    _HTTPS: "an address that begins with `https://`",
    _SERVICE: "an address that begins with `https://`, without a query or a user's name",
    _TAG: "letters, digits, spaces and `+ - = . _ : / @` only (AWS tag values)",
    _REPOSITORY: "lower-case letters and digits, separated by `.`, `_`, `-` or `/`",
    _SHORT: "lower-case letters, digits and single hyphens, beginning with a letter",
    _COUNTRY: "two capital letters (ISO 3166-1), such as `AE`",
}
"""What a value must look like, in words, by the pattern that holds it."""

Name = Annotated[str, StringConstraints(pattern=_NAME)]
"""Lower-case letters, digits and hyphens, at most 30: fits AWS, Kubernetes and DNS alike."""

PlatformName = Annotated[str, StringConstraints(pattern=_SHORT, max_length=16)]
"""Name of a platform: short, so that every name made from it fits AWS' limits. RDS identifiers take
no two hyphens in a row."""

EnvironmentName = Annotated[str, StringConstraints(pattern=_SHORT, max_length=12)]
"""Name of an environment, bounded likewise."""

Arn = Annotated[str, StringConstraints(pattern=_ARN)]
"""An Amazon Resource Name."""

RoleArn = Annotated[str, StringConstraints(pattern=_ROLE)]
"""The ARN of an IAM role."""

Email = Annotated[str, StringConstraints(pattern=_EMAIL, max_length=254)]
"""A mail address."""

Domain = Annotated[str, StringConstraints(pattern=_DOMAIN, max_length=253)]
"""A DNS name in lower case."""

HttpsUrl = Annotated[str, StringConstraints(pattern=_HTTPS, max_length=2048)]
"""An address that is reached over TLS."""

ServiceUrl = Annotated[str, StringConstraints(pattern=_SERVICE, max_length=2048)]
"""An address of a service, over TLS or on this machine, with nothing secret in it."""

NonEmpty = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
"""Text that says something."""

TagText = Annotated[str, StringConstraints(pattern=_TAG, max_length=256, strip_whitespace=True)]
"""Text that AWS accepts as a tag value: letters, digits, spaces and + - = . _ : / @."""

Country = Annotated[str, StringConstraints(pattern=_COUNTRY)]
"""ISO 3166-1 alpha-2 code."""

RepositoryName = Annotated[str, StringConstraints(pattern=_REPOSITORY)]
"""Name of an ECR repository."""


class Spec(BaseModel):
    """A section: frozen, typed strictly, and refusing keys that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Return the section's JSON Schema, in which each field has its docstring."""
        schema = handler(core_schema)
        for name, field in handler.resolve_ref_schema(schema)["properties"].items():
            field.setdefault("description", docstring_of(cls, name))
        return schema
