"""Tests: the result of the last run of the repository's own tests."""

from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

from ..context import Context
from ..errors import OpsError
from ..evidence import at_least, at_most
from .engine import Result


def measure(context: Context, settings: dict[str, Any]) -> Result:
    """Read the report that `make test` leaves."""
    path = context.build / "junit.xml"
    if not path.is_file():
        raise OpsError("there is no report of the tests. Fix: make test.")
    try:
        suites = list(ElementTree.fromstring(path.read_text("utf-8")).iter("testsuite"))  # noqa: S314 # our own file
    except ElementTree.ParseError as fault:
        raise OpsError(f"build/junit.xml can't be read: {fault}. Fix: make test.") from None
    total = {key: sum(int(suite.get(key, 0)) for suite in suites)
             for key in ("tests", "failures", "errors", "skipped")}  # fmt: skip
    age = (datetime.now(UTC).timestamp() - path.stat().st_mtime) / 3600
    done = total["tests"] - total["skipped"]
    checks = [
        at_least("tests_run", done, settings["minimum_tests"]),
        at_most("failures", total["failures"] + total["errors"], 0),
        at_most("age_hours", round(age, 2), settings["maximum_age_hours"]),
    ]
    return Result(checks, {}, "make test", dict(total))
