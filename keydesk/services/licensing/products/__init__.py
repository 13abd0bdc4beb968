"""What is sold: products, and the information that each asks for when it is registered."""
