"""The customer numbers of my account, and those shared with me."""
