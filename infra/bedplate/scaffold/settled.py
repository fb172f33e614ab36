"""Settles what needs no template engine: files without a mark, and answers as they stand.

To compile a file as a template takes many times longer than to copy it, and most files of a
template name an answer or two and nothing else.
"""

from __future__ import annotations

import re
from fnmatch import fnmatch
from glob import escape
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

_MARKS: Final = (b"{{", b"{%", b"{#")
"""What a text that has to be rendered holds."""
_ANSWER: Final = re.compile(rb"(?<!\{)\{\{ ?cookiecutter\.(\w+) ?\}\}(?!\})")
"""An answer as it stands, without a filter."""


def settle(folder: Path, answers: Mapping[str, object], copied: Iterable[str]) -> Iterator[str]:
    """Put answers in place below a folder; yield each path in it that may be copied from now on.

    Paths come as patterns, and a folder stands for all that is in it. ``copied`` are patterns of
    files that are copied as they are, whatever they hold.
    """
    kept = tuple(copied)
    texts = {key: value.encode() for key, value in answers.items() if isinstance(value, str)}

    def whole(place: Path) -> tuple[bool, list[Path]]:
        """Return whether all of a place is settled, and what in it is."""
        if not place.is_dir():
            named = place.relative_to(folder)
            settled = any(fnmatch(str(named), each) for each in kept) or _filled(place, texts)
            return settled, [place] if settled else []
        every = True
        found: list[Path] = []
        for each in sorted(place.iterdir()):
            settled, below = whole(each)
            # A folder that is copied keeps the names of what is in it.
            every = every and settled and not _marked(each.name.encode())
            found += [each] if settled else below
        return every, found

    for each in whole(folder)[1]:
        yield escape(str(each.relative_to(folder)))


def _filled(file: Path, texts: Mapping[str, bytes]) -> bool:
    """Put answers in place if nothing else has to be rendered; return whether that is so."""
    content = file.read_bytes()
    # Cookiecutter, too, leaves alone what is no text.
    if b"\0" in content or not _marked(content):
        return True
    asked = {name.decode() for name in _ANSWER.findall(content)}
    if _marked(_ANSWER.sub(b"", content)) or not asked <= texts.keys():
        return False
    file.write_bytes(_ANSWER.sub(lambda found: texts[found[1].decode()], content))
    return True


def _marked(content: bytes) -> bool:
    return any(mark in content for mark in _MARKS)
