"""Every kind of promise is kept, and a broken one is named with column, rule and rows."""

import pytest

from {{cookiecutter.package_name}} import schema
from {{cookiecutter.package_name}}.ops import contract, dataset
from {{cookiecutter.package_name}}.ops.errors import UsageError
from {{cookiecutter.package_name}}.ops.gates import data_quality, engine


@pytest.fixture
def promised(offline):
    return contract.load(offline.root / "data" / "contract.yaml")


@pytest.fixture
def rows(offline):
    return dataset.read(offline, "train")


def test_clean_rows_keep_every_promise(rows, promised):
    assert contract.breaches(rows, promised) == []


@pytest.mark.parametrize("part", dataset.PARTS)
def test_each_column_of_the_data_is_promised(offline, promised, part):
    names = [each["name"] for each in contract.columns(promised)]
    assert list(dataset.read(offline, part).columns) == names


def _drop(frame):
    return frame.drop(columns=schema.NUMERIC[0])


def _add(frame):
    return frame.assign(surprise=1)


def _empty(frame):
    frame.loc[frame.index[:3], schema.NUMERIC[0]] = None
    return frame


def _negative(frame):
    frame.loc[frame.index[0], schema.NUMERIC[1]] = -0.1
    return frame


def _units(frame):
    # Per cent instead of a share.
    frame[schema.NUMERIC[1]] *= 100
    return frame


def _category(frame):
    frame.loc[frame.index[0], schema.CATEGORICAL[0]] = "pigeon"
    return frame


def _duplicate(frame):
    frame.loc[frame.index[1], schema.KEY] = frame.loc[frame.index[0], schema.KEY]
    return frame


def _text(frame):
    frame[schema.NUMERIC[0]] = frame[schema.NUMERIC[0]].astype(str)
    return frame


def _date(frame):
    frame.loc[frame.index[0], schema.TIME] = "01/02/2024"
    return frame


@pytest.mark.parametrize(
    ("spoil", "column", "count"),
    [
        (_drop, schema.NUMERIC[0], 1),
        (_add, "surprise", 1),
        (_empty, schema.NUMERIC[0], 3),
        (_negative, schema.NUMERIC[1], 1),
        (_units, schema.NUMERIC[1], None),
        (_category, schema.CATEGORICAL[0], 1),
        (_duplicate, schema.KEY, 2),
        (_text, schema.NUMERIC[0], None),
        (_date, schema.TIME, 1),
    ],
)
def test_a_broken_promise_is_named(rows, promised, spoil, column, count):
    found = contract.breaches(spoil(rows), promised)
    assert {each.column for each in found} == {column}
    assert count is None or found[0].rows == count


def test_the_gate_turns_red_for_an_empty_batch(fresh):
    dataset.write(fresh, "current", dataset.read(fresh, "current")[:0])
    dataset.record(fresh)
    evidence = engine.run("data_quality", fresh)
    assert evidence.blocks
    assert ("rows", "current") in {(check.name, check.where) for check in evidence.failures()}


def test_rows_that_changed_after_they_were_recorded_are_refused(fresh):
    dataset.write(fresh, "train", dataset.read(fresh, "train")[1:])
    evidence = engine.run("data_quality", fresh)
    assert [check.note for check in evidence.failures()] == [
        "data/train.csv was changed after the step `data` recorded it. Fix: run it again."
    ]


def test_an_input_that_is_the_target_scores_nearly_one(rows):
    target = rows[schema.TARGET]
    leaked = target.astype("category").cat.codes.astype(float)
    assert data_quality.score(leaked, target) > 0.97
    assert data_quality.score(rows[schema.NUMERIC[1]], target) < 0.6


def test_a_row_in_both_parts_is_found(rows):
    assert data_quality.overlap(rows, rows[:4])[0].value == 4
    assert not data_quality.overlap(rows, rows[:4])[0].passed


def test_test_rows_are_never_older_than_training_rows(offline):
    train, test = dataset.read(offline, "train"), dataset.read(offline, "test")
    assert train[schema.TIME].max() <= test[schema.TIME].min()
    assert not set(train[schema.KEY]) & set(test[schema.KEY])


@pytest.mark.parametrize(
    ("old", "new"),
    [("kind: DataContract", "kind: Letter"), ("logicalType: date", "logicalType: moon")],
)
def test_a_contract_that_the_gate_would_have_to_ignore_is_refused(offline, tmp_path, old, new):
    text = (offline.root / "data" / "contract.yaml").read_text("utf-8")
    (tmp_path / "contract.yaml").write_text(text.replace(old, new), "utf-8")
    with pytest.raises(UsageError, match=r"^data/contract\.yaml: "):
        contract.load(tmp_path / "contract.yaml")
