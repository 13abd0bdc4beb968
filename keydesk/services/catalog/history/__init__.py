"""The history of a license: who did what when, through which door, and what it changed (G19)."""
