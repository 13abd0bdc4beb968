"""My account: seeing and changing it."""
