"""x"""

from __future__ import annotations


def platform_answers(spec: object) -> dict[str, str]:
    return {}
