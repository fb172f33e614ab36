"""Tests: the result of the last run of the repository's own tests."""

from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

from ..context import Context
from ..digest import of_tree
from ..errors import OpsError
from ..evidence import at_least, at_most, same
from .engine import Result

SOURCES = ("src", "tests", "config"{% if cookiecutter.feature_store == "feast" %}, "feature_repo"{% endif %})
"""Folders whose change makes an earlier result worthless."""


def measure(context: Context, settings: dict[str, Any]) -> Result:
    """Read the report that `make test` leaves."""
    path = context.build / "junit.xml"
    if not path.is_file():
        raise OpsError("there is no report of the tests. Fix: make test.")
    try:
        report = ElementTree.fromstring(path.read_text("utf-8"))  # noqa: S314 # our own file
    except ElementTree.ParseError as fault:
        raise OpsError(f"build/junit.xml can't be read: {fault}. Fix: make test.") from None
    suites = list(report.iter("testsuite"))
    total = {
        key: sum(int(suite.get(key, 0)) for suite in suites)
        for key in ("tests", "failures", "errors", "skipped")
    }
    tested = {each.get("name"): each.get("value", "") for each in report.iter("property")}
    age = (datetime.now(UTC).timestamp() - path.stat().st_mtime) / 3600
    checks = [
        at_least("tests_run", total["tests"] - total["skipped"], settings["minimum_tests"]),
        at_most("failures", total["failures"] + total["errors"], 0),
        at_most("age_hours", round(age, 2), settings["maximum_age_hours"]),
        same("sources", tested.get("sources") or "unknown", of_tree(context.root, SOURCES)),
    ]
    return Result(checks, {}, "make test", dict(total))
