"""Limits: how many requests a client or an account may send. One table, counted in Redis."""
