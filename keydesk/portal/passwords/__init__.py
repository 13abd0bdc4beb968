"""Changing my password."""
