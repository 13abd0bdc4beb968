"""Views of the support desk's queue that its staff keep by name (C4)."""
