"""The page of the comments on a license."""
