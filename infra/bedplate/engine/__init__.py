"""Runs a layer, simulated in process or by the real Pulumi CLI, into one kind of Plan."""
