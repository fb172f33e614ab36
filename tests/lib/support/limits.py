"""Runs code under real limits of the operating system."""

from __future__ import annotations

import resource
import subprocess
import sys
from functools import partial


def limited(code: str, most_bytes: int) -> subprocess.CompletedProcess[str]:
    """Run Python code in a process of its own that can write no file beyond a size.

    The system refuses with EFBIG, half-way through a write if need be, as a full disk does.
    """
    limit = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (most_bytes, most_bytes))
    return subprocess.run(
        [sys.executable, "-B", "-c", code],
        preexec_fn=limit,
        capture_output=True,
        text=True,
        check=False,
    )
