"""The pipeline for Kubeflow Pipelines: every component is one step and has no logic of its own.

    python pipelines/kfp/training.py [IMAGE] writes training.yaml

In the cluster all steps share the volume of volume.yaml, with a folder for each run. On this machine (see run.py) they
are processes that share a folder.
"""

import os
import sys
from pathlib import Path
from typing import Any

from kfp import compiler, dsl

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import flow  # noqa: E402 - found by the line above

IMAGE = "{{cookiecutter.container_registry}}/{{cookiecutter.repo_slug}}-train@sha256:" + "0" * 64
"""Stands until CI has built an image and names it by its digest."""
CLAIM = "{{cookiecutter.repo_slug}}-pipeline"
"""Volume that steps share, of volume.yaml: the step at the end can't wait for one that is made."""
WAIT = os.environ.get("PIPELINE_RETRY_SECONDS", "30") + "s"
"""How long to wait before a step is tried again."""
BUILD = f"/build/{dsl.PIPELINE_JOB_ID_PLACEHOLDER}"
"""Folder of a run on it."""


def components(image: str) -> tuple[Any, Any]:
    """Return the component that runs a step, and the one that asks whether to train."""

    @dsl.component(base_image=image)
    def step(name: str, command: list, build: str, red: int) -> None:
        import os
        import subprocess
        from pathlib import Path

        # KFP tries again whatever the exit code: a gate that was red says so without a new run.
        mark = Path(build, "red", name)
        if mark.exists():
            raise SystemExit(f"{name}: the gate is red")
        done = subprocess.run(command, env={**os.environ, "BUILD_DIR": build}, check=False)
        if done.returncode == red:
            mark.parent.mkdir(parents=True, exist_ok=True)
            mark.touch()
        if done.returncode:
            raise SystemExit(f"{name} ended with {done.returncode}")

    @dsl.component(base_image=image)
    def wanted(command: list, reason: str, build: str) -> str:
        import os
        import subprocess

        environ = {**os.environ, "BUILD_DIR": build}
        done = subprocess.run([*command, "--reason", reason], env=environ, check=False)
        if done.returncode not in (0, 3):
            raise SystemExit(f"wanted ended with {done.returncode}")
        return "no" if done.returncode else "yes"

    return step, wanted


def pipeline(image: str = IMAGE, local: list[str] | None = None, build: str = BUILD) -> Any:
    """Return the pipeline; `local` is the Python that runs steps on this machine."""
    step, wanted = components(image)

    def call(command: list[str]) -> list[str]:
        return [*(local or command[:1]), *command[1:]]

    def one(name: str, volume: Any) -> Any:
        task = step(name=name, command=call(flow.step(name)), build=build, red=flow.RED)
        task.set_display_name(name).set_caching_options(enable_caching=False)
        task.set_retry(flow.RETRIES, WAIT, 2.0)
        return _mounted(task, volume)

    def way(reason: str, volume: Any) -> None:
        """Wire the steps."""
        first = one(flow.FIRST, volume)
        asked = wanted(command=call(flow.condition("")[:-2]), reason=reason, build=build)
        asked.set_caching_options(enable_caching=False)
        _mounted(asked, volume).after(first)
        with dsl.If(asked.output == "yes"):
            made: dict[str, Any] = {}
            for name, after in flow.AFTER.items():
                made[name] = one(name, volume)
                waits = [made[each] for each in after if each in made]
                if waits:
                    made[name].after(*waits)

    @dsl.pipeline(name=flow.NAME, description="Data to registered model, with every gate")
    def training(reason: str = "manual") -> None:
        volume = None if local else CLAIM
        end = step(name=flow.EXIT, command=call(flow.step(flow.EXIT)), build=build, red=flow.RED)
        end.set_caching_options(enable_caching=False)
        with dsl.ExitHandler(_mounted(end, volume)):
            way(reason, volume)

    return training


def _mounted(task: Any, volume: Any) -> Any:
    if volume is None:
        return task
    from kfp import kubernetes

    kubernetes.mount_pvc(task, pvc_name=volume, mount_path="/build")
    kubernetes.use_config_map_as_env(task, "platform-endpoints", {})
    return task.set_memory_request("1Gi").set_memory_limit("2Gi").set_cpu_request("500m")


def compile_to(path: Path, image: str = IMAGE) -> None:
    """Write the pipeline, the same text each time."""
    compiler.Compiler().compile(pipeline(image), str(path))


if __name__ == "__main__":
    compile_to(HERE / "training.yaml", *sys.argv[1:])
