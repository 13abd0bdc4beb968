"""Get a license key: the wizard from serial numbers to keys (guide: "a license key for a new purchase")."""
