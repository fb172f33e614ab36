"""Every version that Bedplate pins or supports, in one place."""

from __future__ import annotations

BEDPLATE = "0.1.0"
"""This tool's own version (semantic versioning)."""
