"""`python -m {{cookiecutter.package_name}}.serve` serves the model that the environment names."""

import sys

from ..ops.artefact import verify
from ..ops.errors import OpsError
from .settings import settings

if __name__ == "__main__":
    try:
        chosen = settings()
        # What was changed is refused at once, not after the server's libraries were loaded.
        verify(chosen.model, chosen.digest)
        from .server import run

        run(chosen)
    except (OpsError, OSError) as fault:
        sys.stderr.write(f"{fault}\n")
        sys.exit(1)
