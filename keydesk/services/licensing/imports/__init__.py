"""How products and orders come in: CSV files, checked line by line, stored chunk by chunk."""
