"""Fields that an account defines for its licenses, and what they say of each license (G10)."""
