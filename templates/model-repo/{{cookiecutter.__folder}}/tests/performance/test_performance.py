"""The floor holds for every model, the champion for every challenger, on the same held-out rows."""

import importlib
import shutil

import numpy as np
import pytest
from sklearn import metrics as sk

from {{cookiecutter.package_name}} import schema
from {{cookiecutter.package_name}}.ops import artefact, dataset, digest, train
from {{cookiecutter.package_name}}.ops.errors import UsageError
from {{cookiecutter.package_name}}.ops.gates import engine, performance
from {{cookiecutter.package_name}}.ops.metrics import intervals, metric

HOW = {"metric": "m", "floor": 0.5, "maximum_loss": 0.01, "confidence": 0.95, "resamples": 200}


def test_the_model_passes_and_says_how_sure_the_number_is(trained):
    evidence = engine.run("performance", trained)
    low, high = evidence.details["interval"]
    assert evidence.verdict == "pass"
    assert low < evidence.details["value"] < high
    assert evidence.details["rows"] == len(dataset.read(trained, "test"))


def test_a_model_of_shuffled_labels_stays_below_the_floor(fresh):
    rows = dataset.read(fresh, "train")
    rows[schema.TARGET] = np.random.default_rng(0).permutation(rows[schema.TARGET].to_numpy())
    dataset.write(fresh, "train", rows)
    dataset.record(fresh)
    train.train(fresh)
    evidence = engine.run("performance", fresh)
    assert evidence.blocks
    assert evidence.failures()[0].where == "test"
    # There is no champion: the floor alone decides about a first model.
    assert evidence.details["champion"] is None


def test_the_same_model_is_no_worse_than_itself(offline):
    opened = artefact.open_model(offline.model)
    rows = dataset.read(offline, "test")
    scores, truth = opened.scores(rows), rows[schema.TARGET].to_numpy()
    settings = offline.config("gates")["gates"]["performance"]
    asked = metric(settings["metric"], schema.CLASSES)
    classes = np.array([] if schema.CLASSES is None else schema.CLASSES)
    each, difference = intervals(asked, truth, [scores, scores], classes, HOW, 1)
    assert difference == (0.0, 0.0)
    assert each[0] == each[1]


@pytest.mark.parametrize(
    ("low", "high", "passed"), [(0.0, 0.0, True), (-0.009, 0.2, True), (-0.011, 0.2, False)]
)
def test_the_lower_end_of_the_interval_decides(low, high, passed):
    assert performance.champion_check(HOW, [0.8, 0.8], (low, high)).passed is passed


def test_few_rows_make_the_interval_wide():
    rng = np.random.default_rng(3)
    truth = rng.normal(size=4000)
    guess = truth + rng.normal(0, 0.5, 4000)
    asked, none = metric("r2", None), np.array([])
    (few,), _ = intervals(asked, truth[:60], [guess[:60]], none, HOW, 1)
    (many,), _ = intervals(asked, truth, [guess], none, HOW, 1)
    assert few[1] - few[0] > 3 * (many[1] - many[0])


def test_a_metric_that_does_not_fit_the_problem_is_refused():
    with pytest.raises(UsageError, match="does not fit this problem"):
        metric("r2", (0, 1))
    with pytest.raises(UsageError, match="does not fit this problem"):
        metric("roc_auc", None)


def test_the_same_seed_gives_the_same_artefact(offline, fresh):
    assert train.train(fresh).digest == artefact.open_model(offline.model).digest


def test_a_new_model_is_no_longer_the_registered_one(released, fresh):
    shutil.copy(released.registration, fresh.registration)
    train.train(fresh)
    assert fresh.registration.is_file()  # it is the very same
    other = {**digest.read_json(fresh.registration), "digest": "sha256:0"}
    digest.write_json(fresh.registration, other)
    train.train(fresh)
    assert not fresh.registration.is_file()
    assert not engine.run("security", fresh).blocks


def test_another_seed_of_the_data_is_another_dataset():
    data = importlib.import_module("{{cookiecutter.package_name}}.data")
    first, again = data.people(data.CURRENT, 1), data.people(data.CURRENT, 1)
    assert first.equals(again)
    assert not first.equals(data.people(data.CURRENT, 2))


@pytest.mark.parametrize("count", [2, 3])
def test_metrics_are_those_of_scikit_learn(count):
    rng = np.random.default_rng(9)
    classes = np.array(["a", "b", "c"][:count])
    scores = rng.dirichlet(np.ones(count), 300).round(2)  # rounded, so that there are ties
    truth = np.where(
        rng.random(300) < 0.6, classes[scores.argmax(axis=1)], rng.choice(classes, 300)
    )
    guess = classes[scores.argmax(axis=1)]
    shown = scores[:, 1] if count == 2 else scores / scores.sum(axis=1, keepdims=True)
    given = truth == "b" if count == 2 else truth
    expected = {
        "balanced_accuracy": sk.balanced_accuracy_score(truth, guess),
        "f1_macro": sk.f1_score(truth, guess, average="macro"),
        "accuracy": sk.accuracy_score(truth, guess),
        "roc_auc": sk.roc_auc_score(given, shown, multi_class="ovr"),
    }
    for name, value in expected.items():
        assert metric(name, classes)(truth, scores, classes) == pytest.approx(value, abs=2e-3)


def test_metrics_of_numbers_are_those_of_scikit_learn():
    rng = np.random.default_rng(9)
    truth = rng.normal(size=200)
    guess = truth + rng.normal(size=200)
    none = np.array([])
    assert metric("r2", None)(truth, guess, none) == pytest.approx(sk.r2_score(truth, guess))
    mae = sk.mean_absolute_error(truth, guess)
    assert metric("negative_mae", None)(truth, guess, none) == pytest.approx(-mae)
