"""The gates, and the one engine that runs them for every caller."""

from .engine import run

__all__ = ["run"]
