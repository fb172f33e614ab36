"""Loads of each AWS service only the modules that a program names.

`pulumi_aws` loads a service when it is first named, but then whole: `aws.ec2.Vpc` loads 180
modules, and the services of a platform take longer to load than their resources to simulate. Each
class of a service lives in a module that bears its name, as Pulumi's generator for Python lays it
out, so that one can be loaded without the others. What is not found so is looked for as Pulumi
does: the service is loaded whole.
"""

from __future__ import annotations

import importlib
import re
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

SDK: Final = "pulumi_aws"
"""The package whose services are loaded in parts."""
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class _ServiceLoader(SourceFileLoader):
    """Loads a service's modules as their names are asked for."""

    def exec_module(self, module: ModuleType) -> None:
        """Leave the package empty, but able to find what it would have held."""
        folder = Path(self.path).parent

        def load_whole() -> None:
            module.__dict__.pop("__getattr__", None)
            module.__dict__.pop("__dir__", None)
            super(_ServiceLoader, self).exec_module(module)

        def find(name: str) -> Any:
            for stem in _modules(name):
                if (folder / f"{stem}.py").is_file():
                    part = importlib.import_module(f"{module.__name__}.{stem}")
                    # A function such as `get_ami` bears its module's name and goes before it.
                    setattr(module, stem, getattr(part, stem, part))
                    if stem != name and hasattr(part, name):
                        setattr(module, name, getattr(part, name))
                    if name in module.__dict__:
                        return module.__dict__[name]
            load_whole()  # `from pulumi_aws.ec2 import *` asks for `__all__` first, and ends here
            return getattr(module, name)

        def names() -> list[str]:
            load_whole()
            return dir(module)

        module.__dict__.update(__getattr__=find, __dir__=names)


def load_services_in_parts() -> None:
    """Load in parts what is imported of the SDK but not loaded yet.

    The SDK's own lazy modules keep the loader of the real one until somebody names an attribute.
    Services that were loaded before, or in another way, stay as they are.
    """
    for name, module in tuple(sys.modules.items()):
        if name.rpartition(".")[0] != SDK or type(module) is ModuleType:
            continue
        # Asked of the class: asking the module itself would load it.
        spec = ModuleType.__getattribute__(module, "__spec__")
        if type(spec.loader) is SourceFileLoader and spec.submodule_search_locations:
            spec.loader = _ServiceLoader(name, spec.origin)


def _modules(name: str) -> Iterator[str]:
    """Give the modules that may hold a name, the likeliest first.

    `outputs` is a module itself; `VpcArgs` lives beside `Vpc` in `vpc`, `get_ami_output` beside
    `get_ami`; other arguments, and the dictionaries that may stand for them, are in `_inputs`.
    """
    yield name
    low = _WORDS.sub("_", name).lower()
    yield low
    yield low.removesuffix("_args")
    yield low.removesuffix("_output")
    if name.endswith(("Args", "ArgsDict")):
        yield "_inputs"
