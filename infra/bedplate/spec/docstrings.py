"""What a section's source says of its fields, in the string below each.

Pydantic reads it too, but of every section and whenever the models load, which takes a quarter of
that time. Only a schema, a reference page or an error's advice shows it.
"""

from __future__ import annotations

import ast
import inspect
import sys
from functools import cache
from itertools import pairwise
from pathlib import Path


def docstring_of(model: type, field: str) -> str:
    """Return what stands below a field of a class, or of one it inherits from; "" for nothing."""
    for owner in model.__mro__:
        found = _in_module(owner.__module__).get((owner.__qualname__, field))
        if found is not None:
            return found
    return ""


@cache
def _in_module(name: str) -> dict[tuple[str, str], str]:
    """Return the docstring of each field in a module, by class and field."""
    file = getattr(sys.modules[name], "__file__", None)
    if file is None:  # built into Python
        return {}
    tree = ast.parse(Path(file).read_text("utf-8"))
    return {
        (owner.name, field.target.id): inspect.cleandoc(text.value.value)
        for owner in tree.body
        if isinstance(owner, ast.ClassDef)
        for field, text in pairwise(owner.body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }
