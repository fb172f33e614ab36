"""Groups are compared; small ones are not judged, and not forgotten."""

import numpy as np
import pandas as pd
import pytest

from {{cookiecutter.package_name}} import schema
from {{cookiecutter.package_name}}.ops import dataset
from {{cookiecutter.package_name}}.ops.gates import engine, fairness


@pytest.fixture
def settings(offline):
    return offline.config("gates")["gates"]["fairness"] | {"small_slices": "report"}


@pytest.fixture
def labelled(offline):
    rows = dataset.read(offline, "test")
    return rows[schema.TARGET].to_numpy(), rows[schema.SENSITIVE]


def _harmed(truth, groups, group):
    """Return perfect predictions, but for one group that is always treated badly."""
    guess = truth.copy()
    hit = (groups == group).to_numpy()
    worse = truth[hit] + 2 * np.std(truth) if schema.ADVERSE is None else schema.ADVERSE
    guess[hit] = worse
    return guess


def test_the_model_passes_and_shows_each_slice(trained):
    evidence = engine.run("fairness", trained)
    assert evidence.verdict == "pass"
    assert set(evidence.details["slices"]) == {"group_a", "group_b", "group_c"}


def test_a_group_that_is_treated_badly_is_named(labelled, settings):
    truth, groups = labelled
    checks, _details = fairness.compare(truth, _harmed(truth, groups, "group_b"), groups, settings)
    named = {check.where for check in checks if not check.passed}
    assert f"{schema.SENSITIVE}=group_b" in named


def test_a_slice_of_five_rows_is_reported_and_not_judged(labelled, settings):
    truth, groups = labelled
    small = groups.copy()
    small[small == "group_c"] = "group_a"
    small.iloc[:5] = "tiny"
    guess = _harmed(truth, small, "tiny")
    checks, details = fairness.compare(truth, guess, small, settings)
    assert details["not_judged"] == {"tiny": 5}
    assert all(check.passed for check in checks)


def test_a_slice_of_five_rows_blocks_where_it_must(labelled, settings):
    truth, groups = labelled
    groups.iloc[:5] = "tiny"
    strict = settings | {"small_slices": "block"}
    checks, _details = fairness.compare(truth, truth, groups, strict)
    assert [(c.name, c.where, c.value) for c in checks if not c.passed] == [
        ("slice_rows", f"{schema.SENSITIVE}=tiny", 5.0)
    ]


def test_one_slice_alone_shows_nothing_and_fails(labelled, settings):
    truth, groups = labelled
    checks, _details = fairness.compare(truth, truth, groups.map(lambda _g: "all"), settings)
    assert [check.name for check in checks if not check.passed] == ["slices_judged"]


def test_people_without_a_group_are_a_group(labelled, settings):
    truth, groups = labelled
    groups[groups == "group_c"] = None
    _checks, details = fairness.compare(truth, truth, pd.Series(groups), settings)
    assert set(details["slices"]) == {"group_a", "group_b", "unknown"}


def test_the_model_never_sees_the_sensitive_attribute():
    assert schema.SENSITIVE not in schema.INPUTS
