"""Pages of the fields that I defined, and of what they say of a license."""
