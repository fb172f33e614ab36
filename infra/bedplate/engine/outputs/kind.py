"""One row of the output tables, and how it is filled in for a resource."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from bedplate.engine.outputs.model import Simulated, Subject

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Code: TypeAlias = "Callable[[Subject, str], dict[str, Any]]"
"""Computes what a template can't, from the resource and its identifier."""

CREATED_AT: Final = "2026-01-01T00:00:00Z"
"""Every simulated resource was created at this moment: a clock would make plans differ."""

_NO_REGION: Final = (
    "aws:account/",
    "aws:budgets/",
    "aws:iam/",
    "aws:organizations/",
    "aws:route53/record:",
    "aws:route53/zone",
    "aws:s3/accountPublicAccessBlock:",
)
"""Types that start with these belong to the account as a whole and have no property ``region``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How the outputs of one resource type look.

    Texts are templates. ``{id}``, ``{arn}``, ``{name}``, ``{account}``, ``{region}``,
    ``{partition}`` and ``{suffix}`` (AWS's domain) are filled in; ``{hex}``, ``{hex32}``,
    ``{uuid}`` and ``{letters}`` are derived from the URN, with a word after an underscore for
    another one (``{hex_eni}``); any other word is the input of that name.
    """

    id: str
    """Template of the identifier."""
    arn: str = ""
    """Template of the property ``arn``; empty where the type has none."""
    name_key: str = ""
    """Input with the physical name; the provider makes one up where it is missing."""
    tagged: bool = False
    """Whether the type has ``tags`` and ``tagsAll``."""
    computed: Mapping[str, Any] = field(default_factory=dict)
    """Templates of properties that AWS sets."""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """Templates of inputs that AWS sets where the program does not."""
    code: Code | None = None
    """Computes the rest; a key ``id`` replaces the identifier."""


class Words:
    """Looks up the words of a template for one resource."""

    def __init__(self, subject: Subject, name: str) -> None:
        account = subject.account
        self.subject = subject
        self.fixed = {
            "account": account.account_id,
            "name": name,
            "partition": account.partition,
            "region": subject.region,
            "suffix": account.dns_suffix,
        }

    def __getitem__(self, word: str) -> str:
        """Return the text for one word."""
        if word in self.fixed:
            return self.fixed[word]
        shape, _, salt = word.partition("_")
        if shape == "hex":
            return self.subject.hex(17, salt)
        if shape == "hex32":
            return self.subject.hex(32, salt)
        if shape == "letters":
            return self.subject.letters(17, salt)
        if shape == "uuid":
            return self.subject.uuid(salt)
        return self.subject.text(word, self.fixed["name"])


def fill(kind: Kind, subject: Subject) -> Simulated:
    """Return the identifier and computed properties of a resource of this kind."""
    computed: dict[str, Any] = {}
    name = subject.name
    if kind.name_key:
        name = subject.physical_name(kind.name_key)
        computed[kind.name_key] = subject.inputs.get(kind.name_key, name)
    words = Words(subject, name)
    if kind.arn and "{id}" not in kind.arn:
        words.fixed["arn"] = kind.arn.format_map(words)
    identifier = words.fixed["id"] = kind.id.format_map(words)
    if kind.arn:
        computed["arn"] = kind.arn.format_map(words)
    computed |= {key: render(value, words) for key, value in kind.computed.items()}
    computed |= _missing(subject, render(dict(kind.defaults), words))
    computed |= _common(kind, subject)
    if kind.code is not None:
        computed |= kind.code(subject, identifier)
    return Simulated(computed.pop("id", identifier), computed)


def render(value: Any, words: Words) -> Any:
    """Fill in every template inside a value."""
    if isinstance(value, str):
        return value.format_map(words)
    if isinstance(value, dict):
        return {key: render(item, words) for key, item in value.items()}
    if isinstance(value, list):
        return [render(item, words) for item in value]
    return value


def _missing(subject: Subject, defaults: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in defaults.items() if key not in subject.inputs}


def _common(kind: Kind, subject: Subject) -> dict[str, Any]:
    common: dict[str, Any] = {}
    if not subject.type.startswith(_NO_REGION):
        common["region"] = subject.region
    if kind.tagged:
        tags = subject.inputs.get("tags", {})
        # Tags that are secret or unknown as a whole stay so.
        is_plain = isinstance(tags, dict) and not {"$secret", "$unknown"} & set(tags)
        common["tagsAll"] = {**subject.account.default_tags, **tags} if is_plain else tags
    return common


def regional(service: str, resource: str) -> str:
    """Return the template of a regional ARN."""
    return f"arn:{{partition}}:{service}:{{region}}:{{account}}:{resource}"


def worldwide(service: str, resource: str) -> str:
    """Return the template of an ARN without region."""
    return f"arn:{{partition}}:{service}::{{account}}:{resource}"


def ec2(prefix: str, resource: str, **more: Any) -> Kind:
    """Return the kind of a tagged EC2 resource such as ``vpc-0123…``."""
    values: dict[str, Any] = {
        "id": f"{prefix}-{{hex}}",
        "arn": regional("ec2", f"{resource}/{{id}}"),
        "tagged": True,
    }
    return Kind(**(values | more))


def of_bucket() -> Kind:
    """Return the kind of a setting that belongs to a bucket and is known by its name."""
    return Kind(id="{bucket}")
