"""Registrations: serial numbers that a customer turns into licenses, from a draft to the last key."""
