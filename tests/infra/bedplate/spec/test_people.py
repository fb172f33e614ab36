"""Names that can't be told apart are one person's; names that can be are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedplate.spec.people import name_fault, same_person

MIXED = "'L\\u0430yla' mixes the alphabets Cyrillic and Latin: it may look like another name"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Layla Haddad", "layla  HADDAD"),
        ("Layla Haddad", "L\u0430yl\u0430 H\u0430dd\u0430d"),
        ("Omar", "\u039fmar"),
        ("Ali", "AIi"),
        ("Layla Haddad", "LayIa haddad"),
        ("Layla", "\uff2cayla"),
        ("Layla Haddad", "Layla Haddad\ufe0f"),
        ("Layla Haddad", "Lay\u034fla Haddad\u200b"),
    ],
)
def test_one_person_in_two_ways(one: str, other: str) -> None:
    """Case, space, Cyrillic, Greek, an I for an l, full width."""
    assert same_person(one, other)
    assert same_person(other, one)


@pytest.mark.parametrize(
    ("one", "other"), [("Ian Lee", "Lan Lee"), ("Omar", "Umar"), ("José", "Jose"), ("Иван", "Ivan")]
)
def test_other_people(one: str, other: str) -> None:
    """What can be told apart by eye is two people."""
    assert not same_person(one, other)


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("L\u0430yla", (MIXED, "write it in one alphabet")),
        ("Omar\u202e", ("'Omar\\u202e' holds a character that can't be seen",
                        "type the name anew")),
        ("Omar\ufe0f", ("'Omar\\ufe0f' holds a character that can't be seen",
                        "type the name anew")),
        ("Omar\u2800", ("'Omar\\u2800' holds a character that can't be seen",
                        "type the name anew")),
        ("Omar\nRahman", ("'Omar\\nRahman' holds a character that can't be seen",
                          "type the name anew")),
        ("Jose\u0301", ("'Jose\\u0301' is written in an unusual way", "write it as 'Jos\\xe9'")),
        ("John Smith-O'Neill Jr. 2", None),
        ("\u0644\u064a\u0644\u0649 \u062d\u062f\u0627\u062f", None),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_name(name: str, fault: tuple[str, str] | None) -> None:
    """Told with escapes, so that it can be seen."""
    assert name_fault(name) == fault


@given(st.text(max_size=20))
def test_any_text_has_an_answer(text: str) -> None:
    """Whatever it is, there is no exception, and nobody is another person than oneself."""
    name_fault(text)

    assert same_person(text, text)
    assert same_person(text, f" {text.upper().lower()} ") or text.upper().lower() != text
