"""Features are computed from the row alone, and the same way for one row and for many."""

import pandas as pd

from {{cookiecutter.package_name}} import data, features, schema


def _rows():
    return data.people(data.CURRENT, 3)


def test_every_feature_is_there():
    assert list(features.derive(_rows()).columns) == list(features.FEATURES)


def test_a_row_has_the_same_features_alone_and_among_others():
    rows = _rows()
    alone = pd.concat([features.derive(rows.iloc[[n]]) for n in range(5)])
    pd.testing.assert_frame_equal(alone, features.derive(rows).iloc[:5])


def test_the_input_is_left_as_it_was():
    rows = _rows()
    before = rows.copy()
    features.derive(rows)
    pd.testing.assert_frame_equal(rows, before)


def test_burden_is_debt_times_use():
    row = _rows().iloc[[0]].assign(debt_ratio=0.5, utilisation=0.4)
    assert features.derive(row)["burden"].iloc[0] == 0.2


def test_the_target_and_the_sensitive_attribute_are_no_features():
    assert not {schema.TARGET, schema.SENSITIVE, schema.KEY} & set(features.FEATURES)
