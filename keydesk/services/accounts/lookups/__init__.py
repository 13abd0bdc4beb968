"""“Do I already have an account?”, answered by email only (G4)."""
