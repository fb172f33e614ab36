"""Reads an HTML page as a tree, with nothing but the standard library."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

VOID = {"meta", "link", "br", "input", "img", "hr"}
"""Elements without an end tag."""


@dataclass
class Element:
    """One element of a page."""

    tag: str
    """Its name."""
    attributes: dict[str, str | None] = field(default_factory=dict)
    """Its attributes."""
    children: list[Element | str] = field(default_factory=list)
    """Elements and texts in it."""

    def all(self, *tags: str) -> Iterator[Element]:
        """Yield every element below it of some kinds; of all where none is named."""
        for child in self.children:
            if isinstance(child, Element):
                if not tags or child.tag in tags:
                    yield child
                yield from child.all(*tags)

    def by_id(self, name: str) -> Element:
        """Return the element with an id."""
        return next(each for each in self.all() if each.attributes.get("id") == name)

    @property
    def text(self) -> str:
        """All text in it, with single spaces."""
        parts = (child if isinstance(child, str) else child.text for child in self.children)
        return " ".join(" ".join(parts).split())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("document")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs))
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Element(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> ends <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def read(html: str) -> Element:
    """Return a page as a tree; fails where an end tag does not end what is open."""
    reader = _Reader()
    reader.feed(html)
    assert len(reader.open) == 1, [element.tag for element in reader.open]
    return reader.open[0]
