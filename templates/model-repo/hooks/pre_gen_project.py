"""Refuses answers that can't work, each with one sentence, before anything is written."""

import keyword
import re
import shutil
import sys

ANSWERS = {
    "repo_slug": r"""{{ cookiecutter.repo_slug }}""",
    "package_name": r"""{{ cookiecutter.package_name }}""",
    "owner_team": r"""{{ cookiecutter.owner_team }}""",
    "sensitive_attribute": r"""{{ cookiecutter.sensitive_attribute }}""",
    "container_registry": r"""{{ cookiecutter.container_registry }}""",
}
PATTERNS = {
    "repo_slug": (
        r"[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?",
        "use 1 to 40 lower-case letters, digits and hyphens, starting with a letter",
    ),
    "package_name": (
        r"[a-z][a-z0-9_]{0,39}",
        "use 1 to 40 lower-case letters, digits and underscores, starting with a letter",
    ),
    "owner_team": (
        r"[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?",
        "use 1 to 40 lower-case letters, digits and hyphens, starting with a letter",
    ),
    "sensitive_attribute": (
        r"[a-z][a-z0-9_]{0,39}",
        "use a column name: lower-case letters, digits and underscores",
    ),
    "container_registry": (
        r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?(?:/[a-z0-9][a-z0-9._-]*)*",
        "use a host and an optional path, without https:// and without a tag",
    ),
}
TAKEN = {
    "income", "debt_ratio", "tenure_months", "utilisation", "late_count", "channel", "region",
    "applied_at", "applicant_id", "target",
}
"""Columns of the sample data that can't be the sensitive attribute."""
RESERVED = {"tests", "ops", "serve", "mlflow", "sklearn", "numpy", "pandas", "scipy", "kserve"}
MEGABYTES = 16
"""Room that must be left: several times what is written, before parts are removed again."""


def faults():
    """Yield one sentence for each answer that can't work, and one where there is no room."""
    for name, (pattern, advice) in PATTERNS.items():
        if not re.fullmatch(pattern, ANSWERS[name]):
            yield f"{name}: {ANSWERS[name]!r} can't be used; {advice}."
    package = ANSWERS["package_name"]
    if package in sys.stdlib_module_names or package in RESERVED or keyword.iskeyword(package):
        yield f"package_name: {package!r} is already the name of a Python module; choose another."
    if ANSWERS["sensitive_attribute"] in TAKEN:
        yield (
            f"sensitive_attribute: {ANSWERS['sensitive_attribute']!r} is an input of the model; "
            "name a column that the model does not use."
        )
    # Cookiecutter leaves what it wrote before the disk was full.
    if (room := shutil.disk_usage(".").free // 2**20) < MEGABYTES:
        yield (
            f"The disk has room for {room} MB, and {MEGABYTES} are needed; "
            "make room, or name a folder on another disk."
        )


if found := list(faults()):
    sys.stderr.write("\n".join(found) + "\n")
    sys.exit(1)
