"""Judges a Plan by Rego rules."""
