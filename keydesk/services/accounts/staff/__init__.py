"""What support staff and operators see of accounts (C4, C5)."""
