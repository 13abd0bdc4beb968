"""Logging in: whether a login ID and password fit, and slowing down those who guess (G3)."""
