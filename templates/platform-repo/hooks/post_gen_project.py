"""Removes what the answers did not ask for."""

import shutil
from pathlib import Path

BLUEPRINT = "{{ cookiecutter.blueprint }}"
CI = "{{ cookiecutter.ci }}"

# One team tries the platform: the blueprint knows neither staging nor production.
if BLUEPRINT == "starter":
    for name in ("staging", "prod"):
        Path("stacks", f"{name}.yaml").unlink()
if CI == "gitlab":
    shutil.rmtree(".github")
else:
    Path(".gitlab-ci.yml").unlink()
