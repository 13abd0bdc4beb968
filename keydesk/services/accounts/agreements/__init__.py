"""The user agreement: its versions, its text, and who accepted which (G5)."""
