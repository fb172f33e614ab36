"""Names of people in the record: which can be told apart by eye, and which can't be used.

Who reads a name in a record must be able to trust that it is the one that is listed. So a name is
of one alphabet, holds nothing that can't be seen, and looks like no other name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from unicodedata import category, normalize
from unicodedata import name as name_of

if TYPE_CHECKING:
    from collections.abc import Iterable

_LOOKS_LIKE: Final = str.maketrans(
    # Cyrillic, Greek and Armenian letters, and rare Latin ones, that look like a Latin letter
    # (Unicode's confusables.txt, UTS 39).
    "авеԁһіӏјкмнорԛѕтухѡԝүАВЕԌНІЈКМНОРԚЅТУХԜҮαγικνορυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧաիհոսցօՍՕıɑɡɩʋ",
    "abedhiljkmhopqstyxwwyABEGHIJKMHOPQSTYXWYayikvopuxABEZHIKMNOPTYXwhhnugoUOiagiu",
)
_SAME_STROKE: Final = str.maketrans("Il10", "|||O")
"""Letters and digits that one can't tell apart in many typefaces."""
_TOGETHER: Final = (
    frozenset({"CJK", "HIRAGANA", "KATAKANA"}),
    frozenset({"CJK", "HANGUL"}),
)
"""Alphabets that names are written in together."""
_VISIBLE: Final = frozenset("LMNPSZ")
"""First letters of the categories of characters that can be seen."""
_BLANK: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and marks that show nothing (Unicode's Default_Ignorable_Code_Point; blank Braille)."""
_SELECTORS: Final = (range(0x180B, 0x1810), range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
"""Variation selectors, which show nothing either."""


def person_key(text: str) -> str:
    """Return a name without the differences by which one person could count as two."""
    return " ".join(_plain(text).casefold().split())


def same_person(one: str, other: str) -> bool:
    """Tell whether two names are those of one person, or can't be told apart by eye."""
    return person_key(one) == person_key(other) or _shape(one) == _shape(other)


def key_among(name: str, people: Iterable[str]) -> str:
    """Return one key for all names, of people among whom it is, that are those of one person."""
    return next(person_key(one) for one in people if same_person(one, name))


def _shape(text: str) -> str:
    return " ".join(_plain(text).translate(_SAME_STROKE).casefold().split())


def _plain(text: str) -> str:
    """Return a name in the letters that it seems to have, without what can't be seen."""
    seen = (each for each in normalize("NFKC", text) if _is_seen(each) or each.isspace())
    return "".join(seen).translate(_LOOKS_LIKE)


def name_fault(text: str) -> tuple[str, str] | None:
    """Return what is wrong with a person's name and how to mend it; None where it can be used."""
    hidden = next((each for each in text if not _is_seen(each)), None)
    if hidden is not None:
        return f"{text!a} holds a character that can't be seen", "type the name anew"
    if normalize("NFKC", text) != text or text != " ".join(text.split()):
        plain = " ".join(normalize("NFKC", text).split())
        return f"{text!a} is written in an unusual way", f"write it as {plain!a}"
    found = {_alphabet(each) for each in text if category(each) in ("Lu", "Ll", "Lt", "Lo")}
    if len(found) > 1 and not any(found <= together for together in _TOGETHER):
        names = " and ".join(sorted(each.capitalize() for each in found))
        what = f"{text!a} mixes the alphabets {names}: it may look like another name"
        return what, "write it in one alphabet"
    return None


def _is_seen(character: str) -> bool:
    if character in _BLANK or any(ord(character) in block for block in _SELECTORS):
        return False
    kind = category(character)
    return kind[0] in _VISIBLE and (kind[0] != "Z" or character == " ")


def _alphabet(letter: str) -> str:
    """Return the alphabet of a letter: Unicode's name of the letter begins with it."""
    return name_of(letter, "UNKNOWN").split(maxsplit=1)[0]
