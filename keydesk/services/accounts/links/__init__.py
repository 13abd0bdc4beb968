"""Links in emails: made from a secret, never stored, used once."""
