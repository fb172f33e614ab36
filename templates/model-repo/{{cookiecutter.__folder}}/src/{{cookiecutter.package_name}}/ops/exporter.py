"""Gives Prometheus what the monitor measured: `python -m {{cookiecutter.package_name}}.ops.exporter`.

Every name is used by a rule or a diagram in `monitoring/`, and tests hold both together.
"""

import argparse
import sys
import time
from collections.abc import Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Gauge, start_http_server

from .. import schema
from . import retrain
from .context import Context, here, now
from .errors import OpsError

_VERSION = ("model", "version")
GAUGES = {
    "accuracy": ("Metric of the performance gate, on labels that came back", _VERSION),
    "accuracy_at_registration": ("The same metric when the version was registered", _VERSION),
    "labels": ("Labels behind the accuracy", _VERSION),
    "predictions": ("Predictions in the log", _VERSION),
    "feedback_unmatched": ("Feedback that belongs to no prediction", _VERSION),
    "rating": ("Mean rating, 1 to 5", _VERSION),
    "ratings": ("Ratings behind the mean", _VERSION),
    "drift_psi": ("Population stability index against training", (*_VERSION, "feature")),
    "fairness_difference": ("Largest difference between groups", (*_VERSION, "attribute")),
    "monitor_timestamp_seconds": ("When the monitor last measured", _VERSION),
    "retraining_budget": ("Retraining runs that the month leaves", ("model",)),
}
"""What is exported: name after `bedplate_model_`, help, labels."""


class Exporter:
    """Gauges that follow the monitor's reports."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._gauges = {
            name: Gauge(f"bedplate_model_{name}", text, labels, registry=self.registry)
            for name, (text, labels) in GAUGES.items()
        }

    def show(self, model: str, report: Mapping[str, Any], budget: int) -> None:
        """Show a report. What it did not measure is shown by nothing, not by an old number."""
        for gauge in self._gauges.values():
            gauge.clear()
        labels = {"model": model, "version": report["model_version"]}
        measured, feedback = report["performance"], report["feedback"]
        numbers = {
            "accuracy": measured["value"],
            "accuracy_at_registration": measured["at_registration"],
            "labels": measured["rows"],
            "predictions": feedback["predicted"],
            "feedback_unmatched": feedback["unmatched"],
            "rating": feedback["mean"],
            "ratings": feedback["ratings"],
            "monitor_timestamp_seconds": time.time(),
        }
        for name, value in numbers.items():
            if value is not None:
                self._gauges[name].labels(**labels).set(value)
        for feature, psi in report["drift"].items():
            self._gauges["drift_psi"].labels(**labels, feature=feature).set(psi)
        differences = [value for value in report["fairness"].values() if value is not None]
        if differences:
            gauge = self._gauges["fairness_difference"]
            gauge.labels(**labels, attribute=schema.SENSITIVE).set(max(differences))
        self._gauges["retraining_budget"].labels(model=model).set(budget)

    def measure(self, context: Context) -> None:
        """Run the monitor and show what it found."""
        from . import dataset, monitor

        if not (context.data / dataset.MANIFEST).is_file():
            dataset.make(context)  # a fresh pod has none
        report = monitor.monitor(context)
        policy = retrain.Policy.read(context.root / "config" / "retraining.yaml")
        runs = retrain.read_runs(context.build / "monitor" / "runs.jsonl")
        self.show(context.name(), report, retrain.budget_left(runs, policy, now()))


def main(arguments: list[str] | None = None) -> int:
    """Serve the metrics, and measure again and again."""
    parser = argparse.ArgumentParser(prog="exporter", description="Export what is monitored.")
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--every", type=float, default=900, help="seconds between measurements")
    parser.add_argument("--times", type=int, default=0, help="end after so many; 0 never ends")
    given = parser.parse_args(arguments)
    exporter, count = Exporter(), 0
    start_http_server(given.port, registry=exporter.registry)
    while True:
        try:
            exporter.measure(here(caller="schedule"))
        except OpsError as fault:
            # The timestamp stands still, and the alert MonitorStands tells.
            sys.stderr.write(f"{fault}\n")
        count += 1
        if count == given.times:
            return 0
        time.sleep(given.every)


if __name__ == "__main__":
    sys.exit(main())
