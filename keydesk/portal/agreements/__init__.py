"""A new version of the user agreement, for people who have an account already."""
