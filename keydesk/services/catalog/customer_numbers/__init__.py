"""Customer numbers: those that an account proved to know, and those shared with it (G9)."""
