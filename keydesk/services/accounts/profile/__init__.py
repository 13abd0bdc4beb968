"""My account: seeing and changing it (G7, G8)."""
