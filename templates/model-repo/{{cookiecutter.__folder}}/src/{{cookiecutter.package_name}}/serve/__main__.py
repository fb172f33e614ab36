"""`python -m {{cookiecutter.package_name}}.serve` serves the model that the environment names."""

import sys

from ..ops.errors import OpsError
from .server import run, settings

if __name__ == "__main__":
    try:
        run(settings())
    except (OpsError, OSError) as fault:
        sys.stderr.write(f"{fault}\n")
        sys.exit(1)
