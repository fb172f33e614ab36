"""Feedback is joined to what was predicted, and to nothing else."""

from typing import Any

from {{cookiecutter.package_name}} import schema
from {{cookiecutter.package_name}}.ops.truth import join

LABEL: Any = 10.0 if schema.CLASSES is None else schema.CLASSES[0]


def predicted(identifier: str, row: int = 0, version: str = "3") -> dict[str, Any]:
    """Return a record of a prediction."""
    width = None if schema.CLASSES is None else [1.0] + [0.0] * (len(schema.CLASSES) - 1)
    return {"kind": "prediction", "id": identifier, "row": row, "version": version,
            "prediction": LABEL, "probability": width}  # fmt: skip


def said(identifier: str, row: int = 0, **what: Any) -> dict[str, Any]:
    """Return a record of feedback."""
    nothing = {"label": None, "rating": None, "group": None}
    return {"kind": "feedback", "id": identifier, "row": row, **nothing, **what}


def test_labels_are_joined_by_prediction_and_row() -> None:
    back = join([predicted("a"), predicted("a", 1), said("a", 1, label=LABEL, group="group_a")])

    assert back.labels == [LABEL]
    assert back.predictions == [LABEL]
    assert back.groups == ["group_a"]
    assert list(back.truth()) == [LABEL]
    assert (back.predicted, back.unmatched) == (2, 0)


def test_the_last_word_is_true() -> None:
    records = [predicted("a"), said("a", rating=1), said("a", rating=5)]

    assert join(records).ratings == [5]


def test_feedback_for_no_prediction_is_counted_apart() -> None:
    back = join([predicted("a"), said("forged", label=LABEL, rating=1), said("a", 7, rating=1)])

    assert (back.labels, back.ratings, back.unmatched) == ([], [], 2)
    assert back.mean_rating() is None


def test_another_version_is_left_out() -> None:
    records = [
        predicted("a", version="2"),
        predicted("b"),
        said("a", rating=1),
        said("b", rating=4),
    ]

    back = join(records, "3")

    assert (back.ratings, back.mean_rating(), back.predicted) == ([4], 4.0, 1)


def test_a_label_as_text_is_the_same_label() -> None:
    back = join([predicted("a"), said("a", label=str(LABEL))])

    assert list(back.truth()) == [LABEL]
