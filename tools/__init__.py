"""Tools of those who work on Keydesk; nothing of it is installed."""
