"""A forgotten password, by a link in an email (G3)."""
