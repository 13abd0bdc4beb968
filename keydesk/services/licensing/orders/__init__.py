"""What was ordered: orders for staff to look at. They come in by ``imports``."""
