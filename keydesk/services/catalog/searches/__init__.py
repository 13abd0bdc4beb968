"""What somebody keeps of their searches: searches by name, and the columns of their list (G17)."""
