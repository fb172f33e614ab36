"""Small moves pass, large ones do not, and odd samples give a verdict and no crash."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats as scipy_stats

from {{cookiecutter.package_name}} import schema
from {{cookiecutter.package_name}}.ops import dataset, stats
from {{cookiecutter.package_name}}.ops.gates import drift, engine

NUMBER, TEXT = schema.NUMERIC[0], schema.CATEGORICAL[0]


@pytest.fixture
def settings(offline):
    return offline.config("gates")["gates"]["drift"]


@pytest.fixture
def rows(offline):
    return dataset.read(offline, "train")


def _red(rows, current, settings, column):
    found = stats.compare(rows, current, [column])
    return {check.name for check in drift.judge(found, settings) if not check.passed}


@pytest.mark.parametrize("moved", [0.0, 0.1])
def test_a_tenth_of_a_deviation_passes(rows, settings, moved):
    current = rows.assign(**{NUMBER: rows[NUMBER] + moved * rows[NUMBER].std()})
    assert _red(rows, current, settings, NUMBER) == set()


def test_a_whole_deviation_is_red(rows, settings):
    current = rows.assign(**{NUMBER: rows[NUMBER] + rows[NUMBER].std()})
    assert _red(rows, current, settings, NUMBER) >= {"psi", "js", "ks"}


def test_categories_that_changed_places_are_red(rows, settings):
    names = sorted(rows[TEXT].unique())
    turned = dict(zip(names, [*names[1:], names[0]], strict=True))
    current = rows.assign(**{TEXT: rows[TEXT].map(turned)})
    assert _red(rows, current, settings, TEXT) >= {"psi", "chi2"}


def test_a_new_category_is_red(rows, settings):
    current = rows.copy()
    current.loc[current.index[:2000], TEXT] = "new"
    assert _red(rows, current, settings, TEXT) >= {"psi", "chi2"}


def test_missing_values_that_were_never_there_are_red(rows, settings):
    current = rows.copy()
    current.loc[current.index[:2000], NUMBER] = np.nan
    assert "psi" in _red(rows, current, settings, NUMBER)


def test_a_column_that_is_all_missing_is_red(rows, settings):
    assert "ks" in _red(rows, rows.assign(**{NUMBER: np.nan}), settings, NUMBER)


def test_an_empty_batch_fails_without_a_crash(trained):
    dataset.write(trained, "current", dataset.read(trained, "current")[:0])
    dataset.record(trained)
    evidence = engine.run("drift", trained)
    assert [check.name for check in evidence.failures()] == ["rows"]


def test_psi_is_the_number_of_the_textbook():
    old, new = np.array([0.5, 0.5]), np.array([0.6, 0.4])
    assert stats.psi(old, new) == pytest.approx(0.1 * np.log(1.2) - 0.1 * np.log(0.8))
    assert stats.psi(old, old) == 0


def test_js_is_between_nothing_and_one():
    assert stats.js(np.array([1.0, 0.0]), np.array([0.0, 1.0])) == pytest.approx(1)
    assert stats.js(np.array([0.3, 0.7]), np.array([0.3, 0.7])) == pytest.approx(0)


def test_tests_agree_with_scipy():
    rng = np.random.default_rng(5)
    one, two = pd.Series(rng.normal(size=500)), pd.Series(rng.normal(0.3, 1, 400))
    expected = scipy_stats.ks_2samp(one, two, method="asymp")
    assert stats.kolmogorov_smirnov(one, two) == (expected.statistic, expected.pvalue)


def test_a_constant_column_does_not_drift():
    same = pd.Series([3.0] * 300)
    (found,) = stats.compare(same.to_frame("c"), same.to_frame("c"), ["c"])
    assert (found.psi, found.effect) == (0, 0)
