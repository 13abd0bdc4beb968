"""Keydesk: a self-hosted licensing portal. Start with CONTRIBUTING.md, then the room you need."""
