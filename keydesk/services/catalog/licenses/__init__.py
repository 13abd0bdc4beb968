"""The License Catalog: my licenses listed, searched, sorted, and in detail (G17, G18)."""
