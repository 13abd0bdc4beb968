"""Moving a license to another install-at address, and asking for an address that is not there yet."""
