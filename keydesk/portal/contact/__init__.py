"""How to reach support, by region; the operator says how."""
