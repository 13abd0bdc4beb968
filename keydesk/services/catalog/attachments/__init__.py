"""Files on requests: kept, scanned, and given back to those whom the request concerns (G24)."""
