"""Who owns, sees and describes a license. Never issues a key."""
