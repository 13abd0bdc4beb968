"""Sharing: an owner lets another account see licenses, by customer number or one by one (G26, G27)."""
