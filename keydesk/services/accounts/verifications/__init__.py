"""Proving that an email address is one's own (G6, G7, G8)."""
