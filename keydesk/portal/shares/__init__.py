"""Sharing: what I share with whom, and what others share with me (guide: Sharing a license key)."""
