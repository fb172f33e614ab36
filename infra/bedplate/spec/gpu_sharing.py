"""What NVIDIA's Multi-Instance GPU can do: how a chip can be partitioned."""

from __future__ import annotations

from typing import Final

MIG_PROFILES: Final[dict[tuple[str, int], dict[str, int]]] = {
    ("a100", 40960): {
        "1g.5gb": 7, "1g.10gb": 4, "2g.10gb": 3, "3g.20gb": 2, "4g.20gb": 1, "7g.40gb": 1,
    },
    ("a100", 81920): {
        "1g.10gb": 7, "1g.20gb": 4, "2g.20gb": 3, "3g.40gb": 2, "4g.40gb": 1, "7g.80gb": 1,
    },
    ("h100", 81920): {
        "1g.10gb": 7, "1g.20gb": 4, "2g.20gb": 3, "3g.40gb": 2, "4g.40gb": 1, "7g.80gb": 1,
    },
    ("h200", 144384): {
        "1g.18gb": 7, "1g.35gb": 4, "2g.35gb": 3, "3g.71gb": 2, "4g.71gb": 1, "7g.141gb": 1,
    },
    ("b200", 183359): {
        "1g.23gb": 7, "1g.45gb": 4, "2g.45gb": 3, "3g.90gb": 2, "4g.90gb": 1, "7g.180gb": 1,
    },
}  # fmt: skip
"""Instances per GPU of each profile, by chip and its memory in MiB (NVIDIA MIG user guide)."""
