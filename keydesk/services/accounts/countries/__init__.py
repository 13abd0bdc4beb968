"""Countries: names, states, and what an address there needs (G4)."""
