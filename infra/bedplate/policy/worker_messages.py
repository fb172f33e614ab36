"""Messages between the default engine and its worker process.

Both ends are this very Python, and neither takes messages from anybody else: so `marshal` will do,
which costs the worker no import.
"""

from __future__ import annotations

import marshal
import struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import IO, Any

VALUES = "values"
"""What a query binds that asks several rules: for each a list of its value, or of none."""
_LENGTH = struct.Struct("<q")


def send(sink: IO[bytes], message: Any) -> None:
    """Write a message: its length in eight bytes, then what `marshal` makes of it.

    Both ends are this Python, and neither takes messages from anybody else.
    """
    content = marshal.dumps(message)
    sink.write(_LENGTH.pack(len(content)) + content)
    sink.flush()


def receive(source: IO[bytes]) -> Any:
    """Return the next message; None at the end, which may come amid a message."""
    head = source.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    content = source.read(length)
    return marshal.loads(content) if len(content) == length else None  # noqa: S302 - see above
