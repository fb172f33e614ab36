"""What Prometheus gets is what the monitor measured."""

from typing import Any

from {{cookiecutter.package_name}} import schema
from {{cookiecutter.package_name}}.ops.exporter import Exporter

REPORT: dict[str, Any] = {
    "model_version": "3",
    "drift": {"income": 0.31, "region": 0.02},
    "fairness": {"selection_rate_difference": 0.05, "true_positive_rate_difference": 0.2},
    "performance": {"value": 0.81, "at_registration": 0.9, "rows": 240},
    "feedback": {"predicted": 1000, "unmatched": 2, "mean": 4.1, "ratings": 30},
}
LABELS = {"model": "m", "version": "3"}


def test_every_number_of_the_report_is_shown() -> None:
    exporter = Exporter()
    exporter.show("m", REPORT, 4)

    def value(name: str, **more: str) -> float | None:
        return exporter.registry.get_sample_value(f"bedplate_model_{name}", LABELS | more)

    assert value("accuracy") == 0.81
    assert value("accuracy_at_registration") == 0.9
    assert value("labels") == 240
    assert value("predictions") == 1000
    assert value("feedback_unmatched") == 2
    assert (value("rating"), value("ratings")) == (4.1, 30)
    assert value("drift_psi", feature="income") == 0.31
    assert value("fairness_difference", attribute=schema.SENSITIVE) == 0.2
    assert exporter.registry.get_sample_value(
        "bedplate_model_retraining_budget", {"model": "m"}) == 4  # fmt: skip


def test_what_is_not_measured_any_more_is_not_shown() -> None:
    exporter = Exporter()
    exporter.show("m", REPORT, 4)
    none = REPORT["performance"] | {"value": None}
    exporter.show("m", REPORT | {"performance": none, "fairness": {}, "model_version": "4"}, 4)

    text = [sample.name for family in exporter.registry.collect() for sample in family.samples]
    assert "bedplate_model_accuracy" not in text
    assert "bedplate_model_fairness_difference" not in text
    old = exporter.registry.get_sample_value("bedplate_model_labels", LABELS)
    assert old is None
