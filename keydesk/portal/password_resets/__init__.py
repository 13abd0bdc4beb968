"""A forgotten password: asking for a link, and setting a new password by it."""
