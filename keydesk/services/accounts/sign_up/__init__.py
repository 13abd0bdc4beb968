"""Signing up: the form, and what happens to an address that is new, waiting, or known (G4)."""
