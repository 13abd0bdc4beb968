"""The licenses that a search finds as a file to take along, made in the background (G17)."""
