"""Asks Checkov, a scanner with a catalogue of its own, for a second opinion on a Plan."""
