"""Run the pipeline once on this machine, by KFP's own local runner.

    python pipelines/kfp/run.py BUILD_DIR [--reason manual]

MODEL_PYTHON is the Python that runs steps.
"""

import argparse
import os
import shutil
import sys
from pathlib import Path

from kfp import local

sys.path.insert(0, str(Path(__file__).resolve().parent))
from training import pipeline  # noqa: E402 - found by the line above


def main() -> int:
    """Run it once."""
    parser = argparse.ArgumentParser(description="Run the pipeline once.")
    parser.add_argument("build", type=Path)
    parser.add_argument("--reason", default="manual")
    given = parser.parse_args()
    shutil.rmtree(given.build / "red", ignore_errors=True)  # of a run before this one
    local.init(local.SubprocessRunner(use_venv=False), pipeline_root=str(given.build / "kfp"))
    python = [os.environ.get("MODEL_PYTHON", "python")]
    training = pipeline(local=python, build=str(given.build))
    try:
        training(reason=given.reason)
    except RuntimeError as fault:
        sys.stderr.write(f"{fault}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
