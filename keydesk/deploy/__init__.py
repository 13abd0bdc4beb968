"""How Keydesk runs: the embedded local stack, and the same on given servers."""
