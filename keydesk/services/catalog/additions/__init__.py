"""Adding licenses to one's catalog that nobody registered yet (G17)."""
