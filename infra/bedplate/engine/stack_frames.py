"""Tells where a resource was made at a small part of the SDK's own cost.

For every resource the SDK formats each frame of the whole stack, a fifth of a simulation's time.
The simulator needs one frame: the first outside the SDKs, above the resource's constructors.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pulumi.runtime import resource
from pulumi.runtime.proto import source_pb2

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

SDK: Final = "/site-packages/pulumi"
"""Part of the path of every file of Pulumi's SDKs."""
_CONSTRUCTORS: Final = 3
"""Constructors that the SDK skips: of Resource, of its kind, and of the class itself."""
_NAME: Final = "_get_stack_trace"


@contextmanager
def short_stack_traces() -> Iterator[None]:
    """Let the SDK record the one frame that counts; where it has no such part, change nothing."""
    own = getattr(resource, _NAME, None)
    if own is None:
        yield
        return
    setattr(resource, _NAME, _stack_trace)
    try:
        yield
    finally:
        setattr(resource, _NAME, own)


def _stack_trace() -> source_pb2.StackTrace:
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - the standard library's way
    constructors = 0
    while frame is not None and constructors < _CONSTRUCTORS:
        constructors += frame.f_code.co_name == "__init__"
        frame = frame.f_back
    while frame is not None and SDK in frame.f_code.co_filename:
        frame = frame.f_back
    if frame is None:
        return source_pb2.StackTrace()
    place = source_pb2.SourcePosition(uri=_uri(frame.f_code.co_filename), line=frame.f_lineno)
    return source_pb2.StackTrace(frames=[source_pb2.StackFrame(pc=place)])


@cache
def _uri(file: str) -> str:
    path = Path(file)
    return path.as_uri() if path.is_absolute() else ""
