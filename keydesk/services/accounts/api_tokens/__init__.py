"""API tokens: made, listed, revoked, checked (B1)."""
