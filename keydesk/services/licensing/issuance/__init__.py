"""How a reserved serial number becomes a license: its key, its signed file, and the facts about it."""
