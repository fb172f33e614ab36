"""From a stack's name to a layer: environment file → spec → components → exports."""

from __future__ import annotations

from bedplate.program.environment import judging
from bedplate.program.foundation_layer import Foundation, foundation
from bedplate.program.platform_layer import Platform, platform

__all__ = ["Foundation", "Platform", "foundation", "judging", "platform"]
