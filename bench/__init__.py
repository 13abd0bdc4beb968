"""Measurements: every figure a ratio to a limit of this machine, measured in the same run."""
