"""Pages of Customer Service: asking support for something, and what became of it."""
