"""Questions that people often have, with answers."""
