"""Comments on licenses: notes to be found again by everybody who sees the license (G22)."""
