"""Install-at addresses: searched, moved to, and asked for (G20, G21)."""
