"""Opening the link in an email that proves an address."""
