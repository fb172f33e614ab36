"""Run the DAG once on this machine, without a scheduler: `make pipeline` and the tests use it.

    python pipelines/airflow/run.py [--reason manual]

It makes Airflow's database in AIRFLOW_HOME, prints the state of every task and ends with 1 if the
run failed.
"""

import argparse
import hashlib
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent


def prepare() -> None:
    """Make the database and tell it the DAG: `dag.test` needs both. Once for the same DAG."""
    os.environ.setdefault("AIRFLOW__CORE__DAGS_FOLDER", str(HERE))
    os.environ.setdefault("AIRFLOW__CORE__LOAD_EXAMPLES", "false")
    os.environ.setdefault("AIRFLOW__USAGE_DATA_COLLECTION__ENABLED", "false")
    known = Path(os.environ.get("AIRFLOW_HOME", "~/airflow")).expanduser() / "prepared"
    sources = b"".join(
        path.read_bytes() for path in (HERE / "training.py", HERE.parent / "flow.py")
    )
    state = hashlib.sha256(sys.version.encode() + sources).hexdigest()
    if known.is_file() and known.read_text("utf-8") == state:
        return
    for command in (["db", "migrate"], ["dags", "reserialize"]):
        call = [sys.executable, "-m", "airflow", *command]
        done = subprocess.run(call, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"airflow {' '.join(command)}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    known.write_text(state, "utf-8")


def load() -> Any:
    """Return the DAG of the file beside this one."""
    spec = importlib.util.spec_from_file_location("training", HERE / "training.py")
    if spec is None or spec.loader is None:
        sys.exit("training.py can't be read")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.dag


def main() -> int:
    """Run it once."""
    parser = argparse.ArgumentParser(description="Run the DAG once.")
    parser.add_argument("--reason", default="manual")
    given = parser.parse_args()
    prepare()
    run = load().test(run_conf={"reason": given.reason})
    states = {task.task_id: str(task.state) for task in run.get_task_instances()}
    tries = {task.task_id: task.try_number for task in run.get_task_instances()}
    print("\n" + json.dumps({"state": str(run.state), "tasks": states, "tries": tries}))
    return 0 if str(run.state) == "success" else 1


if __name__ == "__main__":
    sys.exit(main())
